"""`authz policy`: for those who read and write policies. One file a verb."""

from __future__ import annotations

import click

from authz_service.cli.policy_book import book
from authz_service.cli.policy_check import check
from authz_service.cli.policy_matrix import matrix
from authz_service.cli.policy_mutate import mutate
from authz_service.cli.policy_test import test

__all__ = ["policy"]


@click.group()
def policy() -> None:
    """Check, test and break the policy."""


policy.add_command(book)
policy.add_command(check)
policy.add_command(test)
policy.add_command(matrix)
policy.add_command(mutate)
