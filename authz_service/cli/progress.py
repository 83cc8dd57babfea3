"""That something is going on, for somebody who waits at a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import click

__all__ = ["working"]

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


def _tell(what: str, done: Event) -> None:
    begun = time.monotonic()
    told = False
    while not done.wait(PATIENCE):
        click.echo(f"\r{what} … {time.monotonic() - begun:.0f} s", err=True, nl=False)
        told = True
    if told:
        click.echo("\r\x1b[K", err=True, nl=False)
