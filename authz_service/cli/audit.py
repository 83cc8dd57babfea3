"""`authz audit`: the tamper-evident log."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import click

from authz_service.audit.chain import FIRST, canonical
from authz_service.audit.verification import Report
from authz_service.bootstrap import audit_log
from authz_service.cli.configuration import configured
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json
from authz_service.cli.progress import working

__all__ = ["audit"]

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_public_key_option = click.option(
    "--public-key",
    "key_files",
    type=_READABLE,
    multiple=True,
    help="A public key (PEM) that checkpoints may be signed with, say an earlier one. May be given repeatedly.",
)


@click.group()
def audit() -> None:
    """The tamper-evident log of all commands."""


@audit.command()
@click.argument("file", required=False, type=_READABLE)
@click.option("--checkpoint", type=_READABLE, help="A checkpoint that was kept elsewhere, for the log to be held to.")
@_public_key_option
@json_option
def verify(file: Path | None, checkpoint: Path | None, key_files: tuple[Path, ...], *, as_json: bool) -> None:
    """Verify the log of the database, or an export (FILE) where there is no database.

    Names each record that was changed, taken away, inserted or moved, and a tail that was cut off, a line each. Ends
    with 1 when something was found.
    """
    with working("verifying the log"):
        if file is None:
            report = audit_log.verify_database(configured(), key_files=key_files, checkpoint=checkpoint)
        else:
            report = audit_log.verify_export(file, key_files=key_files, checkpoint=checkpoint)
    if file is not None and not key_files:
        click.echo("authz: the keys are those that the export names itself; --public-key takes yours", err=True)
    if as_json:
        print_json(_object(report))
    else:
        _tell(report)
    if not report.whole:
        click.get_current_context().exit(FAILED)


def _object(report: Report) -> dict[str, object]:
    return {
        "whole": report.whole,
        "records": report.records,
        "checkpoints": report.checkpoints,
        "last": report.last,
        "hash": report.hash.hex(),
        "fault_count": report.fault_count,
        "faults": [fault.as_json() for fault in report.faults],
    }


def _tell(report: Report) -> None:
    for fault in report.faults:
        click.echo(str(fault))
    if report.fault_count > len(report.faults):
        click.echo(f"and {report.fault_count - len(report.faults)} more")
    counted = f"{report.records} records, {report.checkpoints} checkpoints"
    if report.whole:
        ending = f"; the last is {report.last}, its hash {report.hash.hex()}" if report.records else ""
        click.echo(f"the log is whole: {counted}{ending}")
    else:
        count = report.fault_count
        click.echo(f"authz: the log is not whole: {count} fault{'s' if count > 1 else ''} in {counted}", err=True)


@audit.command()
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="A file, made with mode 0600.",
)
@click.option("--since", type=click.IntRange(min=FIRST), default=FIRST, metavar="SEQUENCE", help="The first record.")
@_public_key_option
def export(output: Path | None, since: int, key_files: tuple[Path, ...]) -> None:
    """Write the log as NDJSON, to be verified where there is no database. It names persons by opaque ids only."""
    with working("exporting the log"), audit_log.exported_log(configured(), since, key_files=key_files) as lines:
        if output is None:
            for line in lines:
                click.echo(line, nl=False)
        else:
            _write_private(output, lines)


def _write_private(path: Path, lines: Iterable[str]) -> None:
    """Put a file with these lines at the path, at once, readable by its owner only."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@audit.command()
@json_option
def checkpoint(*, as_json: bool) -> None:
    """Print the last signed checkpoint: kept elsewhere, it shows later whether the log up to it is still the same."""
    last = audit_log.latest_checkpoint(configured())
    if last is None:
        click.echo("authz: nothing was recorded yet", err=True)
        click.get_current_context().exit(FAILED)
    elif as_json:
        print_json(last)
    else:
        click.echo(canonical(last))


@audit.command("public-key")
@json_option
def public_key(*, as_json: bool) -> None:
    """Print the public key that the log is signed with (PEM), for those who verify it."""
    pem = audit_log.public_key(configured())
    if as_json:
        print_json({"public_key": pem})
    else:
        click.echo(pem, nl=False)
