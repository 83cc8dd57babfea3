"""The program as a user runs it: a process of its own, its settings in the environment only."""

import contextlib
import http.client
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from authz_service.cli.main import main
from tests.support.postgresql import free_port

PROJECT = Path(__file__).parents[2]
WORLD = PROJECT / "config" / "reference_world.yaml"
START_SECONDS = 60


@dataclass(frozen=True)
class Result:
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def is_one_line_error(self, code: int, *words: str) -> bool:
        """True when the command ended with the code and told why in one line, and in nothing else."""
        assert self.code == code, self
        assert self.err.count("\n") == 1, self
        assert self.err.startswith("authz"), self
        assert not self.out, self
        assert all(word in self.err for word in words), self
        return True


@dataclass(frozen=True)
class Program:
    """`authz` on one installation."""

    environment: dict[str, str] = field(default_factory=dict)

    def having(self, **settings: object) -> "Program":
        """Return the program with other settings beside these."""
        given = {f"AUTHZ_{name}": str(value) for name, value in settings.items()}
        return replace(self, environment={**self.environment, **given})

    def with_variable(self, name: str, value: str) -> "Program":
        return replace(self, environment={**self.environment, name: value})

    def whole_environment(self) -> dict[str, str]:
        """Return the environment of a process: ours without our own settings, and what is given."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AUTHZ_", "POLAR_"))}
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.environment}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "authz_service", *arguments]

    def run(self, *arguments: str, stdin: str = "") -> Result:
        done = subprocess.run(
            self.command(*arguments),
            env=self.whole_environment(),
            cwd=PROJECT,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def succeeds(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that must end well, and return what it printed."""
        result = self.run(*arguments, stdin=stdin)
        assert result.code == 0, result
        return result.out

    @contextlib.contextmanager
    def serving(self, *arguments: str) -> Iterator["Served"]:
        """Run `authz serve` until the end of the context; it must be ready by then, and end well on SIGTERM."""
        port = free_port()
        process = subprocess.Popen(
            self.command("serve", "--port", str(port), *arguments),
            env=self.whole_environment(),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        served = Served(port, process)
        try:
            served.wait_until_ready()
            yield served
        finally:
            served.stop()


@dataclass
class Served:
    """A running service. `log` is what it wrote, once it is stopped."""

    port: int
    process: "subprocess.Popen[str]"
    log: str = ""

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.exchange("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.1)
        self.stop()
        raise AssertionError(f"not ready: {self.log}")

    def exchange(
        self, method: str, path: str, body: object = None, key: str | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the service and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.log += self.process.communicate(timeout=30)[1] if self.process.stderr else ""
        self.process.stderr = None
        return self.process.returncode


@pytest.fixture
def program(sqlite_url: str) -> Program:
    """The program where nothing has been set up yet, on SQLite."""
    return Program().having(DATABASE_URL=sqlite_url)


@pytest.fixture
def program_on_each(database_url: str, tmp_path: Path) -> Program:
    """The program where nothing has been set up yet, on each of the two databases."""
    return Program().having(DATABASE_URL=database_url, KEY_FILE=tmp_path / "authz.key")


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with the reference world, on SQLite. For tests that change nothing."""
    program = Program().having(DATABASE_URL=f"sqlite:///{tmp_path_factory.mktemp('loaded') / 'authz.db'}")
    program.succeeds("db", "upgrade")
    program.succeeds("facts", "load", str(WORLD))
    return program


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Result]]:
    """Run a command of a program within this process: for many short ones, which would spend their time on starting."""
    root = logging.getLogger()
    kept = (root.level, list(root.handlers))

    def run(program: Program, *arguments: str, stdin: str = "") -> Result:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(("AUTHZ_", "POLAR_"))]:
                patch.delenv(name)
            for name, value in program.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["authz", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            with pytest.raises(SystemExit) as ended:
                main()
        told = capsys.readouterr()
        return Result(int(ended.value.code or 0), told.out, told.err)

    yield run
    structlog.reset_defaults()
    root.setLevel(kept[0])
    root.handlers[:] = kept[1]
