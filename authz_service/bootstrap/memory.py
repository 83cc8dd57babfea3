"""The memory of processes that serve: as little as can be, and shared between them."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress
from typing import Final

__all__ = ["keep_memory_small", "settle_memory"]

_ARENA_MAX: Final = -8
"""The number that the C library knows this setting by (malloc.h)."""


def keep_memory_small() -> None:
    """Have no part of the memory kept for each thread. To be called before threads start.

    A thread with a part to itself would wait for no other; threads that hold the interpreter's lock do not meet.
    """
    library = ctypes.CDLL(None)
    with suppress(AttributeError):  # another C library than glibc: it has its own ways
        library.mallopt(_ARENA_MAX, 1)


def settle_memory() -> None:
    """Give back what the start left behind, and keep what is here. To be called just before workers are forked.

    They share these pages for as long as nobody writes into them, as a search for garbage would.
    """
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None)
    with suppress(AttributeError):
        library.malloc_trim(0)
