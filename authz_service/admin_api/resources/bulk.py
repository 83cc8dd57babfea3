"""The same done to several users (UM-LST-07): one decision for each, all or none unless asked otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from authz_service.admin_api.desk import Desk, written
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.problems import Issue, Issues, bad_request
from authz_service.admin_api.schemas.bulk import (
    BulkApplicationsRequestSchema,
    BulkReportSchema,
    BulkRequestSchema,
)
from authz_service.domain.actors import Outcome
from authz_service.domain.commands import (
    BlockUser,
    Command,
    DeleteUser,
    GrantApplication,
    RevokeApplication,
    UnblockUser,
)
from authz_service.domain.vocabulary import Action
from authz_service.services.authority.reports import CommandResult, Report

__all__ = ["BulkResources"]

TAG: Final = "Users"
USERS: Final = "/enterprises/{enterpriseNumber}/capacities/{capacityId}/users"
CHANGED: Final = ("Authz-Facts-Revision",)
EACH: Final = (
    "One decision for each of them. Unless `allOrNothing` is false, nothing is changed when one cannot be done, and "
    "the problem tells what became of each in `results`."
)
OUTCOMES: Final = {
    Outcome.ALLOWED: "done",
    Outcome.REFUSED: "refused",
    Outcome.CONFLICT: "conflict",
    Outcome.WITHDRAWN: "withdrawn",
}


class BulkResources:
    """Users, several at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        f"POST {USERS}/block",
        tag=TAG,
        summary="Block users of a capacity",
        description=EACH,
        asks=(Action.BLOCK_USER,),
        body=BulkRequestSchema,
        answer=Answer("What became of each.", BulkReportSchema, headers=CHANGED),
    )
    def block_users(self, call: Call) -> Reply:
        """Block users."""
        return self._done(call, BlockUser)

    @operation(
        f"POST {USERS}/unblock",
        tag=TAG,
        summary="Unblock users of a capacity",
        description=EACH,
        asks=(Action.UNBLOCK_USER,),
        body=BulkRequestSchema,
        answer=Answer("What became of each.", BulkReportSchema, headers=CHANGED),
    )
    def unblock_users(self, call: Call) -> Reply:
        """Unblock users."""
        return self._done(call, UnblockUser)

    @operation(
        f"POST {USERS}/delete",
        tag=TAG,
        summary="Delete users of a capacity",
        description=EACH,
        asks=(Action.DELETE_USER,),
        body=BulkRequestSchema,
        answer=Answer("What became of each.", BulkReportSchema, headers=CHANGED),
    )
    def delete_users(self, call: Call) -> Reply:
        """Delete users."""
        return self._done(call, DeleteUser)

    @operation(
        f"POST {USERS}/grantApplications",
        tag=TAG,
        summary="Put applications into the profiles of users",
        description=EACH,
        asks=(Action.GRANT_APPLICATION,),
        body=BulkApplicationsRequestSchema,
        answer=Answer("What became of each.", BulkReportSchema, headers=CHANGED),
    )
    def grant_applications(self, call: Call) -> Reply:
        """Grant every application to every user."""
        return self._done_with_applications(call, GrantApplication)

    @operation(
        f"POST {USERS}/revokeApplications",
        tag=TAG,
        summary="Take applications from the profiles of users",
        description=EACH,
        asks=(Action.REVOKE_APPLICATION,),
        body=BulkApplicationsRequestSchema,
        answer=Answer("What became of each.", BulkReportSchema, headers=CHANGED),
    )
    def revoke_applications(self, call: Call) -> Reply:
        """Revoke every application from every user."""
        return self._done_with_applications(call, RevokeApplication)

    def _done(self, call: Call, command: Callable[[str], Command]) -> Reply:
        users = call.body["users"]
        return self._carried_out(call, [command(user) for user in users], [{"user": user} for user in users])

    def _done_with_applications(self, call: Call, command: Callable[[str, str], Command]) -> Reply:
        pairs = [(user, code) for user in call.body["users"] for code in call.body["applications"]]
        return self._carried_out(
            call,
            [command(user, code) for user, code in pairs],
            [{"user": user, "application": code} for user, code in pairs],
        )

    def _carried_out(self, call: Call, commands: list[Command], named: list[dict[str, str]]) -> Reply:
        self._know_all(call)
        together = call.body["all_or_nothing"]
        report = self._desk.attempt(call, commands, together=together)
        outcomes = list(self._outcomes(report, named, call.language))
        if together and not report.done:
            raise self._desk.refusals.of_group(report.results, outcomes, call.language)
        headers = {**written(report), "Content-Language": call.language}
        return Reply({"results": outcomes, "factsRevision": report.revision}, headers=headers)

    def _know_all(self, call: Call) -> None:
        """Raise ProblemError when there are ids of no user of this capacity among them."""
        self._desk.require_capacity(call)
        users = call.body["users"]
        strangers = self._desk.parts.addresses.strangers(call.enterprise, call.path["capacityId"], frozenset(users))
        if strangers:
            detail = "there is no such user in this capacity"
            raise bad_request(
                Issue(Issues.REFERENCED_RESOURCE_NOT_FOUND, "body", f"users[{position}]", detail)
                for position, user in enumerate(users)
                if user in strangers
            )

    def _outcomes(self, report: Report, named: list[dict[str, str]], language: str) -> Iterator[dict[str, Any]]:
        """Yield what became of each; of what was done before, under the same key, that it is done."""
        if report.replayed:
            yield from ({**names, "outcome": OUTCOMES[Outcome.ALLOWED]} for names in named)
        for names, result in zip(named, report.results, strict=False):
            yield {**names, "outcome": OUTCOMES[result.outcome], **self._why(result, language)}

    def _why(self, result: CommandResult, language: str) -> dict[str, Any]:
        if result.outcome not in {Outcome.REFUSED, Outcome.CONFLICT}:
            return {}
        if result.conflict is not None:
            return {"explanation": self._desk.texts.text(f"problem.{result.conflict.code}", language)}
        answer = result.decision.answer
        return {
            "reasons": [reason.value for reason in answer.reasons],
            "rules": list(answer.rules),
            "explanation": self._desk.refusals.sentence(result.command.action, result.decision, language),
        }
