"""The GAP and co-GAPs of an enterprise (GGA-DES, GGA-CAM)."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any, Final

from authz_service.admin_api.desk import Desk, contact_from
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.problems import Issue, Issues, bad_request, not_found
from authz_service.admin_api.schemas.common import MadeSchema, camel_case
from authz_service.admin_api.schemas.managers import (
    CoChiefAccessManagerSchema,
    CoChiefAccessManagersSchema,
    DesignationPreviewSchema,
    DesignationSchema,
    DesignationsSchema,
)
from authz_service.admin_api.schemas.people import (
    CoChiefAccessManagerRequestSchema,
    DesignationPreviewRequestSchema,
    DesignationRequestSchema,
)
from authz_service.admin_api.shown import shown_designation
from authz_service.domain.commands import (
    DesignateChiefAccessManager,
    DesignateCoChiefAccessManager,
    RemoveCoChiefAccessManager,
)
from authz_service.domain.moments import text_of
from authz_service.domain.vocabulary import Action
from authz_service.services.administration.views import DesignationPreview, DesignationView, Notice

__all__ = ["ChiefAccessManagerResources"]

TAG: Final = "Chief access managers"
BASE: Final = "/enterprises/{enterpriseNumber}"
MADE: Final = ("Authz-Facts-Revision", "Location")
VIEW: Final = (Action.VIEW_CHIEF_ACCESS_MANAGER,)


class ChiefAccessManagerResources:
    """Designations of GAPs and co-GAPs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- the GAP ------------------------------------------------------------------------------------------------------

    @operation(
        f"GET {BASE}/chiefAccessManager",
        tag=TAG,
        summary="Read who is chief access manager",
        description="The designation in force (GGA-DES-03); 404 when there is none.",
        asks=VIEW,
        answer=Answer("The designation in force.", DesignationSchema),
        tagged=True,
    )
    def read_chief_access_manager(self, call: Call) -> Reply:
        """Return the designation in force."""
        found = self._desk.seen(call, self._desk.parts.administration.chief(call.actor))
        return Reply(self._designation(call, found), tag=found.tag)

    @operation(
        f"GET {BASE}/chiefAccessManagerDesignations",
        tag=TAG,
        summary="List the designations of chief access managers",
        description="Those there are and were, the latest first.",
        asks=VIEW,
        answer=Answer("The designations.", DesignationsSchema),
    )
    def list_designations(self, call: Call) -> Reply:
        """Return all designations."""
        found = self._desk.seen(call, self._desk.parts.administration.designations(call.actor))
        url = self._desk.links.enterprise(call.enterprise, "chiefAccessManagerDesignations")
        return Reply({"self": url, "items": [self._designation(call, each) for each in found]})

    @operation(
        f"POST {BASE}/chiefAccessManagerDesignations",
        tag=TAG,
        summary="Designate the chief access manager",
        description="In force at once, in place of the present one (GGA-DES-18); `replaces` names that designation, so "
        "that nobody is replaced unseen.",
        asks=(Action.DESIGNATE_CHIEF_ACCESS_MANAGER,),
        body=DesignationRequestSchema,
        answer=Answer("The designation that was made.", MadeSchema, HTTPStatus.CREATED, MADE),
    )
    def create_designation(self, call: Call) -> Reply:
        """Designate the GAP."""
        command = self._command(call)
        self._desk.check_names(call, command, command.candidate, call.body["candidate"], "candidate.")
        report = self._desk.carry_out(call, [command])
        made = report.made[0]["designation"]
        href = self._desk.links.enterprise(call.enterprise, "chiefAccessManagerDesignations", made)
        return self._desk.made(report, made, href, HTTPStatus.CREATED)

    @operation(
        f"POST {BASE}/chiefAccessManagerDesignations/preview",
        tag=TAG,
        summary="See a designation before it is confirmed",
        description="The recap with the text to confirm (GGA-DES-15, GGA-DES-17). Nothing is kept. The policy is asked "
        "as if it were confirmed.",
        asks=(Action.DESIGNATE_CHIEF_ACCESS_MANAGER,),
        body=DesignationPreviewRequestSchema,
        answer=Answer("What would be confirmed.", DesignationPreviewSchema),
        statuses=(HTTPStatus.CONFLICT,),
    )
    def preview_designation(self, call: Call) -> Reply:
        """Return the recap."""
        command = self._command(call)
        found = self._desk.seen(call, self._desk.parts.administration.preview(call.actor, command))
        self._desk.compare_names(call.body["candidate"], found.first_name, found.name, "candidate.")
        return Reply(self._recap(found))

    @operation(
        f"GET {BASE}/chiefAccessManagerDesignations/{{designationId}}",
        tag=TAG,
        summary="Read a designation of a chief access manager",
        asks=VIEW,
        answer=Answer("The designation.", DesignationSchema),
        tagged=True,
    )
    def read_designation(self, call: Call) -> Reply:
        """Return one designation."""
        found = self._desk.seen(call, self._desk.parts.administration.designations(call.actor))
        one = self._desk.seen(call, _with_id(found, call.path["designationId"]))
        return Reply(self._designation(call, one), tag=one.tag)

    def _designation(self, call: Call, view: DesignationView) -> dict[str, Any]:
        href = self._desk.links.enterprise(call.enterprise, "chiefAccessManagerDesignations", view.designation_id)
        return shown_designation(view, href)

    def _command(self, call: Call) -> DesignateChiefAccessManager:
        body, candidate = call.body, call.body["candidate"]
        niss = candidate.get("ssin", call.person)
        if niss is None:
            detail = "only a person can designate himself"
            raise bad_request([Issue(Issues.REJECTED_INPUT, "body", "candidate.oneself", detail)])
        contact = contact_from(body)
        requester = contact_from(body["requester"]) if "requester" in body else contact
        return DesignateChiefAccessManager(
            enterprise=call.enterprise,
            candidate=niss,
            confirmed=body.get("confirmed", True),
            declaration=body.get("declaration", ""),
            replaces=body.get("replaces"),
            contact=contact,
            requester=requester,
            designation_id=str(uuid.uuid4()),
        )

    def _recap(self, found: DesignationPreview) -> dict[str, Any]:
        return {
            "enterprise": {"enterpriseNumber": found.enterprise_number, "name": found.enterprise_name},
            "candidate": {
                "givenName": found.first_name,
                "familyName": found.name,
                "email": found.contact.email,
                "telephone": found.contact.telephone,
            },
            "requester": {"email": found.requester.email, "telephone": found.requester.telephone},
            "declaration": {
                "version": found.declaration,
                "text": self._desk.texts.localized(f"declaration.{found.declaration}"),
            },
            "notices": [self._notice(notice) for notice in found.notices],
        }

    def _notice(self, notice: Notice) -> dict[str, Any]:
        present = notice.designation
        more = {}
        if present is not None:
            more = {
                "currentDesignation": present.designation_id,
                "givenName": present.first_name,
                "familyName": present.name,
                "since": text_of(present.since),
            }
        message = self._desk.texts.localized(f"notice.{notice.code}")
        return {"code": camel_case(notice.code), "message": message, **more}

    # --- co-GAPs ------------------------------------------------------------------------------------------------------

    @operation(
        f"GET {BASE}/coChiefAccessManagers",
        tag=TAG,
        summary="List the co-chief access managers",
        asks=VIEW,
        answer=Answer("The co-chief access managers.", CoChiefAccessManagersSchema),
    )
    def list_co_chief_access_managers(self, call: Call) -> Reply:
        """Return the co-GAPs."""
        found = self._desk.seen(call, self._desk.parts.administration.co_chiefs(call.actor))
        items = [shown_designation(each, self._co_chief(call, each.designation_id)) for each in found]
        return Reply({"self": self._desk.links.enterprise(call.enterprise, "coChiefAccessManagers"), "items": items})

    @operation(
        f"POST {BASE}/coChiefAccessManagers",
        tag=TAG,
        summary="Designate a co-chief access manager",
        description="Beside those there are (GGA-CAM-02).",
        asks=(Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER,),
        body=CoChiefAccessManagerRequestSchema,
        answer=Answer("The designation that was made.", MadeSchema, HTTPStatus.CREATED, MADE),
    )
    def create_co_chief_access_manager(self, call: Call) -> Reply:
        """Designate a co-GAP."""
        command = DesignateCoChiefAccessManager(
            call.enterprise, call.body["ssin"], contact_from(call.body), str(uuid.uuid4())
        )
        report = self._desk.carry_out(call, [command])
        made = report.made[0]["designation"]
        return self._desk.made(report, made, self._co_chief(call, made), HTTPStatus.CREATED)

    @operation(
        f"GET {BASE}/coChiefAccessManagers/{{coChiefAccessManagerId}}",
        tag=TAG,
        summary="Read who is co-chief access manager",
        asks=VIEW,
        answer=Answer("The designation in force.", CoChiefAccessManagerSchema),
        tagged=True,
    )
    def read_co_chief_access_manager(self, call: Call) -> Reply:
        """Return one co-GAP."""
        found = self._desk.seen(call, self._desk.parts.administration.co_chiefs(call.actor))
        one = self._desk.seen(call, _with_id(found, call.path["coChiefAccessManagerId"]))
        return Reply(shown_designation(one, self._co_chief(call, one.designation_id)), tag=one.tag)

    @operation(
        f"DELETE {BASE}/coChiefAccessManagers/{{coChiefAccessManagerId}}",
        tag=TAG,
        summary="Remove a co-chief access manager",
        description="The role ends at once (DRV-07).",
        asks=(Action.REMOVE_CO_CHIEF_ACCESS_MANAGER,),
        answer=Answer("Removed.", status=HTTPStatus.NO_CONTENT, headers=("Authz-Facts-Revision",)),
    )
    def remove_co_chief_access_manager(self, call: Call) -> Reply:
        """Remove a co-GAP."""
        name = "coChiefAccessManagerId"
        target = self._desk.parts.addresses.co_chief(call.enterprise, call.path[name])
        if target is None:
            raise not_found(name)
        command = RemoveCoChiefAccessManager(call.enterprise, target)
        return self._desk.done(self._desk.carry_out_there(call, command, name))

    def _co_chief(self, call: Call, designation_id: str) -> str:
        return self._desk.links.enterprise(call.enterprise, "coChiefAccessManagers", designation_id)


def _with_id(found: tuple[DesignationView, ...], designation_id: str) -> DesignationView | None:
    return next((each for each in found if each.designation_id == designation_id), None)
