"""Is the process alive, and can it decide?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

import structlog

from authz_service.decision_api.replies import Reply, json_reply

__all__ = ["OK", "Readiness", "is_well", "liveness", "readiness_reply"]

log = structlog.get_logger()
OK: Final = "ok"

Readiness = Callable[[], Mapping[str, str]]
"""Makes the checks and returns, by the name of each, "ok" or a sentence about what is wrong (no secrets).

"ok, but …" is well too: something is wrong that does not keep questions from being decided.
"""


def liveness() -> Reply:
    """Return 200: whoever reads this has been answered."""
    return json_reply({"status": "UP"})


def is_well(outcome: str) -> bool:
    """Return whether the outcome of a check lets questions be decided."""
    return outcome == OK or outcome.startswith(f"{OK}, ")


def readiness_reply(readiness: Readiness) -> Reply:
    """Return 200 when all checks are well, else 503 with the same body: the outcome of every check."""
    try:
        checks = dict(readiness())
    except Exception as fault:  # noqa: BLE001 a check that fails to check has failed, whatever it raised
        log.error("readiness not checked", fault=type(fault).__name__)  # noqa: TRY400 no trace: it can show secrets
        checks = {"readiness": "the checks could not be made"}
    if all(is_well(outcome) for outcome in checks.values()):
        return json_reply({"status": "UP", "checks": checks})
    return json_reply({"status": "DOWN", "checks": checks}, HTTPStatus.SERVICE_UNAVAILABLE.value)
