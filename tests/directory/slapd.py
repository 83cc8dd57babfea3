"""A private OpenLDAP server for a test: made from the programs Debian installs, in a directory of its own.

It listens on loopback ports the system picks and on a socket in its directory. It never outlives the test: it is stopped
at the end, and where the run is killed, the kernel tells it to stop.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

from tests.directory.certificates import ServerCertificate

__all__ = ["BASE", "PASSWORD", "Slapd", "SlapdError", "SlapdOptions"]

BASE: Final = "dc=test,dc=example"
PASSWORD: Final = "sync-secret"
_SYNC_DN: Final = f"cn=sync,{BASE}"
_ROOT_DN: Final = f"cn=admin,{BASE}"
_START_SECONDS: Final = 10
_START_ATTEMPTS: Final = 3
_PATH: Final = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
_GROUP_OF_MEMBERS: Final = """
objectclass ( 1.3.6.1.4.1.5322.42.2.1 NAME 'groupOfMembers' SUP top STRUCTURAL MUST cn
  MAY ( member $ businessCategory $ description $ o $ ou $ owner $ seeAlso ) )
"""


class SlapdError(RuntimeError):
    """The server cannot be made or started; says why."""


@dataclass(frozen=True, slots=True)
class SlapdOptions:
    """How the server is set up. `overlays`: of accesslog, memberof, refint, ppolicy, syncprov.

    `limits`: the `limits` of the account that the sync uses, in slapd's own words; `global_lines`, `database_lines`:
    more lines for slapd.conf; `require_tls`: it takes nothing over an unprotected connection.
    """

    overlays: Sequence[str] = ("syncprov",)
    limits: str = "size=unlimited time=unlimited"
    require_tls: bool = False
    global_lines: str = ""
    database_lines: str = ""


class Slapd:
    """A server to be used as a context manager, with an entry for each of ou=people, ou=groups, ou=foreign.

    `sync_dn` (password PASSWORD) is an ordinary account that may write everything; the one who runs the tests is the
    server's root over `socket_url`, without a password.
    """

    sync_dn = _SYNC_DN

    def __init__(self, certificate: ServerCertificate | None = None, options: SlapdOptions | None = None) -> None:
        self._certificate = certificate
        self._options = options or SlapdOptions()
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.port = self.tls_port = 0

    def __enter__(self) -> Self:
        # Short: the path of a socket has 107 characters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="authz-slapd-"))
        try:
            self._configure()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        if self._folder is None:
            raise SlapdError("the server is not made yet, or is gone")
        return self._folder

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def socket_url(self) -> str:
        return f"ldapi://{quote(str(self.folder / 'socket'), safe='')}"

    def start(self) -> None:
        """Start the server, on the ports it had before if it had any."""
        if not any(self._start_once() for _ in range(_START_ATTEMPTS)):
            raise SlapdError(f"slapd does not start: {self.log()[-2000:]}")

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Have the server end in its own way."""
        self._signal(signal.SIGTERM)

    def pause(self) -> None:
        """From now on connections are taken, and nothing is answered."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        threads = Path(f"/proc/{process.pid}/task")
        while any(_state(thread) != "T" for thread in threads.iterdir()):
            time.sleep(0.001)

    def resume(self) -> None:
        """Go on with what came in since `pause`."""
        self._running().send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End the server and remove its directory. May be called again."""
        if self._process is not None:
            self.kill()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def log(self) -> str:
        """Return what the server wrote about itself; of connections and binds only with `loglevel stats`."""
        log = self.folder / "log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def tool(self, program: str, *arguments: str, given: str = "", check: bool = True) -> str:
        """Run one of OpenLDAP's own programs as the server's root, and return what it prints. Raises SlapdError."""
        done = self._run(program, "-Q", "-Y", "EXTERNAL", "-H", self.socket_url, *arguments, given=given)
        if check and done.returncode:
            raise SlapdError(f"{program}: {done.stdout[-500:]}{done.stderr}")
        return done.stdout

    def add(self, ldif: str) -> None:
        """Add entries, as somebody else would."""
        self.tool("ldapadd", given=ldif)

    def dump(self, suffix: str = BASE) -> str:
        """Return a whole database as LDIF, one line a value; also while the server runs."""
        done = self._run("slapcat", "-f", str(self.folder / "slapd.conf"), "-b", suffix, "-o", "ldif-wrap=no")
        if done.returncode:
            raise SlapdError(f"slapcat: {done.stderr}")
        return done.stdout

    def writes(self) -> list[tuple[str, str]]:
        """Return what was written since the server was made: kind and name of each (with the overlay accesslog)."""
        found = self.tool(
            "ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", "cn=accesslog", "(reqResult=0)", "reqType", "reqDN"
        )
        entries = [dict(_pairs(entry)) for entry in found.split("\n\n")]
        return [(entry["reqType"], entry["reqDN"]) for entry in entries if "reqDN" in entry]

    def _start_once(self) -> bool:
        if not self.port:
            self.port, self.tls_port = _free_ports()
        urls = [self.url, self.socket_url, *([self.tls_url] if self._certificate is not None else [])]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL", "--"),
                    _program("slapd"),
                    *("-f", str(self.folder / "slapd.conf"), "-h", " ".join(urls), "-d", self._log_level()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.5):
                    return True
            except OSError:
                time.sleep(0.005)
        self.kill()
        self.port = self.tls_port = 0
        return False

    def _log_level(self) -> str:
        return "stats" if "loglevel stats" in self._options.global_lines else "0"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise SlapdError("the server does not run")
        return self._process

    def _signal(self, kind: signal.Signals) -> None:
        process, self._process = self._running(), None
        process.send_signal(kind)
        process.wait(_START_SECONDS)

    def _configure(self) -> None:
        (self.folder / "data").mkdir()
        (self.folder / "accesslog").mkdir()
        (self.folder / "members.schema").write_text(_GROUP_OF_MEMBERS)
        (self.folder / "slapd.conf").write_text(
            "\n".join([*self._global(), *self._accesslog(), *self._database()]) + "\n"
        )
        done = self._run("slapadd", "-q", "-w", "-f", str(self.folder / "slapd.conf"), "-b", BASE, given=_seed())
        if done.returncode:
            raise SlapdError(f"slapadd: {done.stderr}")

    def _global(self) -> list[str]:
        folder, certificate = self.folder, self._certificate
        owner = rf"gidNumber={os.getegid()}\\+uidNumber={os.geteuid()},cn=peercred,cn=external,cn=auth"
        lines = [f"include /etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson", "nis")]
        lines += [f"include {folder}/members.schema", "modulepath /usr/lib/ldap", "moduleload back_mdb"]
        lines += [f"moduleload {overlay}" for overlay in self._options.overlays]
        lines += [f"pidfile {folder}/pid", f'authz-regexp "{owner}" "{_ROOT_DN}"', "threads 4"]
        if certificate is not None:
            lines += [f"TLSCACertificateFile {certificate.authority}", f"TLSCertificateFile {certificate.certificate}"]
            lines += [f"TLSCertificateKeyFile {certificate.key}"]
        if self._options.require_tls:
            lines += ["localSSF 128", "security ssf=128"]
        return [*lines, self._options.global_lines]

    def _accesslog(self) -> list[str]:
        if "accesslog" not in self._options.overlays:
            return []
        lines = ["database mdb", "suffix cn=accesslog", f"directory {self.folder}/accesslog", f'rootdn "{_ROOT_DN}"']
        return [*lines, "maxsize 1073741824", "dbnosync", "index reqStart eq"]

    def _database(self) -> list[str]:
        lines = ["database mdb", f'suffix "{BASE}"', f'rootdn "{_ROOT_DN}"', f"directory {self.folder}/data"]
        lines += ["maxsize 1073741824", "index objectClass,entryUUID,entryCSN,cn,uid,member eq", "sizelimit unlimited"]
        lines += [f'limits dn.exact="{_SYNC_DN}" {self._options.limits}']
        lines += [f'access to attrs=userPassword by anonymous auth by dn.exact="{_SYNC_DN}" write by * none']
        lines += [f'access to * by dn.exact="{_SYNC_DN}" manage by users read by * none', self._options.database_lines]
        overlays = {
            "accesslog": ["logdb cn=accesslog", "logops writes", "logsuccess TRUE"],
            "memberof": ["memberof-refint false", "memberof-dangling ignore"],
            "refint": ["refint_attributes member", f'refint_nothing "cn=nobody,{BASE}"'],
        }
        for overlay in self._options.overlays:
            lines += [f"overlay {overlay}", *overlays.get(overlay, [])]
        return lines

    def _run(self, program: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LDAPNOINIT": "1"}
        return subprocess.run(
            [_program(program), *arguments], input=given, text=True, capture_output=True, check=False, env=environment
        )


def _program(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        raise SlapdError(f"{name} is missing; on Debian `make test` installs it (as root)")
    return found


def _state(thread: Path) -> str:
    """Return the kernel's letter for what a thread does; T: it is stopped."""
    return (thread / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]


def _pairs(entry: str) -> list[tuple[str, str]]:
    return [(kind, value) for kind, _, value in (line.partition(": ") for line in entry.splitlines()) if value]


def _seed() -> str:
    containers = "".join(
        f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n\n"
        for name in ("people", "groups", "foreign")
    )
    account = f"dn: {_SYNC_DN}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: sync\n"
    root = f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: test\no: test\n\n"
    return f"{root}{containers}{account}userPassword: {PASSWORD}\n"


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
