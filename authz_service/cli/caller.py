"""`authz caller`: who may call the service."""

from __future__ import annotations

import click

from authz_service.bootstrap.databases import add_caller, checked_database, revoke_caller
from authz_service.cli.configuration import configured
from authz_service.cli.output import json_option, print_json, print_table
from authz_service.domain import moments
from authz_service.domain.service_commands import AddCaller, RevokeCaller
from authz_service.domain.vocabulary import Scope
from authz_service.store.callers import CallerEntry, Callers

__all__ = ["caller"]


@click.group()
def caller() -> None:
    """Who may call the service, and for what."""


@caller.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="May be given repeatedly.",
)
@click.option("--purpose", default="", help="What the caller needs it for, for those who review callers.")
@click.option("--ends", metavar="DATE", help="The last day the key works (2026-12-31), or an RFC 3339 moment.")
def add(name: str, scopes: tuple[str, ...], purpose: str, ends: str | None) -> None:
    """Add a caller and print its key, this once: only its hash is kept.

    The key alone goes to standard output, so that it can go straight into a file or a secret store.
    """
    ends_at = _end(ends)
    command = AddCaller(name, frozenset(Scope(scope) for scope in scopes), purpose, ends_at)
    click.echo(add_caller(configured(), command))


def _end(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        end = moments.end_of(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--ends") from None
    if end <= moments.now():
        raise click.BadParameter("that is over already", param_hint="--ends")
    return end


@caller.command("list")
@json_option
def list_callers(*, as_json: bool) -> None:
    """List all callers there are and were; never their keys."""
    with checked_database(configured()) as database:
        entries = Callers(database).list()
    if as_json:
        print_json([_object(entry) for entry in entries])
    elif entries:
        print_table(("name", "scopes", "state", "since", "ends", "purpose"), [_row(entry) for entry in entries])
    else:
        click.echo("there are no callers; `authz caller add` makes one", err=True)


@caller.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Take a caller's access away, from the next request on."""
    revoke_caller(configured(), RevokeCaller(name))
    click.echo("the key is revoked")


def _state(entry: CallerEntry) -> str:
    if entry.revoked_at is not None:
        return "revoked"
    ends_at = entry.caller.ends_at
    return "ended" if ends_at is not None and ends_at <= moments.now() else "active"


def _moment(instant: int | None) -> str | None:
    return None if instant is None else moments.text_of(instant)


def _object(entry: CallerEntry) -> dict[str, object]:
    return {
        "name": entry.caller.name,
        "scopes": sorted(entry.caller.scopes),
        "purpose": entry.caller.purpose,
        "state": _state(entry),
        "created_at": _moment(entry.created_at),
        "ends_at": _moment(entry.caller.ends_at),
        "revoked_at": _moment(entry.revoked_at),
    }


def _row(entry: CallerEntry) -> tuple[str, ...]:
    return (
        entry.caller.name,
        " ".join(sorted(entry.caller.scopes)),
        _state(entry),
        (_moment(entry.created_at) or "")[:10],
        (_moment(entry.revoked_at or entry.caller.ends_at) or "")[:10],
        entry.caller.purpose,
    )
