"""How the service is (Belgif rule hlth-res)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import structlog

from authz_service.admin_api.desk import Desk
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.schemas.reference_data import HealthStatusSchema

__all__ = ["HealthResources"]

log = structlog.get_logger()
OK: Final = "ok"


class HealthResources:
    """What is under `/health`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        "GET /health",
        tag="Monitoring",
        summary="See how the service is",
        description="UP when questions can be decided and facts be written, else 503 and DOWN.",
        answer=Answer("It is up.", HealthStatusSchema),
        statuses=(HTTPStatus.SERVICE_UNAVAILABLE,),
        public=True,
    )
    def check_health(self, _call: Call) -> Reply:
        """Return how the service is."""
        try:
            checks = self._desk.parts.readiness()
        except Exception as fault:  # noqa: BLE001 a check that fails to check has failed, whatever it raised
            log.error("readiness not checked", fault=type(fault).__name__)  # noqa: TRY400 no trace: it can show secrets
            checks = {"readiness": "the checks could not be made"}
        if all(outcome == OK or outcome.startswith(f"{OK}, ") for outcome in checks.values()):
            return Reply({"status": "UP"})
        return Reply({"status": "DOWN"}, HTTPStatus.SERVICE_UNAVAILABLE)
