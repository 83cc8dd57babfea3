"""`authz policy matrix`: who holds which right where, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, TextIO

import click

from authz_service.bootstrap.databases import checked_database
from authz_service.bootstrap.log_lines import configure_logging
from authz_service.bootstrap.operators import require
from authz_service.bootstrap.policies import load_policy
from authz_service.cli.configuration import configured
from authz_service.domain import moments
from authz_service.domain.identifiers import EnterpriseNumber, InvalidIdentifierError, Niss
from authz_service.domain.person_ids import is_person_id
from authz_service.domain.vocabulary import Action
from authz_service.services.decisions import DecisionService
from authz_service.services.matrix.matrix import AuthorityMatrix, EnterpriseMatrix, Wanted
from authz_service.services.matrix.workbook import write_workbook
from authz_service.services.matrix.writing import TEXT_FORMATS
from authz_service.store.reading import FactsReader

__all__ = ["matrix"]

XLSX: Final = "xlsx"
PIECE: Final = 65_536
EXAMPLES: Final = """\b
Examples:
  authz policy matrix --enterprise 0999010126 --at 2024-03-15
  authz policy matrix --enterprise 0999010126 --format html --output alpha.html
  authz policy matrix --capacity alpha.nsso --at 2024-03-15 --known-at 2024-04-01T09:00:00+02:00
"""


@click.command(epilog=EXAMPLES)
@click.option("--enterprise", metavar="NUMBER", default="", help="Only this enterprise.")
@click.option("--person", metavar="ID", default="", help='Only this person: an id (p_…), a NISS; "-": from input.')
@click.option("--capacity", metavar="ID", default="", help="Only what is asked in this capacity.")
@click.option("--at", metavar="WHEN", help="When it was so: a date (noon in Brussels) or a timestamp. Default: now.")
@click.option("--known-at", metavar="WHEN", help="From what was recorded by then. Default: all.")
@click.option(
    "--format", "form", type=click.Choice([*TEXT_FORMATS, XLSX]), default="table", show_default=True, help="Of output."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of standard output.")
def matrix(
    *, enterprise: str, person: str, capacity: str, at: str | None, known_at: str | None, form: str, output: Path | None
) -> None:
    """Show who holds which right where, and why: the rules, and since when by which record.

    Without an option it is that of everybody in every enterprise. Whoever runs it needs what reading the audit log
    needs: the scope "audit". National numbers are never shown.
    """
    wanted = Wanted(
        enterprise_number=_enterprise(enterprise),
        person=_person(person),
        capacity_id=capacity,
        at=_moment("--at", at),
        known_at=_moment("--known-at", known_at),
    )
    if form == XLSX and output is None and sys.stdout.isatty():
        raise click.UsageError("a spreadsheet is not for a terminal; say --output FILE")
    settings = configured()
    configure_logging(settings)
    policy = load_policy(settings)
    with checked_database(settings) as database:
        require(settings, database, Action.READ_AUDIT)
        levels = settings.assurance.levels
        decisions = DecisionService(FactsReader(database), policy, levels)
        matrices = _some(AuthorityMatrix(database, decisions, levels).of(wanted))
        if form == XLSX:
            with _bytes(output) as file:
                write_workbook(matrices, file)
        else:
            with _text(output) as text:
                TEXT_FORMATS[form](matrices, text)


def _some(matrices: Iterator[EnterpriseMatrix]) -> Iterator[EnterpriseMatrix]:
    """Return the matrices, once it is clear that there are any."""
    first = next(matrices, None)
    if first is None:
        raise click.ClickException("no enterprise that was in force then is concerned; see --enterprise and --at")
    return chain([first], matrices)


def _enterprise(text: str) -> str:
    try:
        return EnterpriseNumber.parse(text).digits if text else ""
    except InvalidIdentifierError as error:
        raise click.UsageError(f"--enterprise: {error}") from None


def _person(text: str) -> Niss | str:
    given = sys.stdin.readline().strip() if text == "-" else text
    if (not given and not text) or is_person_id(given):
        return given
    try:
        return Niss.parse(given)
    except InvalidIdentifierError:
        raise click.UsageError("--person: neither the id of a person nor a national number") from None


def _moment(option: str, text: str | None) -> int | None:
    try:
        return None if text is None else moments.moment_of(text)
    except ValueError:
        raise click.UsageError(f"{option}: neither a date such as 2024-03-15 nor an RFC 3339 timestamp") from None


@contextmanager
def _text(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _bytes(output: Path | None) -> Iterator[BinaryIO]:
    """Yield a file to write to; what goes to standard output is put together first, as a spreadsheet must be."""
    if output is not None:
        with output.open("wb") as file:
            yield file
        return
    with TemporaryFile() as file:
        yield file
        file.seek(0)
        while piece := file.read(PIECE):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
