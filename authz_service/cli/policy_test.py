"""`authz policy test`: does the policy answer its own cases?"""

from __future__ import annotations

from pathlib import Path

import click

from authz_service.bootstrap.policies import read_policy_text
from authz_service.cli.configuration import configured
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json
from authz_service.services.policy_cases import running, tables

__all__ = ["cases_option", "test"]

cases_option = click.option(
    "--cases",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=lambda: configured().policy_dir / "cases",
    help="The folder of the case tables (default: cases/ in the policy's folder).",
)


@click.command()
@cases_option
@json_option
def test(cases: Path, *, as_json: bool) -> None:
    """Ask the policy every case of its tables, over a database of their own that holds their world."""
    text = read_policy_text(configured())
    report = running.run(tables.read_tables(cases), text)
    if as_json:
        failed = [{"case": failure.case.id, "told": str(failure)} for failure in report.failures]
        uncovered = list(report.uncovered)
        print_json({"policy": text.revision, "passed": report.passed, "failed": failed, "uncovered": uncovered})
    else:
        for told in (*report.failures, *report.uncovered):
            click.echo(str(told), err=True)
        click.echo(
            f"{report.passed} cases as expected, {len(report.failures)} not; "
            f"{len(report.uncovered)} rules that are not exercised both ways"
        )
    if not report.good:
        click.get_current_context().exit(FAILED)
