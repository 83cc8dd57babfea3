"""The users of a capacity (UM-LST, UM-USR, UM-APP, UM-DEL)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from authz_service.admin_api.desk import Desk, contact_from
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.paging import DEFAULT_PAGE_SIZE, page_links
from authz_service.admin_api.resources.access_managers import profile
from authz_service.admin_api.schemas.common import MadeSchema, camel_case
from authz_service.admin_api.schemas.managers import (
    UserDetailSchema,
    UsersFoundSchema,
    UsersQuerySchema,
    UsersRequestSchema,
    UsersSchema,
)
from authz_service.admin_api.schemas.people import NewUserSchema
from authz_service.admin_api.shown import shown_detail, user_row
from authz_service.domain.commands import CreateUser, DeleteUser, GrantApplication, RevokeApplication
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action
from authz_service.services.administration.filters import AccountFilter, AccountOrder
from authz_service.services.administration.views import AccountStatus, AccountView

__all__ = ["UserResources"]

TAG: Final = "Users"
USERS: Final = "/enterprises/{enterpriseNumber}/capacities/{capacityId}/users"
ONE: Final = f"{USERS}/{{userId}}"
CHANGED: Final = ("Authz-Facts-Revision",)
KINDS: Final = {camel_case(kind): kind for kind in ACCOUNT_KINDS}
ORDERS: Final = {camel_case(order): order for order in AccountOrder}
MOST_FOUND: Final = 100


class UserResources:
    """Users, one at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        f"GET {USERS}",
        tag=TAG,
        summary="List the users of a capacity",
        description="Those that meet all that is asked for (UM-LST-01); by number: `users/query`.",
        asks=(Action.LIST_USERS,),
        query=UsersQuerySchema,
        answer=Answer("One page of them.", UsersSchema),
    )
    def list_users(self, call: Call) -> Reply:
        """Return one page of the users."""
        desk, query, capacity = self._desk, call.query, call.path["capacityId"]
        page, page_size = query.get("page", 1), query.get("page_size", DEFAULT_PAGE_SIZE)
        found = desk.seen(call, desk.parts.administration.users(call.actor, capacity, _filter(query), page, page_size))
        asked = {camel_case(name): value for name, value in query.items() if name not in {"page", "page_size"}}
        path = ("enterprises", call.enterprise, "capacities", capacity, "users")
        items = [self._row(call, each) for each in found.items]
        return Reply({"items": items, **page_links(desk.links, path, asked, page, page_size, found.total)})

    @operation(
        f"POST {USERS}/query",
        tag=TAG,
        summary="Find users of a capacity by number",
        description="A national number stands in no URL: it is asked for in a body.",
        asks=(Action.LIST_USERS,),
        body=UsersRequestSchema,
        answer=Answer("Those that were found.", UsersFoundSchema),
    )
    def query_users(self, call: Call) -> Reply:
        """Return the records of one person."""
        desk, capacity = self._desk, call.path["capacityId"]
        wanted = _filter(call.body)
        found = desk.seen(call, desk.parts.administration.users(call.actor, capacity, wanted, 1, MOST_FOUND))
        return Reply({"items": [self._row(call, each) for each in found.items], "total": found.total})

    @operation(
        f"POST {USERS}",
        tag=TAG,
        summary="Create a user in a capacity",
        description="Active at once (UM-USR-07), with the applications that are named. All of it is done or none.",
        asks=(Action.CREATE_USER, Action.GRANT_APPLICATION),
        body=NewUserSchema,
        answer=Answer("The user that was made.", MadeSchema, HTTPStatus.CREATED, (*CHANGED, "Location")),
    )
    def create_user(self, call: Call) -> Reply:
        """Create a user."""
        desk, body = self._desk, call.body
        desk.require_capacity(call)
        account = str(uuid.uuid4())
        command = CreateUser(call.path["capacityId"], body["ssin"], contact_from(body), account)
        desk.check_names(call, command, command.candidate, body)
        report = desk.carry_out(call, [command, *profile(account, body.get("applications", []))])
        made = report.made[0]["account"]
        href = desk.links.user(call.enterprise, call.path["capacityId"], made)
        return desk.made(report, made, href, HTTPStatus.CREATED)

    @operation(
        f"GET {ONE}",
        tag=TAG,
        summary="Read a user of a capacity",
        asks=(Action.LIST_USERS,),
        answer=Answer("The record, with the profile.", UserDetailSchema),
        tagged=True,
    )
    def read_user(self, call: Call) -> Reply:
        """Return one user."""
        desk, capacity = self._desk, call.path["capacityId"]
        found = desk.seen(call, desk.parts.administration.user(call.actor, capacity, call.path["userId"]))
        return Reply(shown_detail(found, call.enterprise, capacity, desk.links), tag=found.tag)

    @operation(
        f"DELETE {ONE}",
        tag=TAG,
        summary="Delete a user of a capacity",
        description="The record ends at once, with its profile (UM-DEL-01, AMB-40).",
        asks=(Action.DELETE_USER,),
        answer=Answer("Deleted.", status=HTTPStatus.NO_CONTENT, headers=CHANGED),
    )
    def delete_user(self, call: Call) -> Reply:
        """Delete a user."""
        self._desk.require_account(call)
        return self._desk.done(self._desk.carry_out_there(call, DeleteUser(call.path["userId"]), "userId"))

    @operation(
        f"PUT {ONE}/applications/{{applicationCode}}",
        tag=TAG,
        summary="Put an application into the profile of a user",
        description="Without effect where it is there (UM-APP-01, AMB-39).",
        asks=(Action.GRANT_APPLICATION,),
        answer=Answer("It is in the profile.", status=HTTPStatus.NO_CONTENT, headers=CHANGED),
    )
    def grant_application(self, call: Call) -> Reply:
        """Grant an application."""
        self._desk.require_account(call)
        command = GrantApplication(call.path["userId"], call.path["applicationCode"])
        return self._desk.done(self._desk.carry_out_there(call, command, "userId"))

    @operation(
        f"DELETE {ONE}/applications/{{applicationCode}}",
        tag=TAG,
        summary="Take an application from the profile of a user",
        description="Without effect where it is not there (UM-APP-03, AMB-39).",
        asks=(Action.REVOKE_APPLICATION,),
        answer=Answer("It is not in the profile.", status=HTTPStatus.NO_CONTENT, headers=CHANGED),
    )
    def revoke_application(self, call: Call) -> Reply:
        """Revoke an application."""
        self._desk.require_account(call)
        command = RevokeApplication(call.path["userId"], call.path["applicationCode"])
        return self._desk.done(self._desk.carry_out_there(call, command, "userId"))

    def _row(self, call: Call, view: AccountView) -> dict[str, Any]:
        return user_row(view, self._desk.links.user(call.enterprise, call.path["capacityId"], view.account_id))


def _filter(asked: Mapping[str, Any]) -> AccountFilter:
    """Return which users are wanted, and in which order."""
    kind, status, sort = asked.get("type"), asked.get("status"), asked.get("sort", "familyName")
    return AccountFilter(
        family_name=asked.get("family_name", ""),
        given_name=asked.get("given_name", ""),
        user_name=asked.get("user_name", ""),
        niss=asked.get("ssin"),
        kind=None if kind is None else KINDS[kind],
        status=None if status is None else AccountStatus(status),
        application=asked.get("application", ""),
        order=ORDERS[sort.removeprefix("-")],
        descending=sort.startswith("-"),
    )
