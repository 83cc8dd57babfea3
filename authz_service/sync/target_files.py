"""Reads `config/directories.toml` and checks it: whatever cannot be right is refused with the file and the line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

from authz_service.directory.errors import DirectoryError
from authz_service.directory.servers import Endpoint, SecretText, ServerSettings
from authz_service.domain.identifiers import EnterpriseNumber, InvalidIdentifierError
from authz_service.domain.vocabulary import Domain
from authz_service.sync.mapping_tables import FaultError, mapped_of
from authz_service.sync.target_tables import DirectoriesFile, LimitTable, ServerTable, TargetTable
from authz_service.sync.targets import Limit, Limits, Schedule, SecretSource, Target
from authz_service.sync.toml_lines import Path as Keys
from authz_service.sync.toml_lines import TomlDocument, TomlError, read_toml

__all__ = ["SecretUnreadableError", "TargetFileError", "read_targets", "server_settings"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_LONGEST_SECRET: Final = 65_536
_LARGEST_FILE: Final = 16_777_216
_WHERE: Final = re.compile(r"(?P<told>.*?)(?: - at `(?:key` in `)?\$?(?P<path>[^`]*)`)?", re.DOTALL)
_STEP: Final = re.compile(r"\.(?P<key>[A-Za-z0-9_-]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")
_VALUE: Final = re.compile(r"Invalid enum value .*", re.DOTALL)
_FIELD: Final = re.compile(r"(?:unknown field|missing required field) `(?P<field>[^`]*)`")


class TargetFileError(Exception):
    """The file cannot be used. One line: file, line, what it is about, what is wrong; no value is repeated."""

    def __init__(self, file: Path, line: int, told: str) -> None:
        super().__init__(f"{file}:{line}: {told}")
        self.file = file
        self.line = line


class SecretUnreadableError(DirectoryError):
    """The password of a target is not where the file says. One line, without the password or what stands there."""


def read_targets(file: Path) -> tuple[Target, ...]:
    """Return the targets in a file, in its order. No secret is read. Raises TargetFileError."""
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise TargetFileError(file, 1, "the file is too large")
        document = read_toml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetFileError(file, 1, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TargetFileError(file, 1, "the file is no UTF-8") from None
    except TomlError as error:
        raise TargetFileError(file, error.line, str(error)) from None
    try:
        tables = _converted(document)
        targets = tuple(_target(name, table, file.parent) for name, table in tables.targets.items())
        _refuse_shared_ground(targets)
    except FaultError as fault:
        about = ".".join(str(key) if isinstance(key, str) else f"[{key}]" for key in fault.path).replace(".[", "[")
        told = f"{about}: {fault}" if about else str(fault)
        raise TargetFileError(file, document.line_of(fault.path), told) from None
    return targets


def server_settings(target: Target, environment: Mapping[str, str] = os.environ) -> ServerSettings:
    """Return how the directory is reached, with the password, which is read anew. Raises SecretUnreadableError."""
    source = target.secret
    try:
        secret = environment.get(source.variable, "") if source.file is None else _secret_in(source.file)
    except OSError as error:
        told = f"target {target.name}: the file that secret_file names cannot be read: {error.strerror}"
        raise SecretUnreadableError(told) from None
    except UnicodeDecodeError:
        raise SecretUnreadableError(f"target {target.name}: the file that secret_file names is no text") from None
    if not secret:
        place = "environment variable that secret_variable" if source.file is None else "file that secret_file"
        raise SecretUnreadableError(f"target {target.name}: the {place} names holds no password")
    return replace(target.server, secret=SecretText(secret))


def _secret_in(file: Path) -> str:
    with file.open("rb") as opened:
        text = opened.read(_LONGEST_SECRET).decode()
    return text.removesuffix("\n").removesuffix("\r")


def _converted(document: TomlDocument) -> DirectoriesFile:
    try:
        return msgspec.convert(document.content, DirectoriesFile)
    except msgspec.ValidationError as error:
        raise _fault(document.content, str(error)) from None


def _fault(content: dict[str, object], told: str) -> FaultError:
    """Return where in the content that is which made the conversion fail with this message."""
    found = _WHERE.fullmatch(told)
    if found is None:
        return FaultError((), "this is not as it should be")
    path = _path(content, found["path"] or "", told)
    wrong = _VALUE.sub("is none of the words that may stand here", found["told"])
    if field := _FIELD.search(wrong):
        path = (*path, field["field"])
        wrong = "is missing" if "missing" in wrong else "there is no such key here"
    return FaultError(path, wrong)


def _path(content: Any, steps: str, told: str) -> Keys:
    """Return the path that msgspec tells as `.targets[...].server`: the names of tables are found by trying each."""
    path: Keys = ()
    for step in _STEP.finditer(steps):
        inside = _at(content, path)
        if step["any"] and isinstance(inside, dict):
            guilty = (key for key, value in inside.items() if _told(_only(content, path, key, value)) == told)
            path = (*path, next(guilty, ""))
        elif step["index"]:
            path = (*path, int(step["index"]))
        else:
            path = (*path, step["key"])
    return path


def _at(content: Any, path: Keys) -> Any:
    for key in path:
        content = content[key]
    return content


def _only(content: Any, path: Keys, key: str, value: object) -> Any:
    """Return the content with one key only in the table that the path leads to."""
    if not path:
        return {key: value}
    first, *others = path
    return dict(content) | {first: _only(content[first], tuple(others), key, value)}


def _told(content: Any) -> str:
    try:
        msgspec.convert(content, DirectoriesFile)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _target(name: str, table: TargetTable, folder: Path) -> Target:
    path: Keys = ("targets", name)
    if not _NAME.fullmatch(name):
        raise FaultError(path, "the name of a target is made of a-z, 0-9, _ and -, 64 at most")
    for index, domain in enumerate(table.domains):
        if domain is Domain.NONE:
            raise FaultError((*path, "domains", index), "is no domain that a directory is for")
    enterprises = None if table.enterprises is msgspec.UNSET else frozenset(table.enterprises)
    for index, number in enumerate(() if table.enterprises is msgspec.UNSET else table.enterprises):
        try:
            EnterpriseNumber.parse(number)
        except InvalidIdentifierError as error:
            raise FaultError((*path, "enterprises", index), str(error)) from None
    return Target(
        name=name,
        domains=frozenset(table.domains),
        enterprises=enterprises,
        entitled_to_national_number=table.entitled_to_national_number,
        drift=table.drift,
        server=_server((*path, "server"), table.server, folder),
        secret=_secret((*path, "server"), table.server, folder),
        mapped=mapped_of(path, table),
        limits=_limits(table),
        schedule=_schedule(table, path),
    )


def _server(path: Keys, table: ServerTable, folder: Path) -> ServerSettings:
    for index, url in enumerate(table.urls):
        here = (*path, "urls", index)
        try:
            endpoint = Endpoint.parse(url)
        except ValueError:
            raise FaultError(here, "an address is ldaps://host:port or ldap://host:port, nothing more") from None
        if endpoint.tls and table.start_tls:
            raise FaultError(here, "start_tls is for ldap://, and this address has TLS from the start")
        if not (endpoint.tls or table.start_tls or table.plain_allowed):
            raise FaultError(here, "without TLS the password can be read on the way: ldaps://, or start_tls = true")
    try:
        return ServerSettings(
            urls=table.urls,
            bind_dn=table.bind_dn,
            secret=SecretText(""),
            ca_file=folder / table.ca_file if table.ca_file else None,
            start_tls=table.start_tls,
            plain_allowed=table.plain_allowed,
            connect_timeout_seconds=table.connect_seconds,
            receive_timeout_seconds=table.receive_seconds,
            page_size=table.page_size,
            max_request_bytes=table.max_request_bytes,
            max_values=table.max_values,
        )
    except ValueError as error:
        raise FaultError(path, str(error)) from None


def _secret(path: Keys, table: ServerTable, folder: Path) -> SecretSource:
    if bool(table.secret_file) == bool(table.secret_variable):
        raise FaultError(path, "the password is in a file (secret_file) or in the environment (secret_variable)")
    if table.secret_variable and not _VARIABLE.fullmatch(table.secret_variable):
        raise FaultError(
            (*path, "secret_variable"), "this is the name of an environment variable: A-Z, 0-9 and _, no password"
        )
    return SecretSource(folder / table.secret_file if table.secret_file else None, table.secret_variable)


def _limit(table: LimitTable) -> Limit:
    return Limit(table.number, table.percent, table.percent_from)


def _limits(table: TargetTable) -> Limits:
    limits = table.limits
    return Limits(
        deletions=_limit(limits.deletions),
        removed_members=_limit(limits.removed_members),
        shrunken_source=_limit(limits.shrunken_source),
        approve_empty_source=limits.approve_empty_source,
        approve_policy_change=limits.approve_policy_change,
    )


def _schedule(table: TargetTable, path: Keys) -> Schedule:
    schedule = table.schedule
    if schedule.first_retry_seconds > schedule.longest_retry_seconds:
        raise FaultError((*path, "schedule"), "first_retry_seconds is longer than longest_retry_seconds")
    return Schedule(
        full_seconds=schedule.full_seconds,
        watch_seconds=schedule.watch_seconds,
        first_retry_seconds=schedule.first_retry_seconds,
        longest_retry_seconds=schedule.longest_retry_seconds,
    )


def _refuse_shared_ground(targets: tuple[Target, ...]) -> None:
    """Two targets on one server, one above the other, must not take each other's entries for their own."""
    for position, target in enumerate(targets):
        for other in targets[:position]:
            if _ground(target) & _ground(other) and target.mapped.marker == other.mapped.marker:
                mine, theirs = target.mapped.base, other.mapped.base
                if mine == theirs or mine.is_below(theirs) or theirs.is_below(mine):
                    told = f"target {other.name} has the same marker there, and each would delete the other's entries"
                    raise FaultError(("targets", target.name, "marker"), told)


def _ground(target: Target) -> set[tuple[str, int]]:
    """Return host and port of its servers, one port for the two usual ones."""
    endpoints = target.server.endpoints()
    return {(endpoint.host.lower(), 389 if endpoint.port == 636 else endpoint.port) for endpoint in endpoints}
