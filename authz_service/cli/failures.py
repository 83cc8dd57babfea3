"""What a user can get wrong, as one line and an exit code."""

from __future__ import annotations

import click

from authz_service.bootstrap.errors import RefusedError, StartError
from authz_service.policy.polar import PolicyLoadError
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.policy_cases.tables import CaseTableError
from authz_service.settings import SettingsError
from authz_service.store.errors import StoreError
from authz_service.sync.target_files import TargetFileError

__all__ = ["FAILED", "SOMETHING_TO_DO", "WRONG_USE", "told"]

FAILED = 1
"""The answer is no, or a check failed."""
WRONG_USE = 2
SOMETHING_TO_DO = 3
"""A directory is not as it should be, or a plan for it waits for somebody's approval."""


def told(error: Exception) -> tuple[str | None, int]:
    """Return the line and the exit code for an error; no line for one that is a fault of ours."""
    match error:
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "authz"
            return f"{path}: {_one_line(error.format_message())} (try {path} --help)", WRONG_USE
        case click.ClickException():
            return f"authz: {_one_line(error.format_message())}", error.exit_code
        case SettingsError() | TargetFileError():
            return f"authz: {_one_line(str(error))}", WRONG_USE
        case RefusedError() | StartError() | StoreError() | FactsFileError() | PolicyLoadError() | CaseTableError():
            return f"authz: {_one_line(str(error))}", FAILED
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return f"authz: {place}{error.strerror or type(error).__name__}", FAILED
        case _:
            return None, FAILED


def _one_line(text: str) -> str:
    return " ".join(text.split())
