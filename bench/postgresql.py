"""A private PostgreSQL server that is kept between runs, so that twenty million facts are loaded once.

Its folder is outside of the project's, since as root the server runs as a user without rights, who may not look in
there. It listens on the loopback interface only and commits to the disk as a real one does.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from bench.processes import free_port
from tests.support.postgresql import (  # the same programs, run as the same user
    DATABASE_USER,
    _unprivileged_user,
    find_programs,
)

__all__ = ["Cluster"]

START_SECONDS: Final = 120
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "maintenance_work_mem": "512MB",
    "lc_messages": "C",
}


class Cluster:
    """A server with its data in a folder, made where there is none; as a context manager it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs = find_programs()
        self._user = _unprivileged_user() if os.geteuid() == 0 else None
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        """Raises RuntimeError when it cannot be made or started."""
        if not (self.folder / "data" / "PG_VERSION").exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self._make()
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def version(self) -> str:
        """The version of the server."""
        with self._connected() as connection:
            return str(connection.info.parameter_status("server_version")).split()[0]

    def url(self, database: str) -> str:
        """Return the URL of a database, as the service takes it."""
        return f"postgresql+psycopg://{DATABASE_USER}:{self._password()}@127.0.0.1:{self._port}/{database}"

    def has(self, database: str) -> bool:
        """Return whether there is such a database."""
        with self._connected() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        return found is not None

    def create(self, database: str) -> str:
        """Make an empty database in place of one of that name, and return its URL."""
        with self._connected() as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def drop_all(self, beginning: str) -> None:
        """Drop the databases whose names begin with this."""
        with self._connected() as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (beginning,))
            names = [str(name) for (name,) in found.fetchall()]
        for name in names:
            self.drop(name)

    def rename(self, database: str, name: str) -> None:
        """Give a database that nobody is connected to another name, in place of one that has it."""
        with self._connected() as connection:
            old, new = sql.Identifier(database), sql.Identifier(name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, new))

    def pid(self) -> int:
        """Return the process that all the server's others are children of."""
        if self._server is None:
            raise RuntimeError("PostgreSQL does not run")
        return self._server.pid

    def stop(self) -> None:
        """Stop the server; its data stays."""
        server, self._server = self._server, None
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)  # a fast shutdown: ends connections, and writes what is to be written
            server.wait(START_SECONDS)

    def _make(self) -> None:
        self.folder.mkdir(parents=True, mode=0o700)
        password = self.folder / "password"
        password.touch(0o600, exist_ok=False)
        password.write_text(secrets.token_hex(16), "ascii")
        if self._user is not None:
            for path in (self.folder, password):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        options = {"pgdata": self.folder / "data", "username": DATABASE_USER, "pwfile": password}
        words = [*(f"--{name}={value}" for name, value in options.items()), "--auth=scram-sha-256"]
        command = [*self._as_user(), self._programs / "initdb", *words, "--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(command, cwd=self.folder, env=_environment(), capture_output=True, text=True, check=False)
        if made.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise RuntimeError(f"initdb: {made.stderr.strip()}")

    def _start(self) -> None:
        self._port = free_port()
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command: list[str | Path] = [
            self._programs / "postgres",
            "-D",
            self.folder / "data",
            "-p",
            str(self._port),
            "-k",
            self.folder,
        ]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as_user(), *command, *settings],
                cwd=self.folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._server.poll() is None:
            with suppress(psycopg.OperationalError), self._connected():
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"PostgreSQL does not start; {self.folder / 'log'} says why")

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        url = self.url("postgres").replace("postgresql+psycopg", "postgresql")
        return psycopg.connect(url, autocommit=True, connect_timeout=10)

    def _password(self) -> str:
        return (self.folder / "password").read_text("ascii")

    def _as_user(self) -> list[str | Path]:
        """Run what follows unprivileged, and have the kernel interrupt it should we be killed."""
        command: list[str | Path] = ["setpriv", "--pdeathsig", "INT"]
        if self._user is not None:
            command += [f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}", "--clear-groups"]
        return [*command, "--"]


def _environment() -> dict[str, str]:
    """Return the environment without what would point PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not re.match(r"PG[A-Z]+$|LC_|LANG", name)}
    return {**kept, "LC_ALL": "C.UTF-8"}
