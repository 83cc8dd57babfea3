"""`authz sync`: keep directories as the policy says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from authz_service.bootstrap.directories import CANNOT_SAY, KeptDirectory, PlanChangedError, opened_directories
from authz_service.bootstrap.log_lines import configure_logging
from authz_service.cli.configuration import configured
from authz_service.cli.failures import FAILED, SOMETHING_TO_DO
from authz_service.cli.output import json_option, print_json
from authz_service.cli.progress import counting, working
from authz_service.cli.stopping import stop_event
from authz_service.cli.sync_telling import (
    plan_ldif,
    plan_lines,
    run_document,
    run_lines,
    status_document,
    status_lines,
    verification_line,
)
from authz_service.store.directories import RunOutcome
from authz_service.sync.collecting import collect_seldom
from authz_service.sync.following import follow
from authz_service.sync.limits import Excess
from authz_service.sync.plans import Plan
from authz_service.sync.reasons import Reason
from authz_service.sync.runs import RunReport
from authz_service.sync.saved_plans import InvalidPlanError, SavedPlan, plan_document
from authz_service.sync.verifying import verified

__all__ = ["sync"]

Result = TypeVar("Result")
_LARGEST_PLAN: Final = 1_073_741_824

targets_argument = click.argument("targets", metavar="[TARGET]...", nargs=-1)


@click.group()
def sync() -> None:
    """Keep directories (LDAP) as the policy says: config/directories.toml names them.

    Without a TARGET, all of them are meant. What goes wrong with one target keeps nothing from the others.
    """
    collect_seldom()


@sync.command()
@targets_argument
@click.option("--ldif", is_flag=True, help="Print the changes as LDIF.")
@click.option("--from-nothing", is_flag=True, help="As if the directory held nothing: no server is asked.")
@json_option
@click.pass_context
def plan(ctx: click.Context, targets: tuple[str, ...], *, ldif: bool, from_nothing: bool, as_json: bool) -> None:
    """Show what would be written, and why. Nothing is written.

    Ends with 0 when there is nothing to do, with 3 when there is something, with 1 when that cannot be said.
    """
    if ldif and as_json:
        raise click.UsageError("either --ldif or --json")
    documents: list[dict[str, Any]] = []
    with opened_directories(configured(), targets) as kept:
        for directory in kept:
            with working(f"{directory.name}: comparing"):
                result = _tried(directory, _planning(directory, from_nothing=from_nothing), documents)
            if result is None:
                continue
            made, beyond, because = result
            documents.append(plan_document(made, beyond, because))
            if ldif:
                click.echo(plan_ldif(made, because), nl=False)
            elif not as_json:
                _echo(plan_lines(documents[-1]))
    if as_json:
        print_json({"targets": documents})
    if _any_failed(documents):
        ctx.exit(FAILED)
    differs = any(document["changes"] or document["clashes"] or document["left"] for document in documents)
    ctx.exit(SOMETHING_TO_DO if differs else 0)


_Planned = tuple[Plan, tuple[Excess, ...], Mapping[str, tuple[Reason, ...]]]


def _planning(directory: KeptDirectory, *, from_nothing: bool) -> Callable[[], _Planned]:
    def planned() -> _Planned:
        made, beyond = (directory.plan_from_nothing(), ()) if from_nothing else directory.plan()
        return made, beyond, directory.because(made)

    return planned


@sync.command()
@targets_argument
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A plan that `authz sync plan --json` printed: it is carried out only if it is still the plan of now.",
)
@json_option
@click.pass_context
def apply(ctx: click.Context, targets: tuple[str, ...], plan_file: Path | None, *, as_json: bool) -> None:
    """Write what has to be written.

    Ends with 0 when all of it was, with 3 when a plan goes beyond its limits and waits for an approval, with 1 when
    something went wrong.
    """
    saved = _saved_plans(plan_file) if plan_file else {}
    if saved and set(targets) - saved.keys():
        raise click.UsageError("--plan: the file holds no plan for that target")
    documents: list[dict[str, Any]] = []
    outcomes = set[RunOutcome]()
    with opened_directories(configured(), targets or saved) as kept:
        for directory in kept:
            result = _tried(directory, _applying(directory, saved.get(directory.name)), documents)
            if result is None:
                continue
            outcomes.add(result.run.outcome)
            documents.append(run_document(result))
            if not as_json:
                _echo(run_lines(result))
    if as_json:
        print_json({"targets": documents})
    if _any_failed(documents) or not outcomes <= {RunOutcome.DONE, RunOutcome.BLOCKED}:
        ctx.exit(FAILED)
    ctx.exit(SOMETHING_TO_DO if RunOutcome.BLOCKED in outcomes else 0)


def _applying(directory: KeptDirectory, saved: SavedPlan | None) -> Callable[[], RunReport]:
    def applied() -> RunReport:
        with counting(f"{directory.name}: asking the policy") as asking, counting(f"{directory.name}: writing") as bar:
            return directory.apply(saved, asking, bar)

    return applied


@sync.command()
@targets_argument
@json_option
@click.pass_context
def verify(ctx: click.Context, targets: tuple[str, ...], *, as_json: bool) -> None:
    """Read everything again and compare it with what should be there. Nothing is written.

    Ends with 0 when all is as it should be, with 3 when something is not, with 1 when that cannot be said.
    """
    documents: list[dict[str, Any]] = []
    with opened_directories(configured(), targets) as kept:
        for directory in kept:
            with working(f"{directory.name}: reading"):
                result = _tried(directory, directory.plan, documents)
            if result is None:
                continue
            verification = verified(result[0])
            documents.append(
                {
                    "target": directory.name,
                    "exact": verification.is_exact,
                    "differing": verification.differing,
                    "clashing": verification.clashing,
                    "left": verification.left,
                    "unchanged": verification.unchanged,
                }
            )
            if not as_json:
                click.echo(verification_line(directory.name, verification))
    if as_json:
        print_json({"targets": documents})
    if _any_failed(documents):
        ctx.exit(FAILED)
    ctx.exit(0 if all(document["exact"] for document in documents) else SOMETHING_TO_DO)


@sync.command()
@targets_argument
@json_option
def status(targets: tuple[str, ...], *, as_json: bool) -> None:
    """Show how each target stands: its last run, how far it is behind, what is wrong with which entry, its next run.

    Asks no directory.
    """
    with opened_directories(configured(), targets) as kept:
        states = [directory.status() for directory in kept]
    if as_json:
        print_json({"targets": [status_document(state) for state in states]})
        return
    for state in states:
        _echo(status_lines(state))


@sync.command()
@targets_argument
def run(targets: tuple[str, ...]) -> None:
    """Keep the directories as the facts and the policy say, until interrupted (SIGINT, SIGTERM).

    A change is written about a second after its commit, what follows from a date at its instant. Several may run.
    """
    settings = configured()
    configure_logging(settings)
    with opened_directories(settings, targets) as kept:
        follow([directory.follower for directory in kept], stop_event())


@sync.command()
@click.argument("target")
@click.argument("digest")
@click.option(
    "--hours", type=click.FloatRange(0, 720, min_open=True), default=24, show_default=True, help="How long it holds."
)
def approve(target: str, digest: str, hours: float) -> None:
    """Let one plan be carried out once although it goes beyond the limits of its target. It is noted in the audit log.

    DIGEST: of the plan, or the first 16 characters of it or more, as `authz sync plan` and `apply` print it. Whoever
    approves a plan does not carry it out himself, unless the setting operators.second_operator is false.
    """
    if len(digest) < 16 or not all(sign in "0123456789abcdef" for sign in digest):
        raise click.BadParameter("16 to 64 of the characters 0-9 and a-f", param_hint="DIGEST")
    settings = configured()
    with opened_directories(settings, [target]) as kept, working(f"{target}: comparing"):
        try:
            made, beyond = kept[0].approve(digest, hours)
        except (*CANNOT_SAY, PlanChangedError) as error:
            raise click.ClickException(str(error)) from None
    others = " by anybody but you" if settings.operators.second_operator else ""
    click.echo(f"{target}: plan {made.digest[:16]} may be carried out once within {hours:g} hours{others}, although")
    _echo(f"  {excess.told}" for excess in beyond)


def _tried(directory: KeptDirectory, work: Callable[[], Result], documents: list[dict[str, Any]]) -> Result | None:
    """Return what the work returns. None: it cannot be done for this target, which is said on stderr and noted."""
    try:
        return work()
    except CANNOT_SAY as error:
        told = str(error).removeprefix(f"target {directory.name}: ")
        click.echo(f"authz: target {directory.name}: {told}", err=True)
        documents.append({"target": directory.name, "error": told})
        return None


def _any_failed(documents: Iterable[Mapping[str, Any]]) -> bool:
    return any("error" in document for document in documents)


def _saved_plans(file: Path) -> dict[str, SavedPlan]:
    """Return the plans in a file by target. Raises UsageError."""
    if file.stat().st_size > _LARGEST_PLAN:
        raise click.UsageError("--plan: the file is too large")
    try:
        content = json.loads(file.read_text("utf-8"))
        documents = content["targets"] if isinstance(content, dict) and "targets" in content else [content]
        saved = [SavedPlan.parse(json.dumps(document)) for document in documents if "error" not in document]
    except (InvalidPlanError, ValueError, TypeError, RecursionError) as error:
        told = str(error) if isinstance(error, InvalidPlanError) else "the file holds no plan that was saved"
        raise click.UsageError(f"--plan: {told}") from None
    return {each.target: each for each in saved}


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
