"""What keeps a projection from being made. Then nothing is known, and nothing may be taken away for it."""

__all__ = ["ProjectionError", "UndecidedError"]


class ProjectionError(Exception):
    """What a directory should contain cannot be said. The message names no person."""


class UndecidedError(ProjectionError):
    """Some question could not be decided: that is no "no" about anybody (F39)."""
