"""A private PostgreSQL server for tests.

Made from the programs Debian installs, in a directory of its own under the temporary directory, reachable through a
socket in there and on a loopback port the system picks. Nothing of the machine's own PostgreSQL is used, started or
changed. As root, the server runs as the system user `authz-postgres` (made if missing): PostgreSQL refuses root.

The server never outlives the test run: it is stopped at the end, and where the run has no chance to do that (killed), the
kernel tells the server to stop; the directory it leaves behind is removed by the next run.
"""

import contextlib
import itertools
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

DIRECTORY_PREFIX: Final = "authz-postgresql-"
SYSTEM_USER: Final = "authz-postgres"
DATABASE_USER: Final = "authz"
START_ATTEMPTS: Final = 3  # the free port may be taken by another before the server binds it
START_SECONDS: Final = 60
STOP_SECONDS: Final = 20

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "32MB",
    # A test database need not survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    # As on a server far away: nothing in a test may rely on the server's own zone or language.
    "timezone": "Pacific/Auckland",
    "lc_messages": "C",
    "log_statement": "none",
    # A replica looks soon whether its primary is there again.
    "wal_retrieve_retry_interval": "100ms",
}


class PostgreSQLError(RuntimeError):
    """The server cannot be made or started; says why."""


class PostgreSQL:
    """A server to be used as a context manager; `create_database` gives as many empty databases as are asked for."""

    def __init__(self) -> None:
        self._programs = find_programs()
        self._user = _unprivileged_user() if os.geteuid() == 0 else None
        self._password = secrets.token_hex(16)
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._directory: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        remove_leftovers()
        try:
            self._make_cluster()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def replica(self) -> "Replica":
        """A streaming replica of this server, to be used as a context manager inside of this one's."""
        return Replica(self)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{DATABASE_USER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def create_database(self) -> str:
        """Make an empty database and return its URL."""
        name = next(self._names)
        self._administer(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database made here, whoever is still connected to it."""
        name = url.rpartition("/")[2]
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def log(self) -> str:
        if self._directory is None:
            return ""
        log = self._directory / "log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def stop(self) -> None:
        """Stop the server and remove its directory. May be called again, and at any stage of starting."""
        self.go_down()
        directory, self._directory = self._directory, None
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)

    def come_up(self) -> None:
        """Start the server again where it was before it went down; one that is up stays so."""
        if self._server is None and not self._start_on(self._port):
            raise PostgreSQLError(f"PostgreSQL does not start again:\n{self.log()}")

    def go_down(self) -> None:
        """Stop the server; what it keeps stays."""
        server, self._server = self._server, None
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)  # fast shutdown: disconnects whoever is still there
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)  # immediate: the postmaster takes its children with it
                server.wait(STOP_SECONDS)

    def _make_cluster(self) -> None:
        directory = self._directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX))
        (directory / "owner").write_text(f"{os.getpid()} {_started_at(os.getpid())}", encoding="ascii")
        password_file = directory / "password"
        password_file.write_text(self._password, encoding="ascii")
        password_file.chmod(0o600)
        if self._user is not None:
            for path in (directory, password_file):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        self._fill(directory / "data", password_file)
        password_file.unlink()

    def _fill(self, data: Path, password_file: Path) -> None:
        """Make what the server keeps."""
        self._run(
            "initdb",
            f"--pgdata={data}",
            f"--username={DATABASE_USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        )

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        made = subprocess.run(
            [*self._as_user(), self._programs / program, *arguments],
            cwd=self._directory,
            env={**_environment(), "PGPASSWORD": self._password},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise PostgreSQLError(f"{program}: {made.stdout}{made.stderr}")

    def _start(self) -> None:
        if not any(self._start_on(free_port()) for _ in range(START_ATTEMPTS)):
            raise PostgreSQLError(f"PostgreSQL does not start:\n{self.log()}")

    def _start_on(self, port: int) -> bool:
        """Start the server on this port; False where it has ended before it answered."""
        if self._directory is None:
            raise PostgreSQLError("no cluster")
        self._port = port
        with (self._directory / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *self._as_user(),
                    self._programs / "postgres",
                    "-D",
                    self._directory / "data",
                    "-p",
                    str(self._port),
                    "-k",
                    self._directory,
                    *(f"--{name}={value}" for name, value in SETTINGS.items()),
                ],
                cwd=self._directory,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._server.poll() is not None:
                return False
            try:
                self._administer(sql.SQL("SELECT 1"))
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        raise PostgreSQLError(f"PostgreSQL does not answer:\n{self.log()}")

    def _administer(self, statement: sql.SQL | sql.Composed) -> None:
        with self._connected() as connection:
            connection.execute(statement)

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self._port,
            user=DATABASE_USER,
            password=self._password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        )

    def _as_user(self) -> list[str]:
        """Run what follows unprivileged, and have the kernel interrupt it should we be killed."""
        command = ["setpriv", "--pdeathsig", "INT"]
        if self._user is not None:
            command += [f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}", "--clear-groups"]
        return [*command, "--"]


class Replica(PostgreSQL):
    """A server that follows another one; it takes over what is committed there, unless it is told to wait."""

    def __init__(self, primary: PostgreSQL) -> None:
        super().__init__()
        self._primary = primary
        self._password = primary._password

    def pause(self) -> None:
        """Take nothing over any more; what is there can be read."""
        self._administer(sql.SQL("SELECT pg_wal_replay_pause()"))
        self._await("SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def resume(self) -> None:
        """Take over what has been committed, and go on doing so."""
        self._administer(sql.SQL("SELECT pg_wal_replay_resume()"))

    def catch_up(self) -> None:
        """Wait until all that the primary has written by now is taken over."""
        with self._primary._connected() as connection:
            [position] = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or [""]
            # Nobody waits for the writing of a commit on a test server; the next one takes it along at once.
            connection.execute("SET synchronous_commit = on")
            connection.execute("SELECT pg_logical_emit_message(true, 'authz', '')")
        self._await(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")

    def _await(self, question: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with self._connected() as connection:
                if connection.execute(question).fetchone() == (True,):
                    return
            time.sleep(0.01)
        raise PostgreSQLError(f"the replica does not follow:\n{self.log()}")

    def _fill(self, data: Path, password_file: Path) -> None:
        source = f"--dbname=host=127.0.0.1 port={self._primary._port} user={DATABASE_USER}"
        self._run(
            "pg_basebackup", f"--pgdata={data}", source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"
        )


def find_programs() -> Path:
    """Where the newest installed PostgreSQL server has its programs."""
    on_path = shutil.which("initdb")
    found = [(int(path.parts[-3]), path.parent) for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")]
    if found:
        return max(found)[1]
    if on_path is not None:
        return Path(on_path).resolve().parent
    raise PostgreSQLError("PostgreSQL's server programs are missing; on Debian `make test` installs them (as root)")


def remove_leftovers() -> None:
    """Remove the directories of runs that were killed: those whose owner is gone."""
    for directory in Path(tempfile.gettempdir()).glob(f"{DIRECTORY_PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            owner, started_at = (directory / "owner").read_text(encoding="ascii").split()
            if _started_at(int(owner)) != started_at and not _server_lives(directory / "data"):
                shutil.rmtree(directory, ignore_errors=True)


def _server_lives(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Path(f"/proc/{int(lines[0])}").exists()
    except (OSError, ValueError, IndexError):
        return False


def _started_at(process: int) -> str:
    """When a process started, in the kernel's ticks: tells it from a later one with the same number. Empty if none."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "gone"
    return status.rpartition(")")[2].split()[19]


def _unprivileged_user() -> pwd.struct_passwd:
    """Return the system user the server runs as, made if there is none. Several test processes may ask at once."""
    for _ in range(50):
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            subprocess.run(
                [
                    "useradd",
                    "--system",
                    "--no-create-home",
                    "--home-dir=/nonexistent",
                    "--shell=/usr/sbin/nologin",
                    SYSTEM_USER,
                ],
                capture_output=True,
                check=False,
            )
            time.sleep(0.1)
    raise PostgreSQLError(f"cannot make the system user {SYSTEM_USER}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    """The environment without what would point PostgreSQL's programs elsewhere (PGDATA, PGPORT, PGHOST, …)."""
    kept = {name: value for name, value in os.environ.items() if not re.match(r"PG[A-Z]+$|LC_|LANG", name)}
    return {**kept, "LC_ALL": "C.UTF-8"}
