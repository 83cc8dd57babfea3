"""What every group of resources works with: reading, carrying out, and making of answers what the wire wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final, TypeVar

from authz_service.admin_api.links import Links
from authz_service.admin_api.operations import Call, Reply
from authz_service.admin_api.parts import AdministrationParts
from authz_service.admin_api.problems import (
    IDEMPOTENCY_KEY_REUSED,
    STATE_CONFLICT,
    Issue,
    Issues,
    Problem,
    ProblemError,
    bad_request,
    not_found,
)
from authz_service.admin_api.refusals import Refusals
from authz_service.admin_api.texts import ApiTexts
from authz_service.domain.commands import Command, ContactDetails
from authz_service.domain.identifiers import Niss
from authz_service.services.administration.discretion import discreet
from authz_service.services.administration.views import Refused
from authz_service.services.authority.repetition import IdempotencyKeyReusedError
from authz_service.services.authority.reports import CommandResult, Report

__all__ = ["Desk", "contact_from", "written"]

Found = TypeVar("Found")
REPLAYED: Final = "Idempotency-Replayed"
REVISION: Final = "Authz-Facts-Revision"


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the API, and its words."""

    parts: AdministrationParts
    texts: ApiTexts
    refusals: Refusals
    links: Links

    def seen(self, call: Call, found: Found | Refused | None) -> Found:
        """Return what reading has found. Raises ProblemError when that is a no, or nothing."""
        if found is None:
            raise not_found(*list(call.path)[-1:])
        if isinstance(found, Refused):
            raise self.refusals.of_decision(found.action, found.decision, call.language, list(call.path))
        return found

    def carry_out(self, call: Call, commands: Sequence[Command], *, together: bool = True) -> Report:
        """Have commands carried out; with `together` raises ProblemError unless all of them were."""
        report = self.attempt(call, commands, together=together)
        if not report.done:
            raise self.refusals.of_results(report.results, call.language, list(call.path))
        return report

    def carry_out_there(self, call: Call, command: Command, name: str) -> Report:
        """Have a command carried out on what a path parameter names.

        Raises ProblemError: 404 when that is over, so that there is nothing at the path any more.
        """
        try:
            return self.carry_out(call, [command])
        except ProblemError as error:
            if error.problem.type is STATE_CONFLICT:
                raise not_found(name) from None
            raise

    def attempt(self, call: Call, commands: Sequence[Command], *, together: bool) -> Report:
        """Have commands carried out, and return what became of them. Raises ProblemError for a key used before."""
        try:
            report = self.parts.authority.carry_out(
                call.actor, commands, together=together, idempotency=call.idempotency
            )
            return replace(report, results=tuple(self._told(call, result) for result in report.results))
        except IdempotencyKeyReusedError:
            code = IDEMPOTENCY_KEY_REUSED.code
            detail = self.texts.text(f"problem.{code}", call.language)
            raise ProblemError(Problem(IDEMPOTENCY_KEY_REUSED, detail, call.language)) from None

    def _told(self, call: Call, result: CommandResult) -> CommandResult:
        """Return what became of a command as it is told to who gave it."""
        command = result.command
        asked = (command.action, command.resource_id, command.properties())
        return replace(result, decision=discreet(self.parts.decisions, call.actor, *asked, result.decision))

    def require_capacity(self, call: Call) -> None:
        """Raise ProblemError (404) when the capacity of the path is none of its enterprise."""
        if not self.parts.addresses.has_capacity(call.enterprise, call.path["capacityId"]):
            raise not_found("capacityId")

    def require_account(self, call: Call) -> None:
        """Raise ProblemError (404) when the user of the path is, and was, none of its capacity."""
        user = call.path["userId"]
        if self.parts.addresses.strangers(call.enterprise, call.path["capacityId"], frozenset({user})):
            raise not_found("userId")

    def done(self, report: Report) -> Reply:
        """Return the answer that something was done, without a body."""
        return Reply(None, HTTPStatus.NO_CONTENT, written(report))

    def made(self, report: Report, made_id: str, href: str, status: HTTPStatus) -> Reply:
        """Return the answer that something was made: its id and where it is."""
        content = {"href": href, "id": made_id, "factsRevision": report.revision}
        location = {"Location": href} if status is HTTPStatus.CREATED else {}
        return Reply(content, status, {**written(report), **location})

    def check_names(self, call: Call, command: Command, niss: Niss, given: Mapping[str, Any], place: str = "") -> None:
        """Look whether names that are given are the register's, if the policy allows the command (AMB-22).

        To others it is not told: they could find out whose number it is. Raises ProblemError.
        """
        named = [name for name in ("given_name", "family_name") if name in given]
        if not named:
            return
        question = call.actor.asks(command.action, command.resource_id, command.properties())
        if not self.parts.decisions.decide([question], call.actor.scopes)[0].answer.allowed:
            return
        first, last = self.parts.administration.register_names(niss) or ("", "")
        self.compare_names(given, first, last, place)

    def compare_names(self, given: Mapping[str, Any], first: str, last: str, place: str = "") -> None:
        """Raise ProblemError unless the names that are given are these, whatever the case."""
        register = {"given_name": ("givenName", first), "family_name": ("familyName", last)}
        issues = [
            Issue(Issues.INVALID_INPUT, "body", place + wire_name, "is not the name that the register has")
            for name, (wire_name, value) in register.items()
            if name in given and given[name].casefold() != value.casefold()
        ]
        if issues:
            raise bad_request(issues)


def written(report: Report) -> dict[str, str]:
    """Return the headers of a successful write."""
    return {REVISION: str(report.revision), **({REPLAYED: "true"} if report.replayed else {})}


def contact_from(given: Mapping[str, Any]) -> ContactDetails:
    """Return how somebody is reached, as a body says it."""
    return ContactDetails(
        email=given.get("email", ""),
        local_email=given.get("local_email", ""),
        telephone=given.get("telephone", ""),
        title=given.get("title", ""),
        language=given.get("language", ""),
        user_name=given.get("user_name", ""),
    )
