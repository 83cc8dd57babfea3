"""The whole service as its operators run it: set up with `authz`, started on a free port of the loopback interface."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.postgresql import free_port

PROJECT: Final = Path(__file__).parent.parent.parent
PROGRAM: Final = Path(sys.executable).parent / "authz"
REFERENCE_WORLD: Final = PROJECT / "tests" / "data" / "world.yaml"
ALL_SCOPES: Final = ("decide", "search", "explain", "as_of", "admin", "sync", "audit")
START_SECONDS: Final = 60
STOP_SECONDS: Final = 20


class ServiceError(RuntimeError):
    """The service cannot be set up or started; says what the program said."""


@dataclasses.dataclass(frozen=True)
class Service:
    """A service that answers at `base_url`; `key` is that of a caller with all scopes that were asked for."""

    base_url: str
    key: str
    environment: Mapping[str, str]
    log_file: Path

    def run(self, *arguments: str) -> str:
        """Run an `authz` command against the same database and return what it printed."""
        return _run(self.environment, *arguments)

    def log(self) -> str:
        """Return what the server has written so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")


@contextmanager
def start_service(
    database_url: str,
    directory: Path,
    *,
    scopes: Iterable[str] = ALL_SCOPES,
    facts: Path | None = REFERENCE_WORLD,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
    name: str = "tests",
) -> Iterator[Service]:
    """Set up and start the service, and stop it at the end.

    `directory` is for the key file and the log; `settings` are further variables (`AUTHZ_…`); `name`: of the
    caller that is added. Raises ServiceError.
    """
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AUTHZ_")},
        "AUTHZ_DATABASE_URL": database_url,
        "AUTHZ_KEY_FILE": str(directory / "service.key"),
        **(settings or {}),
    }
    _run(environment, "db", "upgrade")
    if facts is not None:
        _run(environment, "facts", "load", str(facts))
    chosen = [argument for scope in scopes for argument in ("--scope", scope)]
    key = _run(environment, "caller", "add", name, *chosen).strip()
    log_file = directory / f"service-{port}.log"
    with log_file.open("wb") as log:
        server = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(port), "--workers", str(workers)],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server
        )
    service = Service(f"http://127.0.0.1:{port}", key, environment, log_file)
    try:
        _await(service, server)
        yield service
    finally:
        _stop(server)


def _run(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ServiceError(f"authz {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def _await(service: Service, server: subprocess.Popen[bytes]) -> None:
    """Wait until the service is ready."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServiceError(f"authz serve ended:\n{service.log()}")
        try:
            with urllib.request.urlopen(f"{service.base_url}/readyz", timeout=5):  # noqa: S310 http, to ourselves
                return
        except OSError:
            time.sleep(0.05)
    raise ServiceError(f"authz serve is not ready:\n{service.log()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server, and its workers with it."""
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)  # its own session: the server and its workers, nothing else
        server.wait(STOP_SECONDS)
