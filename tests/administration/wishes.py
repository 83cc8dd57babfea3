"""Strategies: who might ask for what in a world as it is, likely or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.administration import worlds
from tests.administration.worlds import APPLICATIONS, CAPACITIES, FIRMS, IN_EACH, LATER, PEOPLE, STRANGERS, Beginning
from tests.model.administration import Asker, Model, Wish
from tests.model.oracle import ACTIONS

ON_ENTERPRISE = (
    "activate_account",
    "designate_chief_access_manager",
    "designate_co_chief_access_manager",
    "remove_co_chief_access_manager",
)
ON_CAPACITY = ("add_co_access_manager", "change_access_manager", "create_user", "update_capacity")
ON_ACCOUNT = (
    "block_user",
    "delete_user",
    "grant_application",
    "remove_co_access_manager",
    "revoke_application",
    "unblock_user",
)
NAMES_SOMEBODY = frozenset({*ON_ENTERPRISE, *ON_CAPACITY} - {"activate_account", "update_capacity"})
USER_NAMES = ("", "", "", "first", "second")
EMAILS = ("one@firm.example", "two@firm.example")


# -- how a world begins ------------------------------------------------------------------------


@st.composite
def beginnings(draw: st.DrawFn) -> Beginning:
    """Two firms at some point of their history."""
    chief, co_chiefs, active = {}, {}, {}
    accounts: list[tuple[str, str, str]] = []
    for firm in FIRMS:
        staff = [f"{firm}_{name}" for name in IN_EACH] + ["both"]
        chief[firm] = draw(st.sampled_from([None, f"{firm}_ann", f"{firm}_rep", f"{firm}_left", "both"]))
        others = [name for name in staff if name != chief[firm]]
        named = chief[firm] is not None
        co_chiefs[firm] = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if named else []
        active[firm] = named and draw(st.booleans())
        for where in CAPACITIES[firm] if named else ():
            people = draw(st.lists(st.sampled_from(staff), max_size=4, unique=True))
            types = ["access_manager", "co_access_manager", "user", "user"]
            if draw(st.booleans()):
                types = types[1:] + types[:1]
            accounts += [(person, where, type_) for person, type_ in zip(people, types, strict=False)]
    return Beginning(chief, co_chiefs, active, accounts, equipped=draw(st.sampled_from([True, True, False])))


# -- who asks for what -------------------------------------------------------------------------


def firm_of(model: Model, of: str) -> str:
    """Return the firm that an enterprise, a capacity or an account is or belongs to; "" of a person."""
    world = model.world
    account = world.account_by_id.get(of)
    where = of if account is None else str(account["capacity"])
    return where if where in FIRMS else str(world.capacity_by_id.get(where, {}).get("enterprise", ""))


def powerful(model: Model, firm: str, at: datetime) -> list[str]:
    """Return who is something in the firm: its representative, the GAP and co-GAPs, who has an account there."""
    state = model.state
    chief = state.chief(firm, at)
    holders = [*state.co_chiefs(firm, at), *([] if chief is None else [chief, chief, chief])]
    for capacity in model.world.capacities:
        if capacity["enterprise"] == firm:
            holders += state.accounts(capacity["id"], at)
    return [f"{firm}_rep", *(str(row["person"]) for row in holders)]


@st.composite
def askers(draw: st.DrawFn, model: Model, firm: str, at: datetime, own: str = "") -> Asker:
    """Mostly somebody who is something there, logged in with his eID and acting for the firm."""
    kind = draw(st.sampled_from(["person"] * 38 + ["agent", "operator"]))
    if kind != "person":
        return Asker(kind, "agent_1" if kind == "agent" else "registers", firm if draw(st.booleans()) else "")
    likely = [own] if own else powerful(model, firm, at)
    name = draw(st.sampled_from(likely) | st.sampled_from(likely) | st.sampled_from((*PEOPLE, *STRANGERS)))
    means = draw(st.sampled_from(["eid"] * 24 + ["totp_app", "email_otp", "password", None]))
    acting_for = draw(st.sampled_from([firm] * 16 + ["", *FIRMS]))
    return Asker("person", name, acting_for, means)


@st.composite
def wishes(draw: st.DrawFn, model: Model, firm: str, at: datetime, new: str, made: Sequence[str] = ()) -> Wish:
    """Something to be changed in the firm.

    `new`: the id of what the wish makes; `made`: ids of what the wishes before and after it may make.
    """
    there = [str(row["id"]) for row in model.world.capacities if row["enterprise"] == firm]
    accounts = [row for capacity in there for row in model.state.accounts(capacity, at)]
    usual = [*ON_ENTERPRISE, ON_ENTERPRISE[1], *ON_CAPACITY * 2, *ON_ACCOUNT * (3 if accounts else 1)]
    action = draw(st.sampled_from(usual))
    if action in ON_ENTERPRISE:
        return _on_enterprise(draw, model, action, firm, at, new)
    if action in ON_CAPACITY:
        return _on_capacity(draw, model, action, firm, at, new)
    blocked = [row for row in accounts if row["status"] == "blocked"] if action == "unblock_user" else []
    account = _account(draw, model, [str(row["id"]) for row in blocked or accounts] + [*made])
    return Wish(action, account, application=_application(draw, model, account) if "application" in action else "")


@st.composite
def own_wishes(draw: st.DrawFn, person: str) -> Wish:
    """Something that somebody changes about himself."""
    return Wish(
        "update_own_data",
        person,
        user_name=draw(st.sampled_from(USER_NAMES)),
        details=draw(st.sampled_from([(), *((("email", email),) for email in EMAILS)])),
        checked=draw(st.booleans()),
        current=draw(st.sampled_from([True, True, False])),
    )


def _on_enterprise(draw: st.DrawFn, model: Model, action: str, firm: str, at: datetime, new: str) -> Wish:
    chief = model.state.chief(firm, at)
    person = _somebody(draw, model, firm, at) if action in NAMES_SOMEBODY else ""
    helpers = [str(row["person"]) for row in model.state.co_chiefs(firm, at)]
    if helpers and action in NAMES_SOMEBODY:
        often = 4 if action == "remove_co_chief_access_manager" else 1
        person = draw(st.sampled_from([*helpers * often, person, person]))
    shown = None if chief is None else str(chief["id"])
    return Wish(
        action,
        firm,
        person,
        confirmed=draw(st.sampled_from([True] * 9 + [False])),
        declaration=draw(st.sampled_from(["2018-07"] * 9 + ["2012-01"])),
        replaces=draw(st.sampled_from([shown] * 9 + [None, "another"])),
        new=new,
    )


def _on_capacity(draw: st.DrawFn, model: Model, action: str, firm: str, at: datetime, new: str) -> Wish:
    known = [str(row["id"]) for row in model.world.capacities if row["enterprise"] == firm]
    where = draw(st.sampled_from([*known * 3, LATER[firm]]))
    if action == "update_capacity":
        details = draw(st.sampled_from([(), *((("email", email),) for email in EMAILS)]))
        current = draw(st.sampled_from([True, True, False]))
        return Wish(action, where, details=details, checked=draw(st.booleans()), current=current)
    titular = model.state.titular(where, at)
    shown = None if titular is None else str(titular["id"])
    return Wish(
        action,
        where,
        _somebody(draw, model, firm, at),
        replaces=draw(st.sampled_from([shown] * 9 + [None, "another"])),
        new=new,
        user_name=draw(st.sampled_from(USER_NAMES)),
    )


def _somebody(draw: st.DrawFn, model: Model, firm: str, at: datetime) -> str:
    staff = [f"{firm}_{name}" for name in IN_EACH] + ["both"]
    anybody = st.sampled_from((*PEOPLE, *STRANGERS))
    return draw(st.sampled_from(staff) | st.sampled_from(staff) | st.sampled_from(powerful(model, firm, at)) | anybody)


def _account(draw: st.DrawFn, model: Model, likely: list[str]) -> str:
    """Mostly a likely account, sometimes one that is over, one of elsewhere, or none at all."""
    every = [str(row["id"]) for row in model.world.accounts]
    return draw(st.sampled_from([*likely * 4, *every, "no account"]))


def _application(draw: st.DrawFn, model: Model, account: str) -> str:
    """Mostly one that is offered to the capacity of the account, or one that stands in its profile already."""
    row = model.world.account_by_id.get(account)
    type_ = "nsso_employer" if row is None else str(model.world.capacity_by_id[str(row["capacity"])]["type"])
    offered = [str(each["id"]) for each in model.world.applications if type_ in each["offered_to"]]
    held: list[str] = [] if row is None else [*row["applications"]]
    return draw(st.sampled_from([*held * 4, *offered * 4, *APPLICATIONS, "UNHEARD_OF"]))


# -- what comes from elsewhere -----------------------------------------------------------------


@st.composite
def register_news(draw: st.DrawFn, firm: str) -> tuple[str, dict[str, Any]]:
    """A kind of fact and a row of it: a function or an employment that begins or is over, a new capacity."""
    kind = draw(st.sampled_from(["legal_functions", "employments", "employments", "capacities"]))
    if kind == "capacities":
        return kind, worlds.capacity(LATER[firm])
    person = f"{firm}_{draw(st.sampled_from(IN_EACH))}"
    end = draw(st.sampled_from([None, worlds.OVER]))
    if kind == "employments":
        return kind, worlds.employment(person, firm, end)
    return kind, worlds.function(person, firm, end, signs=draw(st.booleans()))


def administrative_actions() -> list[str]:
    """Return the actions that a random question about administration is of."""
    asked = {*ON_ENTERPRISE, *ON_CAPACITY, *ON_ACCOUNT, "list_users", "view_chief_access_manager"}
    return sorted(asked & set(ACTIONS))
