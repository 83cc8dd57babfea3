"""`authz demo`: the service at work on the synthetic reference world, with a database and keys of its own."""

from __future__ import annotations

import json
import signal
import textwrap
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from authz_service.bootstrap import databases
from authz_service.bootstrap.errors import StartError
from authz_service.cli.configuration import configured
from authz_service.cli.demo_service import HOST, RunningService, free_port, own_folder, running_service
from authz_service.cli.demo_stories import STORIES, Names, Story
from authz_service.cli.failures import FAILED
from authz_service.domain.vocabulary import Scope
from authz_service.services.facts_file.tree import FactsFile
from authz_service.settings import Environment, Settings, config_dir, home, load_settings
from authz_service.store.callers import Callers

__all__ = ["demo"]

SCOPES: Final = (Scope.DECIDE, Scope.EXPLAIN, Scope.AS_OF, Scope.SEARCH)
WIDTH: Final = 100


@click.command()
@click.option("--once", is_flag=True, help="Show it and end, instead of serving on until interrupted.")
def demo(*, once: bool) -> None:
    """See the service at work on a synthetic world: real questions over HTTP, with answers and explanations.

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
        )
        key = _prepare(settings, world)
        with running_service(settings, folder / "service.log") as service:
            names = Names.of_world(world)
            wrong = sum(not _tell(number, story, names, service, key) for number, story in enumerate(STORIES, start=1))
            if wrong:
                click.echo(f"authz demo: {wrong} of {len(STORIES)} answers are not the expected ones", err=True)
                click.get_current_context().exit(FAILED)
            click.echo(f"{len(STORIES)} questions, all answered as the sources say.")
            if not once:
                _serve_on(settings, service, key, names.question(STORIES[1]))


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _prepare(settings: Settings, world: Path) -> str:
    """Make the database, load the world, and return the key of a new caller."""
    databases.upgrade_database(settings)
    report = databases.load_facts(settings, FactsFile.at(world), dry_run=False)
    with databases.checked_database(settings) as database:
        key = Callers(database).add("demonstration", SCOPES, "shows the service at work")
    click.echo(
        f"a new database with {report.added} facts of {world.name}; starting the service on {settings.public_url}"
    )
    click.echo()
    return key


def _tell(number: int, story: Story, names: Names, service: RunningService, key: str) -> bool:
    """Ask a question and show it with its answer; return whether the answer is the expected one."""
    question = names.question(story)
    status, answer = service.ask(key, question)
    click.secho(f"{number}. {story.title}", bold=True)
    for part, value in question.items():
        text = json.dumps(value)
        who = ", ".join(names.named(text))
        _line(part, f"{text}  ({who})" if who else text)
    if status != HTTPStatus.OK:
        _line("answer", click.style(f"HTTP {status} {answer.get('message', '')}", fg="red"))
        return False
    context: dict[str, Any] = answer["context"]
    allowed: bool = answer["decision"]
    word = click.style("allowed", fg="green", bold=True) if allowed else click.style("denied", fg="red", bold=True)
    _line("answer", f"{word} {' '.join(context['reasons'])}".rstrip())
    _line("rules", ", ".join(context["rules"]))
    _line(story.language, context["reason_user"][story.language])
    click.echo()
    return allowed is not bool(story.reasons) and tuple(context["reasons"]) == story.reasons


def _line(name: str, text: str) -> None:
    first, *more = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    click.echo(f"   {click.style(f'{name:9}', dim=True)} {first}")
    for line in more:
        click.echo(f"{'':13}{line}")


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
