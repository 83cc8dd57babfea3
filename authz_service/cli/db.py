"""`authz db`: the database and its keys."""

from __future__ import annotations

import click

from authz_service.bootstrap import databases
from authz_service.cli.configuration import configured

__all__ = ["db"]


@click.group()
def db() -> None:
    """The database and its keys."""


@db.command()
def upgrade() -> None:
    """Create or migrate the database, and make the key file and the key of the audit log if there are none."""
    for line in databases.upgrade_database(configured()):
        click.echo(line, err=True)
    click.echo("the database is up to date")


@db.command("rotate-keys")
def rotate_keys() -> None:
    """Put all national numbers under new keys. Running services notice at their next question.

    May be interrupted at any moment: the key file always opens the database as it stands.
    """
    version = databases.rotate_keys(configured())
    click.echo(f"the database is under version {version} of the keys")
