"""How events are logged: one JSON object a line on stderr, from us and from the libraries alike, without values."""

from __future__ import annotations

import logging.config
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog
from structlog.typing import Processor

from authz_service.settings import Settings

__all__ = ["configure_logging"]

# Nine digits or more, whatever separates them: no event of ours holds a national number, and if one did, it ends here.
_NUMBER: Final = re.compile(r"[0-9](?:[ ./-]?[0-9]){8,}")
_Event = MutableMapping[str, Any]


def _told_fault(_logger: object, _method: str, event: _Event) -> _Event:
    """Put the type and the places of an exception where it stands: its message can hold a value."""
    given = event.pop("exc_info", None)
    error = sys.exception() if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["fault"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        event["places"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    return event


def _masked(_logger: object, _method: str, event: _Event) -> _Event:
    """Mask what looks like a national number in any text of the event."""
    return {name: _without_numbers(value) for name, value in event.items()}


def _without_numbers(value: Any) -> Any:
    match value:
        case str():
            return _NUMBER.sub("(number)", value)
        case list() | tuple():
            return [_without_numbers(item) for item in value]
        case dict():
            return {name: _without_numbers(item) for name, item in value.items()}
        case _:
            return value


def configure_logging(settings: Settings) -> dict[str, Any]:
    """Log JSON lines to stderr, ours and the libraries', and return that as a configuration for `logging.config`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _told_fault,
        _masked,
        structlog.processors.TimeStamper("iso", utc=True, key="time"),
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    configuration: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *shared],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"authz_service": {"level": settings.log_level.upper()}, "_granian": {"level": "WARNING"}},
    }
    logging.config.dictConfig(configuration)
    return configuration
