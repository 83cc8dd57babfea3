"""A private PgBouncer for tests: many clients over few connections of the server, handed on after each transaction."""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.postgresql import SYSTEM_USER, free_port

PROGRAM = "/usr/sbin/pgbouncer"
START_SECONDS = 20
SETTINGS = """[databases]
{database} = host={server.hostname} port={server.port} dbname={database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
ignore_startup_parameters = extra_float_digits,options
"""


@contextmanager
def pooled(url: str, connections: int) -> Iterator[str]:
    """The URL of the same database through a pooler with so many connections to the server."""
    server = urlsplit(url)
    database = server.path.lstrip("/")
    with tempfile.TemporaryDirectory(prefix="authz-pooler-") as name:
        folder, port = Path(name), free_port()
        (folder / "users").write_text(f'"{server.username}" "{server.password}"\n')
        settings = SETTINGS.format(database=database, server=server, port=port, folder=folder, connections=connections)
        (folder / "settings").write_text(settings)
        # It refuses to run as root, as PostgreSQL does.
        user = pwd.getpwnam(SYSTEM_USER) if os.geteuid() == 0 else None
        if user is not None:
            for path in (folder, *folder.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
        whoever = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([PROGRAM, folder / "settings"], stderr=log, **whoever)  # type: ignore[call-overload]
        try:
            _wait_for(port, process, folder / "log")
            yield url.replace(f":{server.port}/", f":{port}/")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_SECONDS)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PgBouncer does not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
