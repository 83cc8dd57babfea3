"""`authz serve`: the service, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Final

import click
import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from authz_service.bootstrap.application import build_application, worker
from authz_service.bootstrap.log_lines import configure_logging
from authz_service.bootstrap.memory import keep_memory_small, settle_memory
from authz_service.bootstrap.service import build_service
from authz_service.cli.configuration import configured
from authz_service.settings import Settings

__all__ = ["serve"]

log = structlog.get_logger()
STOP_SECONDS: Final = 10
"""How long questions that are under way may take to be answered once the service is told to stop."""


@click.command()
@click.option("--host", help="The address to listen on (AUTHZ_HOST; default 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (AUTHZ_PORT; default 8080).")
@click.option("--workers", type=click.IntRange(1), help="How many processes (AUTHZ_WORKERS; default: one a processor).")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the service until it is interrupted (SIGINT, SIGTERM); what is under way is answered first.

    Everything is checked before the port is opened. The database is not changed: `authz db upgrade` does that. Callers
    always authenticate; there is no switch that turns it off.
    """
    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value is not None:
            os.environ[f"AUTHZ_{name}"] = str(value)
    keep_memory_small()
    settings = configured()
    _try_port(settings)
    logging = configure_logging(settings)
    with closing(build_service(settings)) as service:
        app = build_application(service)
        if settings.identity.development_issuer:
            log.warning("tokens of the development issuer are accepted: whoever has its key can be anybody")
        log.info("serving", policy=service.policy.revision, public_url=settings.public_url, workers=settings.workers)
    server = Granian(
        "authz_service.bootstrap.application",  # told to nobody: the workers take the application that is here
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logging,
    )
    settle_memory()
    with _signals_noticed():
        server.serve(target_loader=partial(worker, app), wrap_loader=False)
    log.info("stopped")


@contextmanager
def _signals_noticed() -> Iterator[None]:
    """Look every second whether a signal came: one that comes just before the server falls asleep does not wake it."""
    signal.signal(signal.SIGALRM, lambda _signal, _frame: None)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _try_port(settings: Settings) -> None:
    """Raise ClickException when the port cannot be had: the server would share it with whoever listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from None
