"""`authz demo`: the service at work on the synthetic reference world, with a database and keys of its own."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from authz_service.bootstrap import databases
from authz_service.bootstrap.audit_log import verify_database
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.identity import development_issuer
from authz_service.cli.configuration import configured
from authz_service.cli.demo_directory import tell_directory
from authz_service.cli.demo_service import HOST, RunningService, free_port, own_folder, running_service
from authz_service.cli.demo_stories import STORY, Names, Question
from authz_service.cli.demo_telling import Teller
from authz_service.cli.failures import FAILED
from authz_service.domain.service_commands import AddCaller
from authz_service.domain.vocabulary import Scope
from authz_service.services.facts_file.tree import FactsFile
from authz_service.settings import Environment, Settings, config_dir, home, load_settings

__all__ = ["demo"]

SCOPES: Final = (Scope.DECIDE, Scope.EXPLAIN, Scope.AS_OF, Scope.SEARCH)


@click.command()
@click.option("--once", is_flag=True, help="Show it and end, instead of serving on until interrupted.")
def demo(*, once: bool) -> None:
    """See the service at work on a synthetic world: one story of commands and questions over HTTP, with explanations.

    Makes a database and keys below var/ for as long as it lasts, and touches no others. Ends with 1 when an answer is
    not the expected one.
    """
    for told_to_end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(told_to_end, _interrupt)
    configuration = configured()
    world = config_dir() / "reference_world.yaml"
    with own_folder(home() / "var") as folder:
        port = free_port(folder, configuration.port)
        if port != configuration.port:
            click.echo(f"port {configuration.port} is taken; this demonstration takes {port}")
        settings = load_settings(
            environment=Environment.DEVELOPMENT,
            database_url=f"sqlite:///{folder / 'authz.db'}",
            key_file=folder / "authz.key",
            host=HOST,
            port=port,
            public_url=f"http://{HOST}:{port}",
            identity={"development_issuer": True, "development_key_file": folder / "issuer.pem"},
        )
        key = _prepare(settings, world)
        with running_service(settings, folder / "service.log") as service:
            names = Names.of_world(world)
            teller = Teller(service, names, key, development_issuer(settings))
            wrong = sum(not teller.tell(number, step) for number, step in enumerate(STORY, start=1))
            if wrong:
                click.echo(f"authz demo: {wrong} of {len(STORY)} answers are not the expected ones", err=True)
                click.get_current_context().exit(FAILED)
            tell_directory(settings, folder)
            _tell_log(settings)
            click.echo(f"{len(STORY)} steps, all answered as the sources say.")
            if not once:
                question = next(step for step in STORY if isinstance(step, Question) and not step.reasons)
                _serve_on(settings, service, key, names.asked(question))


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _prepare(settings: Settings, world: Path) -> str:
    """Make the database, load the world, and return the key of a new caller."""
    databases.upgrade_database(settings)
    report = databases.load_facts(settings, FactsFile.at(world), dry_run=False)
    key = databases.add_caller(settings, AddCaller("demonstration", frozenset(SCOPES), "shows the service at work"))
    click.echo(
        f"a new database with {report.added} facts of {world.name}; starting the service on {settings.public_url}"
    )
    click.echo()
    return key


def _tell_log(settings: Settings) -> None:
    """Verify the audit log, which every command stands in. Raises StartError when it is not whole."""
    report = verify_database(settings)
    if not report.whole:
        raise StartError("the audit log does not verify")
    click.echo(f"The audit log has {report.records} records, and nobody has changed one: `authz audit verify`.")


def _serve_on(settings: Settings, service: RunningService, key: str, question: dict[str, Any]) -> None:
    """Say how to ask on, and wait until the service ends or we are interrupted."""
    click.echo(f"The service goes on at {settings.public_url} until you interrupt it (Ctrl-C). Ask it yourself:\n")
    click.echo(
        f"curl -s {settings.public_url}/access/v1/evaluation -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{json.dumps(question)}'\n"
    )
    try:
        code = service.wait()
    except KeyboardInterrupt:
        click.echo("stopped")
        return
    raise StartError(f"the service ended by itself (exit code {code})")
