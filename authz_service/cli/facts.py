"""`authz facts`: loading facts files and writing them."""

from __future__ import annotations

import dataclasses
import os
import secrets
from pathlib import Path
from typing import BinaryIO, cast

import click

from authz_service.bootstrap import databases
from authz_service.cli.configuration import configured
from authz_service.cli.facts_progress import staging
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json
from authz_service.cli.progress import working
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.tree import FactsFile, Form

__all__ = ["facts"]


@click.group()
def facts() -> None:
    """The facts that questions are answered from."""


@facts.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check the file and say what it would change.")
@click.option("--progress", is_flag=True, help="Tell how far it is on stderr although that is no terminal (NDJSON).")
@json_option
def load(file: Path, *, dry_run: bool, progress: bool, as_json: bool) -> None:
    """Load a facts file: YAML, JSON (.json) or one object a line (.ndjson, or - for standard input). All or nothing.

    What the file says of a thing replaces what is known of it; things it does not mention stay as they are. The same
    file again changes nothing.

    One object a line is for files of any size: whatever an object refers to stands in a line before it, or is known.
    """
    settings = configured()
    try:
        if str(file) == "-" or file.suffix.lower() == ".ndjson":
            with click.open_file(str(file), "rb") as lines, staging(shown=progress) as tell:
                report = databases.load_lines(settings, cast("BinaryIO", lines), tell, dry_run=dry_run)
        else:
            with working(f"{'checking' if dry_run else 'loading'} {file}"):
                report = databases.load_facts(settings, FactsFile.at(file), dry_run=dry_run)
    except FactsFileError as error:
        _tell_errors(file, error, as_json=as_json)
        click.get_current_context().exit(FAILED)
    if as_json:
        print_json({**dataclasses.asdict(report), "dry_run": dry_run})
        return
    verb = "would be " if dry_run else ""
    click.echo(
        f"{report.added} records {verb}added, {report.closed} {verb}closed, {report.unchanged} known already; "
        f"facts revision {report.revision}"
    )


def _tell_errors(file: Path, error: FactsFileError, *, as_json: bool) -> None:
    if as_json:
        print_json({"errors": [dataclasses.asdict(each) for each in error.errors]})
    for each in error.errors:
        click.echo(f"{file}: {each}", err=True)
    count = len(error.errors)
    click.echo(f"authz: {file}: {count} error{'s' if count > 1 else ''}; nothing was loaded", err=True)


@facts.command()
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="A file, made with mode 0600.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of YAML.")
def export(output: Path | None, *, as_json: bool) -> None:
    """Write all facts that are believed now as a facts file, which loads to the same.

    It holds national numbers: it is as secret as the database with its key file.
    """
    with working("reading all facts"):
        text = databases.export_facts(configured(), Form.JSON if as_json else Form.YAML)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write_private(output, text)


def _write_private(path: Path, text: str) -> None:
    """Put a file with this text at the path, at once, readable by its owner only."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
