"""Services of the command line end when they are told to, after what is under way."""

from __future__ import annotations

import signal
from threading import Event

__all__ = ["stop_event"]


def stop_event() -> Event:
    """Return what is set once SIGINT or SIGTERM comes; from now on, such a signal ends nothing else."""
    stop = Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda _number, _frame: stop.set())
    return stop
