"""An installation with the reference world that keeps one private OpenLDAP, or two, by the shipped example."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from authz_service.directory.names import Dn
from tests.cli.conftest import PROJECT, WORLD, Program, Result
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, PASSWORD, Slapd
from tests.sync.test_ldif import read

__all__ = ["ALPHA", "GOLDEN", "Installation", "OpenSlapd", "entries_in", "read_golden"]

ALPHA = "0999010126"
GOLDEN = PROJECT / "tests" / "data" / "directories" / "alpha.ldif"
OpenSlapd = Callable[[], Slapd]
Entries = dict[Dn, dict[str, set[bytes]]]
_OPAQUE = re.compile(r"p_[0-9A-Za-z]+")


@dataclass
class Installation:
    """What an operator has: the program, a file of directories, a folder for what goes with it."""

    program: Program
    run_in: Callable[..., Result]
    authority: Authority
    folder: Path
    tables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def like(cls, loaded: Program, run_in: Callable[..., Result], authority: Authority, folder: Path) -> Installation:
        """Return an installation of its own with the facts and keys of another one."""
        database = Path(loaded.environment["AUTHZ_DATABASE_URL"].removeprefix("sqlite:///"))
        for file in database.parent.glob(f"{database.stem}.*"):
            shutil.copy2(file, folder)
        program = loaded.having(
            DATABASE_URL=f"sqlite:///{folder / database.name}",
            DIRECTORIES_FILE=folder / "directories.toml",
        )
        return cls(program, run_in, authority, folder)

    def authz(self, *arguments: str) -> Result:
        """Run a command in this process."""
        return self.run_in(self.program, *arguments)

    def keep(self, name: str, slapd: Slapd, *changes: tuple[str, str], password: str = PASSWORD) -> None:
        """Put a server into the file of directories, for the enterprise Alpha; `changes`: of the example's text."""
        secret = self.folder / f"{name}.password"
        secret.write_text(password)
        example = (PROJECT / "config" / "directories.example.toml").read_text("utf-8").split("# --- 389")[0]
        text = re.sub(r"^urls = .*$", f'urls = ["{slapd.tls_url}"]', example, flags=re.MULTILINE)
        text = re.sub(r'^ca_file = "[^"]*"', f'ca_file = "{self.authority.file}"', text, flags=re.MULTILINE)
        text = re.sub(r'^secret_file = "[^"]*"', f'secret_file = "{secret}"', text, flags=re.MULTILINE)
        text = re.sub(r"^bind_dn = .*$", f'bind_dn = "{slapd.sync_dn}"', text, flags=re.MULTILINE)
        for old, new in (
            ("dc=uman,dc=example", BASE),
            ("targets.uman", f"targets.{name}"),
            ('# enterprises = ["0999010126"]', f'enterprises = ["{ALPHA}"]'),
            *changes,
        ):
            assert old in text, old
            text = text.replace(old, new)
        self.tables[name] = text
        (self.folder / "directories.toml").write_text("\n".join(self.tables.values()))

    def learn(self, **objects: list[Mapping[str, Any]]) -> None:
        """Have facts believed instead of those of the same ids, or beside them."""
        file = self.folder / "facts.yaml"
        said = {row["id"]: row for row in objects.get("persons", [])}
        people = [said.get(row["id"], row) for row in _world()["persons"]]
        file.write_text(yaml.safe_dump({"world": {**objects, "persons": people}}))
        result = self.authz("facts", "load", str(file))
        assert result.code == 0, result

    def row(self, kind: str, row_id: str, **changed: Any) -> dict[str, Any]:
        """Return an object of the reference world, with some of it changed."""
        found = next(each for each in _world()[kind] if each["id"] == row_id)
        return {**copy.deepcopy(found), **changed}

    def audited(self) -> list[tuple[str, str, str]]:
        """Return who did what to which directory, in order."""
        lines = [json.loads(line) for line in self.authz("audit", "export").out.splitlines()]
        entries = [json.loads(line["record"])["entry"] for line in lines if "record" in line]
        return [
            (entry["actor"]["id"], entry["action"], entry["outcome"])
            for entry in entries
            if entry["action"].endswith("_directory_plan")
        ]


@cache
def _world() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(WORLD.read_text("utf-8"))["world"]
    return content


def entries_in(slapd: Slapd, base: str = f"ou=authz,{BASE}") -> Entries:
    """Return what stands below a name; people by their names, where opaque ids would differ from run to run."""
    asked = ("-LLL", "-o", "ldif-wrap=no", "-b", base, "(objectClass=*)", "*", "pwdAccountLockedTime")
    text = slapd.tool("ldapsearch", *asked)
    records = [read(record) for record in text.split("\n\n") if record.strip()]
    names = {}
    for pairs in records:
        said = dict(pairs)
        if b"inetOrgPerson" in [value for name, value in pairs if name == "objectClass"]:
            names[said["uid"].decode()] = said["cn"].decode()
    return _entries(records, names)


def read_golden(file: Path) -> Entries:
    """Return what a file of entries holds, below the base of the tests."""
    text = file.read_text("utf-8").replace("dc=example", BASE)
    return _entries([read(record) for record in text.split("\n\n") if "dn:" in record], {})


def _entries(records: list[list[tuple[str, bytes]]], names: Mapping[str, str]) -> Entries:
    entries: Entries = {}
    for pairs in records:
        told = [(name, _named(value, names)) for name, value in pairs]
        values: dict[str, set[bytes]] = {}
        for name, value in told[1:]:
            values.setdefault(name, set()).add(
                repr(Dn.parse(value.decode()).normalised()).encode() if name == "member" else value
            )
        entries[Dn.parse(told[0][1].decode())] = values
    return entries


def _named(value: bytes, names: Mapping[str, str]) -> bytes:
    return _OPAQUE.sub(lambda found: names.get(found[0], found[0]), value.decode("utf-8", "surrogateescape")).encode(
        "utf-8", "surrogateescape"
    )
