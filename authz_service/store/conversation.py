"""Several statements put to PostgreSQL at once, and answered at once (libpq's pipeline mode).

Through libpq itself: a cursor of the driver waits for the socket at each statement, which is most of its time.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

__all__ = ["results_of"]

_DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})


def results_of(
    driver: psycopg.Connection[Any], statements: Sequence[tuple[str, Sequence[str | int | bytes | None]]]
) -> list[PGresult]:
    """Run statements with their parameters ($1, …) in their order, in the transaction that is open.

    Return the result of each; rows in binary form. Raises the error of the first that fails, without what the server
    says of it, which can show values: then none after it was run.
    """
    server = driver.pgconn
    if server.transaction_status != TransactionStatus.INTRANS:
        raise psycopg.OperationalError("no transaction is open")
    server.enter_pipeline_mode()
    try:
        for text, values in statements:
            forms = [Format.BINARY if type(value) is bytes else Format.TEXT for value in values]
            octets = [_octets(value) for value in values]
            # Without a name: behind a pooler, what is prepared under one may be there already, or not be there.
            server.send_query_params(text.encode(), octets, None, forms, Format.BINARY)
        server.pipeline_sync()
        results = driver.wait(_answers(server))
        server.exit_pipeline_mode()
    except BaseException:
        driver.close()  # answers may still be on their way, and would be taken for those of others
        raise
    for result in results:
        if result.status not in _DONE:
            raise _error(result)
    return results


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


def _octets(value: str | int | bytes | None) -> bytes | None:
    """Return a parameter as the server reads it: text, or binary where it is binary."""
    return value if value is None or type(value) is bytes else str(value).encode()


def _error(result: PGresult) -> psycopg.Error:
    code = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    with suppress(KeyError):
        return psycopg.errors.lookup(code)()
    return psycopg.OperationalError()
