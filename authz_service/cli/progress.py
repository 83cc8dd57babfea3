"""That something is going on, for somebody who waits at a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import click

__all__ = ["counting", "working"]

PATIENCE: Final = 0.5
"""Seconds before anything is said; most commands are done by then."""


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show what is being done and for how many seconds, on stderr if it is a terminal; leaves nothing behind."""
    if not sys.stderr.isatty():
        yield
        return
    done = Event()
    teller = Thread(target=_tell, args=(what, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told how many of how many are done, and shows it as a bar on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=what, file=sys.stderr) as bar:

        def told(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield told


def _tell(what: str, done: Event) -> None:
    begun = time.monotonic()
    told = False
    while not done.wait(PATIENCE):
        click.echo(f"\r{what} … {time.monotonic() - begun:.0f} s", err=True, nl=False)
        told = True
    if told:
        click.echo("\r\x1b[K", err=True, nl=False)
