"""What can be wrong with an installation."""

from __future__ import annotations

__all__ = ["RefusedError", "StartError"]


class StartError(Exception):
    """The service cannot work as it is set up. One line that says what to do about it and repeats no secret."""


class RefusedError(Exception):
    """The policy does not let the operator do this. One line that says why."""
