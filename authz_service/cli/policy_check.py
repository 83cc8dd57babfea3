"""`authz policy check`: may this policy be loaded?"""

from __future__ import annotations

import click

from authz_service.bootstrap.policies import read_policy_text
from authz_service.cli.configuration import configured
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json
from authz_service.policy import linter

__all__ = ["check"]


@click.command()
@json_option
def check(*, as_json: bool) -> None:
    """Check the policy's text: everything that would be refused when it is loaded, each with its file and line."""
    text = read_policy_text(configured())
    findings = linter.check(text)
    if as_json:
        found = [{"place": finding.place, "message": finding.message} for finding in findings]
        print_json({"policy": text.revision, "files": len(text.sources), "findings": found})
    elif findings:
        for finding in findings:
            click.echo(str(finding), err=True)
        click.echo(f"authz: the policy has {len(findings)} finding{'s' if len(findings) > 1 else ''}", err=True)
    else:
        click.echo(f"policy {text.revision}: {len(text.sources)} files, nothing to say against them")
    if findings:
        click.get_current_context().exit(FAILED)
