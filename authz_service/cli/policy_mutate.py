"""`authz policy mutate`: would the cases notice if a clause were missing?"""

from __future__ import annotations

from pathlib import Path

import click

from authz_service.bootstrap.policies import read_policy_text
from authz_service.cli.configuration import configured
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json
from authz_service.cli.policy_test import cases_option
from authz_service.services.policy_cases import mutation, tables

__all__ = ["mutate"]


@click.command()
@cases_option
@json_option
def mutate(cases: Path, *, as_json: bool) -> None:
    """Take every clause of the policy away in turn, and see whether some case notices."""
    text = read_policy_text(configured())
    survived = []
    count = 0
    for mutant in mutation.mutants(tables.read_tables(cases), text):
        count += 1
        if mutant.noticed_by is None:
            survived.append(mutant.clause.place)
            click.echo(f"{mutant.clause.place}: no case notices that it is gone", err=True)
    if as_json:
        print_json({"policy": text.revision, "clauses": count, "survived": survived})
    else:
        click.echo(f"{count} clauses taken away in turn, {len(survived)} not noticed")
    if survived:
        click.get_current_context().exit(FAILED)
