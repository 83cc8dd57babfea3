"""The program `authz`: its groups of verbs, and how it ends."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Final, NoReturn

import click

__all__ = ["main"]

INTERRUPTED: Final = 130
VERBS: Final = {
    "demo": "See the service at work on a synthetic world.",
    "serve": "Run the service.",
    "db": "The database and its keys.",
    "facts": "The facts that questions are answered from.",
    "caller": "Who may call the service, and for what.",
    "outbox": "The mails that wait to be sent.",
    "token": "Make an access token for trying things out.",
    "decide": "Ask one question.",
    "sync": "Keep directories (LDAP) as the policy says.",
    "audit": "The tamper-evident log: verify and export it.",
    "policy": "Check, test and break the policy.",
}
"""Each verb in one line. Where it is follows from its name; what it needs is imported when it is asked for."""


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in VERBS:
            return None
        gc.disable()
        try:
            command: click.Command = getattr(import_module(f"authz_service.cli.{cmd_name}"), cmd_name)
        finally:
            gc.freeze()  # what is imported stays, so that looking for garbage in it only makes every start slower
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="authz", message="%(prog)s %(version)s")
def authz() -> None:
    """Policy-driven authorization for enterprises and those who act for them.

    Settings come from config/authz.toml and the environment (AUTHZ_…). Every command ends with 0 when it is done, with
    1 when the answer is no or a check failed, and with 2 when it was used wrongly.
    """


def main() -> NoReturn:
    """Run the program and end it. A user's error is one line on stderr, never a traceback."""
    try:
        code = authz(prog_name="authz", standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; the flush at exit must not complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from authz_service.cli.failures import told  # noqa: PLC0415 - knows every room, so it is slow to import

        line, code = told(error)
        if line is None:
            raise
        click.echo(line, err=True)
    sys.exit(code or 0)
