"""Several statements put to PostgreSQL at once, and answered at once (libpq's pipeline mode).

Through libpq itself: a cursor of the driver waits for the socket at each statement, which is most of its time.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

__all__ = ["begin", "checked", "is_pooled", "results_of"]

Value: TypeAlias = str | int | bytes | None
_DONE: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_NAMELESS: Final = b""
"""Behind a pooler, what is prepared under a name may be there already, or not be there."""


def is_pooled(driver: psycopg.Connection[Any]) -> bool:
    """Tell whether a pooler stands between us and the server: it makes itself known by another process than answers.

    Not within a transaction. Raises psycopg.Error.
    """
    result = checked(driver.pgconn.exec_(b"SELECT pg_backend_pid()"))
    return int(result.get_value(0, 0) or b"0") != driver.info.backend_pid


def begin(driver: psycopg.Connection[Any], lock_seconds: int) -> None:
    """Open a transaction (READ COMMITTED) whose statements wait so long for a lock. Raises psycopg.Error."""
    command = f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '{lock_seconds}s'"
    checked(driver.pgconn.exec_(command.encode()))


def results_of(
    driver: psycopg.Connection[Any], runs: Sequence[tuple[str, Sequence[Sequence[Value]]]]
) -> list[list[PGresult]]:
    """Run statements in their order in the transaction that is open, each for every set of its parameters ($1, …).

    Return the results of each; rows in binary form. Raises the error of the first that fails, without what the server
    says of it, which can show values: then none after it was run.
    """
    server = driver.pgconn
    if server.transaction_status != TransactionStatus.INTRANS:
        raise psycopg.OperationalError("no transaction is open")
    sendable = [(text.encode(), [_sendable(values) for values in sets]) for text, sets in runs]
    server.enter_pipeline_mode()
    try:
        for text, sets in sendable:
            _send(server, text, sets)
        server.pipeline_sync()
        results = driver.wait(_answers(server))
        server.exit_pipeline_mode()
    except BaseException:
        driver.close()  # answers may still be on their way, and would be taken for those of others
        raise
    for result in results:
        checked(result)
    rest = iter(results)
    # Of a statement for several sets, the first says that it has been read.
    return [[next(rest) for _ in range(len(sets) + (len(sets) > 1))][-len(sets) :] for _text, sets in sendable]


def _send(server: PGconn, text: bytes, sets: Sequence[tuple[list[bytes | None], list[Format]]]) -> None:
    if len(sets) == 1:
        server.send_query_params(text, sets[0][0], None, sets[0][1], Format.BINARY)
        return
    server.send_prepare(_NAMELESS, text)
    for octets, forms in sets:
        server.send_query_prepared(_NAMELESS, octets, forms, Format.BINARY)


def _answers(server: PGconn) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Send what is to be sent, and return the results up to the end of the pipeline."""
    while server.flush():
        if (yield Wait.RW) & Ready.R:
            server.consume_input()
    results: list[PGresult] = []
    while True:
        while server.is_busy():
            if (yield Wait.R) & Ready.R:
                server.consume_input()
        result = server.get_result()
        if result is not None:
            if result.status == ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)
        elif server.status == ConnStatus.BAD:
            raise psycopg.OperationalError("the connection is lost")


def _sendable(values: Sequence[Value]) -> tuple[list[bytes | None], list[Format]]:
    """Return parameters as the server reads them, and their forms: text, or binary where they are binary."""
    octets = [value if value is None or type(value) is bytes else _text(value) for value in values]
    return octets, [Format.BINARY if type(value) is bytes else Format.TEXT for value in values]


def _text(value: str | int | bytes) -> bytes:
    octets = str(value).encode()
    if b"\0" in octets:
        raise psycopg.DataError("a text holds NUL, which the server would take for its end")
    return octets


def checked(result: PGresult) -> PGresult:
    """Return what the server answered. Raises the error that it is, without what it says: that can show values."""
    if result.status not in _DONE:
        code = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
        with suppress(KeyError):
            raise psycopg.errors.lookup(code)
        raise psycopg.OperationalError
    return result
