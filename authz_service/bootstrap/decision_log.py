"""Where an installation records its decisions."""

from __future__ import annotations

from typing import Final

from authz_service.bootstrap.errors import StartError
from authz_service.decision_log.files import FileSink, Rotation
from authz_service.decision_log.log import BufferedLog, DecisionLog, RequiredLog
from authz_service.decision_log.rendering import WITHHELD, Renderer
from authz_service.decision_log.sinks import Sink, SinkError, SinkKind, StreamSink, SyslogSink
from authz_service.settings import Settings
from authz_service.store.database import Database
from authz_service.store.errors import StoreError

__all__ = ["build_decision_log"]

HOUR: Final = 3600


def build_decision_log(settings: Settings, database: Database) -> DecisionLog | None:
    """Return the log, which starts with the first record; None when there is to be none.

    Raises StartError when it cannot be written.
    """
    chosen = settings.decision_log
    sinks = [_sink(sink, settings) for sink in chosen.sinks]
    if not sinks:
        return None
    renderer = Renderer(lambda named: _pseudonym(database, named))
    most = max(chosen.buffer, settings.limits.items)  # a batch fits in
    built: DecisionLog
    if chosen.required:
        built = RequiredLog(renderer, sinks, most, chosen.wait_seconds)
    else:
        built = BufferedLog(renderer, sinks, most, chosen.flush_milliseconds / 1000)
    try:
        built.check()
    except SinkError as error:
        raise StartError(f"the decision log cannot be written: {error}") from None
    return built


def _sink(sink: SinkKind, settings: Settings) -> Sink:
    chosen = settings.decision_log
    match sink:
        case SinkKind.FILE:
            path = chosen.file or settings.key_file.with_name("decisions.ndjson")
            rotation = Rotation(chosen.rotate_bytes, chosen.rotate_hours * HOUR, chosen.kept)
            return FileSink(path, rotation, durable=chosen.required)
        case SinkKind.STDOUT:
            return StreamSink()
        case SinkKind.SYSLOG:
            return SyslogSink(chosen.syslog)


def _pseudonym(database: Database, named: str) -> str:
    """Return what stands for a person that the facts do not know, the same as in the audit log."""
    try:
        return "n_" + database.key.hash_of(named)[:32]
    except (StoreError, UnicodeEncodeError):
        return WITHHELD
