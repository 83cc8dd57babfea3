"""Enterprises, and what one may do there."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from authz_service.admin_api.desk import Desk
from authz_service.admin_api.operations import Answer, Call, Operation, Reply, operation
from authz_service.admin_api.problems import Issue, Issues, bad_request
from authz_service.admin_api.schemas.enterprises import EnterpriseSchema, MyActionsQuerySchema, MyActionsSchema
from authz_service.admin_api.shown import instant_or_none, known, shown_capacity
from authz_service.domain.vocabulary import Action, ResourceType
from authz_service.services.administration.views import MyAction

__all__ = ["EnterpriseResources"]

TAG: Final = "Enterprises"


class EnterpriseResources:
    """What is under `/enterprises/{enterpriseNumber}` itself. `ways`: the operation for each action that has one."""

    def __init__(self, desk: Desk, ways: dict[Action, Operation]) -> None:
        self._desk = desk
        self._ways = ways

    @operation(
        "GET /enterprises/{enterpriseNumber}",
        tag=TAG,
        summary="Read an enterprise",
        description="For whoever is registered there, with the capacities that he may see (GGA-CAM-09). Whoever is not "
        "is told why he may not see who manages it.",
        answer=Answer("The enterprise.", EnterpriseSchema),
        statuses=(HTTPStatus.FORBIDDEN,),
    )
    def read_enterprise(self, call: Call) -> Reply:
        """Return the enterprise."""
        desk = self._desk
        found = desk.seen(call, desk.parts.administration.enterprise(call.actor))
        return Reply(
            {
                "self": desk.links.enterprise(found.number),
                "enterpriseNumber": found.number,
                "name": found.name,
                **known(
                    registered_at=instant_or_none(found.registered_at),
                    account_active_since=instant_or_none(found.account_active_since),
                ),
                "capacities": [shown_capacity(capacity, desk.links, desk.texts) for capacity in found.capacities],
            }
        )

    @operation(
        "GET /enterprises/{enterpriseNumber}/myActions",
        tag=TAG,
        summary="List what one may do",
        description="Every action, decided as it would be when it is asked for. An action that needs more than is "
        "known here is asked without it, and `missing` names it.",
        query=MyActionsQuerySchema,
        answer=Answer("What the policy says of every action.", MyActionsSchema),
    )
    def list_my_actions(self, call: Call) -> Reply:
        """Return the decisions on every action."""
        desk = self._desk
        capacity, user = call.query.get("capacity", ""), call.query.get("user", "")
        found = desk.parts.administration.my_actions(call.actor, capacity, user)
        if found is None:
            issues = [
                Issue(Issues.REFERENCED_RESOURCE_NOT_FOUND, "query", name, "there is none in this enterprise")
                for name in call.query
            ]
            if issues:
                raise bad_request(issues)
        actions = desk.seen(call, found)
        url = desk.links.to("enterprises", call.enterprise, "myActions", query=dict(call.query))
        known_parts = {"enterpriseNumber": call.enterprise, "capacityId": capacity, "userId": user}
        decision = actions[0].decision
        return Reply(
            {
                "self": url,
                "policy": decision.policy,
                "factsRevision": decision.facts,
                "items": [self._shown(action, known_parts, call.language) for action in actions],
            },
            headers={"Content-Language": call.language},
        )

    def _shown(self, asked: MyAction, known_parts: dict[str, str], language: str) -> dict[str, Any]:
        decision = asked.decision
        way = self._ways.get(asked.action)
        return {
            **known(href=self._href(asked, known_parts)),
            "action": asked.action.value,
            "resource": {"type": asked.resource_type.value, **known(id=asked.resource_id)},
            **({} if asked.allowed is None else {"allowed": asked.allowed}),
            "missing": list(asked.missing),
            "reasons": [reason.value for reason in decision.answer.reasons],
            "rules": list(decision.answer.rules),
            "explanation": self._desk.refusals.sentence(asked.action, decision, language),
            **({} if way is None else {"operation": self._operation(way, known_parts)}),
        }

    def _operation(self, way: Operation, known_parts: dict[str, str]) -> dict[str, str]:
        return {"method": way.method, "hrefTemplate": self._desk.links.template(way.path, known_parts)}

    def _href(self, asked: MyAction, known_parts: dict[str, str]) -> str:
        """Return where what is asked about is, "" when this API does not have it."""
        links, number, capacity = self._desk.links, known_parts["enterpriseNumber"], known_parts["capacityId"]
        if asked.resource_type is ResourceType.PERSON:
            return links.to("me")
        if not asked.resource_id:
            return ""
        if asked.resource_type is ResourceType.ENTERPRISE:
            return links.enterprise(number)
        if asked.resource_type is ResourceType.CAPACITY:
            return links.capacity(number, asked.resource_id)
        if asked.resource_type is ResourceType.ACCOUNT and capacity:
            return links.user(number, capacity, asked.resource_id)
        return ""
