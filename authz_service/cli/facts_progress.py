"""How far a load of millions of lines has come, for somebody who waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from authz_service.services.facts_file.bulk import READING, Stage

__all__ = ["staging"]

EVERY: Final = 1.0
"""Seconds between two lines about the same thing."""


@contextmanager
def staging(*, shown: bool) -> Iterator[Callable[[Stage], None]]:
    """Yield what is told how far it is. It says so on stderr if that is a terminal, in one line, or when `shown`."""
    is_terminal = sys.stderr.isatty()
    if not (shown or is_terminal):
        yield lambda _stage: None
        return
    teller = _Teller(overwriting=is_terminal)
    try:
        yield teller.tell
    finally:
        teller.end()


class _Teller:
    def __init__(self, *, overwriting: bool) -> None:
        self._overwriting = overwriting
        self._begun = time.monotonic()
        self._told = ("", 0.0)

    def tell(self, stage: Stage) -> None:
        now = time.monotonic()
        what, when = self._told
        if what == stage.what and now - when < EVERY:
            return
        self._told = stage.what, now
        seconds = max(now - self._begun, 0.001)
        line = f"{stage.what}: {stage.lines} lines in {seconds:.0f} s"
        if stage.what == READING:
            line += f", {stage.lines / seconds:.0f} a second"
        click.echo(f"\r\x1b[K{line}" if self._overwriting else line, err=True, nl=not self._overwriting)

    def end(self) -> None:
        if self._overwriting:
            click.echo("\r\x1b[K", err=True, nl=False)
