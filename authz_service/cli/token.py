"""`authz token`: an access token of the development issuer."""

from __future__ import annotations

import re
import sys
from typing import Final

import click

from authz_service.bootstrap.identity import development_issuer
from authz_service.cli.configuration import configured
from authz_service.domain.identifiers import InvalidIdentifierError, Niss
from authz_service.domain.vocabulary import Scope
from authz_service.identity.development import MAX_LIFETIME_SECONDS
from authz_service.settings import Settings

__all__ = ["token"]

EXAMPLES: Final = """\b
Examples:
  authz token --niss - --means eid < number.txt
  authz token --agent agent_7 --means password --lifetime 8h
  authz token --machine portal --scope decide --scope explain
"""
_LIFETIME: Final = re.compile(r"([1-9][0-9]{0,5})([smh])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


@click.command(epilog=EXAMPLES)
@click.option("--niss", metavar="NISS", help='A person, by national number; "-" reads it from standard input.')
@click.option("--agent", metavar="ID", help="A contact-centre agent.")
@click.option("--machine", metavar="NAME", help="A program that comes for itself.")
@click.option("--means", metavar="NAME", help="How the person or agent logged in: a name of [assurance.levels].")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the program may do with the service. May be given repeatedly.",
)
@click.option("--lifetime", metavar="TIME", default="15m", show_default=True, help="90s, 15m or 8h; up to 24h.")
def token(
    niss: str | None, agent: str | None, machine: str | None, means: str | None, scopes: tuple[str, ...], lifetime: str
) -> None:
    """Make an access token for trying things out, and print it alone.

    It needs the development issuer to be switched on (identity.development_issuer), which production refuses. Others
    on this machine can see a national number on the command line: "-" keeps it off.
    """
    seconds = _seconds(lifetime)
    _check_use(niss, agent, machine, means, scopes)
    settings = configured()
    _check_means(means, settings)
    issuer = development_issuer(settings)
    if niss is not None:
        click.echo(issuer.person(_niss(niss), means, seconds))
    elif agent is not None:
        click.echo(issuer.agent(agent, means, seconds))
    elif machine is not None:
        click.echo(issuer.machine(machine, [Scope(scope) for scope in scopes], seconds))


def _check_use(
    niss: str | None, agent: str | None, machine: str | None, means: str | None, scopes: tuple[str, ...]
) -> None:
    if sum(bool(who) for who in (niss, agent, machine)) != 1:
        raise click.UsageError("one of --niss, --agent and --machine is needed")
    if machine and means:
        raise click.UsageError("a program has no --means")
    if not machine and scopes:
        raise click.UsageError("--scope is for a --machine only")
    if machine and not scopes:
        raise click.UsageError("a --machine needs a --scope")


def _check_means(means: str | None, settings: Settings) -> None:
    if means is not None and means not in settings.assurance.levels:
        raise click.BadParameter(f"one of {', '.join(settings.assurance.levels)}", param_hint="--means")


def _niss(text: str) -> Niss:
    digits = sys.stdin.buffer.read(100).decode("ascii", "replace").strip() if text == "-" else text
    try:
        return Niss.parse(digits)
    except InvalidIdentifierError as error:
        raise click.BadParameter(str(error), param_hint="--niss") from None


def _seconds(text: str) -> int:
    parts = _LIFETIME.fullmatch(text)
    seconds = int(parts[1]) * _SECONDS[parts[2]] if parts else 0
    if not 1 <= seconds <= MAX_LIFETIME_SECONDS:
        raise click.BadParameter("such as 90s, 15m or 8h, up to 24h", param_hint="--lifetime")
    return seconds
