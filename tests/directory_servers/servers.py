"""A private directory server for tests, whoever made it: how it is asked, changed by others' hands, and watched."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final, Self

from authz_service.directory.names import Dn
from tests.directory.certificates import Authority
from tests.sync.test_ldif import read

__all__ = ["PASSWORD", "Attributes", "DirectoryServer", "ServerError", "free_port", "run", "started"]

PASSWORD: Final = "Sync-secret-1"
"""Of the account that the sync uses."""
_START_SECONDS: Final = 60
_PATH: Final = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"

Attributes = dict[str, set[bytes]]
"""Values by the names of attributes in lower case."""


class ServerError(RuntimeError):
    """A server cannot be made, started or asked; says why."""


class DirectoryServer(ABC):
    """A server to be used as a context manager; everything it writes lies in a folder of its own.

    It never outlives the test: it is stopped at the end, and where the run is killed, the kernel tells it to stop.
    """

    example: str
    """The name of the target in config/directories.example.toml that is for this server."""
    suffix: str
    plain_url: str
    secure_url: str
    bind_dn: str
    """The account that the sync uses: an ordinary one, with rights on `trunk` only."""
    bind_password: str = PASSWORD
    host: str = "127.0.0.1"
    entry_id: str
    """The attribute that stays when an entry is renamed."""
    blocked: tuple[str, bytes, bytes | None]
    """The attribute by which somebody is locked out, its value when he is, and its value when he is not."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        if self._folder is None:
            raise ServerError("the server is not made yet, or is gone")
        return self._folder

    @property
    def trunk(self) -> Dn:
        """The entry under which every test has its branch."""
        return Dn.parse(self.suffix).child("ou", "branches")

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="authz-directory-"))
        try:
            self.make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and remove its folder. May be called again."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_START_SECONDS)
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @abstractmethod
    def make(self) -> None:
        """Make the server, start it, and put the sync's account and `trunk` there."""

    @abstractmethod
    def administrator(self) -> tuple[str, str]:
        """Return name and password of somebody who may do everything, and is not the sync."""

    @abstractmethod
    def mark(self) -> int:
        """Return the server's own count of changes."""

    @abstractmethod
    def written_since(self, mark: int) -> set[Dn]:
        """Return the names, below `trunk`, of what was written since the server's count stood there."""

    @abstractmethod
    def binds(self) -> int:
        """Return how often, as the server's log says, somebody tried to bind as the sync."""

    @abstractmethod
    def set_password(self, dn: Dn, password: str) -> None:
        """Give an entry a password, as its owner would."""

    # --- by others' hands ---------------------------------------------------------------------------------------------

    def tool(self, program: str, *arguments: str, given: str = "") -> str:
        """Run one of OpenLDAP's client programs as the administrator; return what it prints. Raises ServerError."""
        name, password = self.administrator()
        return run(
            *(program, "-x", "-H", self.secure_url, "-D", name, "-w", password, *arguments),
            given=given,
            environment={"LDAPTLS_CACERT": str(self.authority.file)},
        )

    def by_hand(self, ldif: str) -> None:
        """Have somebody else change the directory."""
        self.tool("ldapmodify", given=ldif)

    def found(
        self, base: Dn | str, condition: str = "(objectClass=*)", *more: str, scope: str = "sub"
    ) -> dict[Dn, Attributes]:
        """Return entries as the server tells them; `more`: attributes that it tells only when asked."""
        asked = ("-LLL", "-o", "ldif-wrap=no", "-b", str(base), "-s", scope, condition, "*", *more)
        entries: dict[Dn, Attributes] = {}
        for record in self.tool("ldapsearch", *asked).split("\n\n"):
            pairs = [pair for pair in read(record) if pair[0] != "ref"]
            if pairs and pairs[0][0] == "dn":
                held = entries.setdefault(Dn.parse(pairs[0][1].decode()), {})
                for name, value in pairs[1:]:
                    held.setdefault(name.lower(), set()).add(value)
        return entries

    def root(self, name: str) -> str:
        """Return an attribute of the server's root entry."""
        asked = self.tool("ldapsearch", "-LLL", "-b", "", "-s", "base", "(objectClass=*)", name)
        return next(value.decode() for kind, value in read(asked.strip()) if kind.lower() == name.lower())

    def can_log_in(self, dn: Dn, password: str) -> bool:
        """Return whether somebody is let in with this password."""
        try:
            run(
                *("ldapsearch", "-x", "-H", self.secure_url, "-D", str(dn), "-w", password),
                *("-LLL", "-b", "", "-s", "base", "1.1"),
                environment={"LDAPTLS_CACERT": str(self.authority.file)},
            )
        except ServerError:
            return False
        return True

    def plant(self, branch: Dn) -> None:
        """Make a branch, with a place for the sync and one for others."""
        places = (branch, branch.child("ou", "authz"), branch.child("ou", "foreign"))
        self.tool("ldapadd", given="".join(f"dn: {dn}\nobjectClass: organizationalUnit\n\n" for dn in places))

    def fell(self, branch: Dn) -> None:  # noqa: B027 - most servers have nothing to do here
        """Take a branch away with all there is in it, where it would be in the way of other branches."""


def run(program: str, *arguments: str, given: str = "", environment: dict[str, str] | None = None) -> str:
    """Run a program to its end and return what it prints. Raises ServerError."""
    done = subprocess.run(
        [located(program), *arguments],
        input=given,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, "PATH": _PATH, **(environment or {})},
    )
    if done.returncode:
        raise ServerError(f"{program}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    return done.stdout


def started(command: list[str], log: Path, host: str, port: int) -> subprocess.Popen[bytes]:
    """Start a server that ends with us, and wait until it listens. Raises ServerError."""
    with log.open("ab") as written:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", located(command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
            return process
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise ServerError(f"{command[0]} does not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def located(program: str) -> str:
    found = shutil.which(program, path=_PATH)
    if found is None:
        raise ServerError(f"{program} is missing; on Debian `make test-directories` installs it (as root)")
    return found


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as listening:
        listening.bind((host, 0))
        port: int = listening.getsockname()[1]
        return port
