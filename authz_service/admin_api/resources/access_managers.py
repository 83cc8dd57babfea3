"""The GA and co-GAs of a capacity (GGA-AM)."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Final

from authz_service.admin_api.desk import Desk, contact_from
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.paging import DEFAULT_PAGE_SIZE, page_links
from authz_service.admin_api.schemas.common import MadeSchema
from authz_service.admin_api.schemas.managers import (
    AccessManagerSchema,
    PageQuerySchema,
    UserDetailSchema,
    UsersSchema,
)
from authz_service.admin_api.schemas.people import AccountHolderSchema, NewAccessManagerSchema
from authz_service.admin_api.shown import shown_detail, shown_manager, user_row
from authz_service.domain.commands import (
    AddCoAccessManager,
    ChangeAccessManager,
    Command,
    GrantApplication,
    RemoveCoAccessManager,
)
from authz_service.domain.vocabulary import Action, RelationKind
from authz_service.services.administration.filters import AccountFilter

__all__ = ["AccessManagerResources", "profile"]

TAG: Final = "Access managers"
CAPACITY: Final = "/enterprises/{enterpriseNumber}/capacities/{capacityId}"


def profile(account_id: str, codes: list[str]) -> list[Command]:
    """Return the commands that put applications into the profile of a new record (GGA-AM-14, UM-USR-06)."""
    return [GrantApplication(account_id, code) for code in codes]


class AccessManagerResources:
    """Who manages a capacity."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        f"GET {CAPACITY}/accessManager",
        tag=TAG,
        summary="Read who is access manager of a capacity",
        description="When none is named, the chief access manager is shown, with `implicit` (GGA-CAM-08).",
        asks=(Action.VIEW_CAPACITY,),
        answer=Answer("The access manager.", AccessManagerSchema),
        tagged=True,
    )
    def read_access_manager(self, call: Call) -> Reply:
        """Return the GA."""
        capacity = call.path["capacityId"]
        found = self._desk.seen(call, self._desk.parts.administration.access_manager(call.actor, capacity))
        href = self._desk.links.capacity(call.enterprise, capacity, "accessManager")
        return Reply(shown_manager(found, href), tag=found.tag)

    @operation(
        f"PUT {CAPACITY}/accessManager",
        tag=TAG,
        summary="Name the access manager of a capacity",
        description="In place of the one there is, at once (GGA-AM-03, GGA-AM-08); `replaces` names his record, so "
        "that nobody is replaced unseen. All of it is done or none.",
        asks=(Action.CHANGE_ACCESS_MANAGER, Action.GRANT_APPLICATION),
        body=NewAccessManagerSchema,
        answer=Answer("The record that was made.", MadeSchema, headers=("Authz-Facts-Revision",)),
        statuses=(HTTPStatus.CONFLICT,),
    )
    def change_access_manager(self, call: Call) -> Reply:
        """Name the GA."""
        self._desk.require_capacity(call)
        account, body = str(uuid.uuid4()), call.body
        command = ChangeAccessManager(
            call.path["capacityId"], body["ssin"], contact_from(body), account, body.get("replaces")
        )
        return self._begun(call, command, account, HTTPStatus.OK)

    @operation(
        f"GET {CAPACITY}/coAccessManagers",
        tag=TAG,
        summary="List the co-access managers of a capacity",
        asks=(Action.LIST_USERS,),
        query=PageQuerySchema,
        answer=Answer("One page of them, by name.", UsersSchema),
    )
    def list_co_access_managers(self, call: Call) -> Reply:
        """Return the co-GAs."""
        desk, capacity = self._desk, call.path["capacityId"]
        page, page_size = call.query.get("page", 1), call.query.get("page_size", DEFAULT_PAGE_SIZE)
        wanted = AccountFilter(kind=RelationKind.CO_ACCESS_MANAGER)
        found = desk.seen(call, desk.parts.administration.users(call.actor, capacity, wanted, page, page_size))
        path = ("enterprises", call.enterprise, "capacities", capacity, "coAccessManagers")
        items = [user_row(each, desk.links.to(*path, each.account_id)) for each in found.items]
        return Reply({"items": items, **page_links(desk.links, path, {}, page, page_size, found.total)})

    @operation(
        f"POST {CAPACITY}/coAccessManagers",
        tag=TAG,
        summary="Add a co-access manager to a capacity",
        description="Beside those there are (GGA-AM-09, GGA-AM-10). All of it is done or none.",
        asks=(Action.ADD_CO_ACCESS_MANAGER, Action.GRANT_APPLICATION),
        body=AccountHolderSchema,
        answer=Answer(
            "The record that was made.", MadeSchema, HTTPStatus.CREATED, ("Authz-Facts-Revision", "Location")
        ),
    )
    def create_co_access_manager(self, call: Call) -> Reply:
        """Add a co-GA."""
        self._desk.require_capacity(call)
        account = str(uuid.uuid4())
        command = AddCoAccessManager(call.path["capacityId"], call.body["ssin"], contact_from(call.body), account)
        return self._begun(call, command, account, HTTPStatus.CREATED)

    @operation(
        f"GET {CAPACITY}/coAccessManagers/{{userId}}",
        tag=TAG,
        summary="Read a co-access manager of a capacity",
        asks=(Action.LIST_USERS,),
        answer=Answer("The record, with the profile.", UserDetailSchema),
        tagged=True,
    )
    def read_co_access_manager(self, call: Call) -> Reply:
        """Return one co-GA."""
        desk, capacity = self._desk, call.path["capacityId"]
        found = desk.seen(call, desk.parts.administration.user(call.actor, capacity, call.path["userId"]))
        is_co_manager = found.account.kind is RelationKind.CO_ACCESS_MANAGER
        detail = desk.seen(call, found if is_co_manager else None)
        return Reply(shown_detail(detail, call.enterprise, capacity, desk.links), tag=detail.tag)

    @operation(
        f"DELETE {CAPACITY}/coAccessManagers/{{userId}}",
        tag=TAG,
        summary="Remove a co-access manager from a capacity",
        description="The record ends at once, with its profile (GGA-AM-11, DRV-07).",
        asks=(Action.REMOVE_CO_ACCESS_MANAGER,),
        answer=Answer("Removed.", status=HTTPStatus.NO_CONTENT, headers=("Authz-Facts-Revision",)),
    )
    def remove_co_access_manager(self, call: Call) -> Reply:
        """Remove a co-GA."""
        self._desk.require_account(call)
        return self._desk.done(self._desk.carry_out_there(call, RemoveCoAccessManager(call.path["userId"]), "userId"))

    def _begun(self, call: Call, command: Command, account: str, status: HTTPStatus) -> Reply:
        report = self._desk.carry_out(call, [command, *profile(account, call.body.get("applications", []))])
        made, capacity = report.made[0]["account"], call.path["capacityId"]
        if status is HTTPStatus.OK:
            return self._desk.made(
                report, made, self._desk.links.capacity(call.enterprise, capacity, "accessManager"), status
            )
        href = self._desk.links.capacity(call.enterprise, capacity, "coAccessManagers", made)
        return self._desk.made(report, made, href, status)
