"""Oneself: own details, credentials, enterprises."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from authz_service.admin_api.desk import Desk
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.problems import MISSING_PERMISSION, Problem, ProblemError
from authz_service.admin_api.schemas.common import camel_case
from authz_service.admin_api.schemas.own import (
    OwnCredentialsSchema,
    OwnDetailsPatchSchema,
    OwnDetailsSchema,
    OwnEnterprisesSchema,
)
from authz_service.admin_api.shown import contact_shown, instant_or_none, known, shown_enterprise_of_mine
from authz_service.domain.commands import UpdateOwnDetails
from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Action
from authz_service.services.administration.views import Reminder

__all__ = ["OwnResources"]

TAG: Final = "Own details"
FIELDS: Final = {
    "email": "email",
    "local_email": "local_email",
    "telephone": "telephone",
    "title": "title",
    "preferred_language": "language",
    "user_name": "user_name",
}
"""The members of a patch, and the fields of contact details that they change."""


class OwnResources:
    """What is under `/me`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        "GET /me",
        tag=TAG,
        summary="Read one's own details",
        description="With reminders of what to look at again (UM-SELF-04, UM-MGT-04).",
        asks=(Action.UPDATE_OWN_DATA,),
        answer=Answer("The details.", OwnDetailsSchema),
        tagged=True,
    )
    def read_own_details(self, call: Call) -> Reply:
        """Return the details of whoever is logged in."""
        found = self._desk.seen(call, self._desk.parts.administration.own_details(call.actor))
        contact = contact_shown(found.contact)
        language = contact.pop("language", found.language)
        content = {
            "self": self._desk.links.to("me"),
            "ssin": found.niss.digits,
            "givenName": found.first_name,
            "familyName": found.name,
            **known(preferred_language=language, checked_at=instant_or_none(found.checked_at)),
            **contact,
            "checkDue": found.check_due,
            "myReminders": [self._reminder(reminder) for reminder in found.reminders],
        }
        return Reply(content, tag=found.tag)

    def _reminder(self, reminder: Reminder) -> dict[str, str]:
        links = self._desk.links
        number, capacity = reminder.enterprise_number, reminder.capacity_id
        return {
            "code": camel_case(reminder.code),
            "href": links.capacity(number, capacity) if capacity else links.to("me"),
            **known(checked_at=instant_or_none(reminder.checked_at), enterprise_number=number, capacity=capacity),
        }

    @operation(
        "PATCH /me",
        tag=TAG,
        summary="Change one's own details, or say that they are right",
        description="`confirmed` says: I have checked that all is right (UM-SELF-01, UM-SELF-04).",
        asks=(Action.UPDATE_OWN_DATA,),
        body=OwnDetailsPatchSchema,
        answer=Answer("Changed.", status=HTTPStatus.NO_CONTENT, headers=("Authz-Facts-Revision",)),
        conditional=True,
        merges=True,
    )
    def change_own_details(self, call: Call) -> Reply:
        """Change the details of whoever is logged in."""
        changes = {FIELDS[name]: value or "" for name, value in call.body.items() if name in FIELDS}
        command = UpdateOwnDetails(self._person(call), changes, checked="confirmed" in call.body, expected=call.matches)
        return self._desk.done(self._desk.carry_out(call, [command]))

    @operation(
        "GET /me/credentials",
        tag=TAG,
        summary="Find where one's password and certificate are",
        description="This service holds neither (UM-SELF-02, UM-SELF-03).",
        asks=(Action.CHANGE_OWN_PASSWORD, Action.VIEW_OWN_CERTIFICATE),
        answer=Answer("Where to go.", OwnCredentialsSchema),
    )
    def find_own_credentials(self, call: Call) -> Reply:
        """Return where to go."""
        found = self._desk.seen(call, self._desk.parts.administration.own_credentials(call.actor))
        return Reply(
            {
                "self": self._desk.links.to("me", "credentials"),
                "password": known(url=found.password_url),
                "certificate": known(url=found.certificate_url),
            }
        )

    @operation(
        "GET /me/enterprises",
        tag=TAG,
        summary="List the enterprises one is registered in",
        description="Each with the roles held there and nowhere else (GGA-CAM-10): one's own data, too.",
        asks=(Action.UPDATE_OWN_DATA,),
        answer=Answer("The enterprises.", OwnEnterprisesSchema),
    )
    def list_own_enterprises(self, call: Call) -> Reply:
        """Return the registrations of whoever is logged in."""
        desk = self._desk
        found = desk.seen(call, desk.parts.administration.own_enterprises(call.actor))
        items = [shown_enterprise_of_mine(enterprise, desk.links, desk.texts) for enterprise in found]
        return Reply({"self": desk.links.to("me", "enterprises"), "items": items})

    def _person(self, call: Call) -> Niss:
        """Return the number of who is logged in. Raises ProblemError for agents and programs: they have no details."""
        if call.person is not None:
            return call.person
        self._desk.seen(call, self._desk.parts.administration.own_details(call.actor))
        raise ProblemError(Problem(MISSING_PERMISSION, "Only a person has details of his own"))
