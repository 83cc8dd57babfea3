"""The capacities (qualités) of an enterprise (UM-QUA, UM-MGT)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from authz_service.admin_api.desk import Desk
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.schemas.enterprises import (
    ApplicationSchema,
    ApplicationsSchema,
    CapacitiesQuerySchema,
    CapacitiesSchema,
    CapacityPatchSchema,
    CapacitySchema,
)
from authz_service.admin_api.shown import shown_capacity
from authz_service.domain.commands import UpdateCapacity
from authz_service.domain.vocabulary import Action
from authz_service.services.administration.views import ApplicationView, CapacityView

__all__ = ["CapacityResources"]

TAG: Final = "Capacities"
BASE: Final = "/enterprises/{enterpriseNumber}/capacities"
ONE: Final = f"{BASE}/{{capacityId}}"
VIEW: Final = (Action.VIEW_CAPACITY,)
ONLY_ALLOWED: Final = "Each is asked about; only those that one may see are shown."


class CapacityResources:
    """Capacities and what is offered to them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        f"GET {ONE}",
        tag=TAG,
        summary="Read a capacity",
        asks=VIEW,
        answer=Answer("The capacity.", CapacitySchema),
        tagged=True,
    )
    def read_capacity(self, call: Call) -> Reply:
        """Return one capacity."""
        found = self._desk.seen(call, self._desk.parts.administration.capacity(call.actor, call.path["capacityId"]))
        return Reply(self._shown(found), tag=found.tag)

    @operation(
        f"PATCH {ONE}",
        tag=TAG,
        summary="Change how a capacity is reached, or say that it is right",
        description="`confirmed` says: I have checked that all is right (UM-MGT-03, UM-MGT-04).",
        asks=(Action.UPDATE_CAPACITY,),
        body=CapacityPatchSchema,
        answer=Answer("Changed.", status=HTTPStatus.NO_CONTENT, headers=("Authz-Facts-Revision",)),
        conditional=True,
        merges=True,
    )
    def change_capacity(self, call: Call) -> Reply:
        """Change the contact details of a capacity."""
        self._desk.require_capacity(call)
        changes = {name: value or "" for name, value in call.body.items() if name != "confirmed"}
        command = UpdateCapacity(
            call.path["capacityId"], changes, checked="confirmed" in call.body, expected=call.matches
        )
        return self._desk.done(self._desk.carry_out(call, [command]))

    @operation(
        f"GET {BASE}",
        tag=TAG,
        summary="List the capacities of an enterprise",
        description=ONLY_ALLOWED,
        asks=VIEW,
        answer=Answer("Those that one may see.", CapacitiesSchema),
    )
    def list_capacities(self, call: Call) -> Reply:
        """Return the capacities of the enterprise of the path."""
        found = self._desk.parts.administration.capacities(call.actor, call.enterprise)
        return self._listed(self._desk.links.enterprise(call.enterprise, "capacities"), found)

    @operation(
        "GET /capacities",
        tag=TAG,
        summary="Find the capacities of an enterprise or an employer",
        description=ONLY_ALLOWED,
        asks=VIEW,
        query=CapacitiesQuerySchema,
        answer=Answer("Those that one may see.", CapacitiesSchema),
    )
    def find_capacities(self, call: Call) -> Reply:
        """Return the capacities of an enterprise, or of an employer."""
        enterprise, employer = call.query.get("enterprise_number"), call.query.get("employer_id")
        number = enterprise.digits if enterprise else ""
        found = self._desk.parts.administration.capacities(
            call.acting_for(number), number, employer.digits if employer else ""
        )
        asked = {"enterpriseNumber": number} if enterprise else {"employerId": employer.digits if employer else ""}
        return self._listed(self._desk.links.to("capacities", query=asked), found)

    @operation(
        f"GET {ONE}/applications",
        tag=TAG,
        summary="List the applications that are offered to a capacity",
        asks=VIEW,
        answer=Answer("The applications.", ApplicationsSchema),
    )
    def list_applications(self, call: Call) -> Reply:
        """Return what can be put into profiles there (UM-APP-05)."""
        url = self._desk.links.capacity(call.enterprise, call.path["capacityId"], "applications")
        return Reply({"self": url, "items": [self._application(call, each) for each in self._offered(call)]})

    @operation(
        f"GET {ONE}/applications/{{applicationCode}}",
        tag=TAG,
        summary="Read an application that is offered to a capacity",
        asks=VIEW,
        answer=Answer("The application.", ApplicationSchema),
    )
    def read_application(self, call: Call) -> Reply:
        """Return one of what can be put into profiles there."""
        code = call.path["applicationCode"]
        found = self._desk.seen(call, next((each for each in self._offered(call) if each.code == code), None))
        return Reply(self._application(call, found))

    def _offered(self, call: Call) -> tuple[ApplicationView, ...]:
        found = self._desk.parts.administration.offered_applications(call.actor, call.path["capacityId"])
        return self._desk.seen(call, found)

    def _application(self, call: Call, view: ApplicationView) -> dict[str, Any]:
        href = self._desk.links.capacity(call.enterprise, call.path["capacityId"], "applications", view.code)
        level = {"minimumLevel": view.minimum_level} if view.minimum_level else {}
        return {"href": href, "code": view.code, "title": view.label, "domain": view.domain.value, **level}

    def _listed(self, url: str, found: tuple[CapacityView, ...]) -> Reply:
        return Reply({"self": url, "items": [self._shown(each) for each in found]})

    def _shown(self, view: CapacityView) -> dict[str, Any]:
        return shown_capacity(view, self._desk.links, self._desk.texts)
