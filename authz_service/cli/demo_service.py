"""A service of the demonstration's own: a folder that nobody else uses, a free port, a process that ends with us."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from authz_service.bootstrap.errors import StartError
from authz_service.settings import Settings

__all__ = ["RunningService", "free_port", "own_folder", "running_service"]

HOST: Final = "127.0.0.1"
FIRST: Final = "demo"
FOLDERS: Final = 10
START_SECONDS: Final = 45
STOP_SECONDS: Final = 15
POLL_SECONDS: Final = 0.1


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """Enter an empty folder below `parent`, for this process alone; it is removed at the end.

    Raises StartError, OSError.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, FOLDERS + 1):
        folder = parent / (f"{FIRST}-{number}" if number > 1 else FIRST)
        with folder.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # another demonstration is at work in it
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return
    raise StartError(f"{FOLDERS} demonstrations are running already")


def free_port(folder: Path, wanted: int) -> int:
    """Return the wanted port when nobody listens there, else another.

    Only the first of several demonstrations, by its folder, may have the wanted one: they could all find it free.
    """
    for port in (wanted, 0) if folder.name == FIRST else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise StartError("there is no free port")


class RunningService:
    """`authz serve` as a process of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._port = settings.port
        self._log = log
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTHZ_")}
        kept = {name: os.environ[name] for name in ("AUTHZ_CONFIG_DIR",) if name in os.environ}
        given = {
            "AUTHZ_ENVIRONMENT": settings.environment.value,
            "AUTHZ_DATABASE_URL": settings.database_url.get_secret_value(),
            "AUTHZ_KEY_FILE": str(settings.key_file),
            "AUTHZ_POLICY_DIR": str(settings.policy_dir),
            "AUTHZ_PUBLIC_URL": settings.public_url,
            "AUTHZ_HOST": settings.host,
            "AUTHZ_PORT": str(settings.port),
            "AUTHZ_IDENTITY__DEVELOPMENT_ISSUER": "true",
            "AUTHZ_IDENTITY__DEVELOPMENT_KEY_FILE": str(settings.identity.development_key_file),
        }
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "authz_service", "serve"],
                env={**environment, **kept, **given},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the service
            )

    def wait_until_ready(self) -> None:
        """Wait until the service can decide. Raises StartError with the last line of its log."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                ready = self._exchange("GET", "/readyz", None, {})[0] == HTTPStatus.OK
                if ready and self._process.poll() is None:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(POLL_SECONDS)
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        raise StartError(f"the service does not get ready: {lines[-1] if lines else 'it says nothing'}")

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None, bearer: str, language: str = "en"
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON body of an answer. Raises StartError, OSError."""
        headers = {
            "Authorization": f"Bearer {bearer}",
            "Content-Type": "application/json",
            "Accept-Language": language,
        }
        status, octets = self._exchange(method, path, None if body is None else json.dumps(body), headers)
        try:
            answer: dict[str, Any] = json.loads(octets)
        except ValueError:
            raise StartError("the service answered something that is no JSON") from None
        return status, answer

    def _exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait(self) -> int:
        """Wait until the service ends by itself and return its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End the service and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running_service(settings: Settings, log: Path) -> Iterator[RunningService]:
    """Start the service, wait until it is ready, and stop it at the end. Raises StartError."""
    service = RunningService(settings, log)
    try:
        service.wait_until_ready()
        yield service
    finally:
        service.stop()
