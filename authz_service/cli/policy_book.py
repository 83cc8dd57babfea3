"""`authz policy book`: the policy as a page for auditors, one for each language."""

from __future__ import annotations

from pathlib import Path

import click

from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.policies import load_policy
from authz_service.cli.configuration import configured
from authz_service.cli.output import json_option, print_json
from authz_service.cli.policy_test import cases_option
from authz_service.services.messages import LANGUAGES, MessagesError
from authz_service.services.policy_book.book import UntrueBookError, make_book
from authz_service.services.policy_book.readings import ReadingsError, readings_of
from authz_service.services.policy_book.rendering import page
from authz_service.services.policy_book.texts import BookTexts
from authz_service.services.policy_cases import tables
from authz_service.settings import home

__all__ = ["book"]


@click.command()
@click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="A language to write it in; may be repeated (default: all of them).",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: home() / "var" / "policy-book",
    help="The folder to write to, made where there is none (default: var/policy-book).",
)
@click.option(
    "--readings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=lambda: home() / "docs" / "ambiguities.md",
    help="The table of questions and how they are settled (default: docs/ambiguities.md).",
)
@cases_option
@json_option
def book(languages: tuple[str, ...], output: Path, readings: Path, cases: Path, *, as_json: bool) -> None:
    """Write the policy as a book: every rule with its text, reasons and cases, and who may do what.

    One HTML page a language, policy-book.LANGUAGE.html, to be read in a browser or printed on A4; it loads nothing from
    elsewhere. The policy's cases are put to it first, and a policy that answers one of them otherwise gets no book. The
    same policy always makes the same pages.
    """
    policy = load_policy(configured())
    try:
        texts = BookTexts.load()
        settled = readings_of(readings.read_text("utf-8"))
        made = make_book(policy, tables.read_tables(cases), settled)
    except (MessagesError, ReadingsError, UntrueBookError) as error:
        raise StartError(str(error)) from None
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for language in languages or LANGUAGES:
        file = output / f"policy-book.{language}.html"
        file.write_text(page(made, texts, language), "utf-8", newline="\n")
        written.append(str(file))
    if as_json:
        print_json({"policy": made.text.revision, "pages": written})
    else:
        for name in written:
            click.echo(name)
