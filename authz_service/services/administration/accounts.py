"""The accounts of a capacity: its GA, the list, one of them, all of them (UM-LST, GGA-AM)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from authz_service.domain.actors import Actor
from authz_service.domain.moments import Phase
from authz_service.domain.records import ApplicationRecord, ContactRecord, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action, RelationKind
from authz_service.services.administration.chiefs import chief_of
from authz_service.services.administration.contacts import contacts_of, details_of
from authz_service.services.administration.desk import Desk, Place
from authz_service.services.administration.filters import AccountFilter, AccountOrder
from authz_service.services.administration.people import Known, known_people
from authz_service.services.administration.relations import beginnings
from authz_service.services.administration.text_order import folded
from authz_service.services.administration.views import (
    AccountDetail,
    AccountPage,
    AccountStatus,
    AccountView,
    GrantView,
    Refused,
)
from authz_service.services.authority.work import state_tag
from authz_service.store.accounts import AccountRow, account_rows
from authz_service.store.database import Database
from authz_service.store.snapshot import CHUNK, Snapshot

__all__ = ["access_manager", "export", "user", "users"]

EVERYBODY: Final = AccountFilter()
KINDS: Final = tuple(sorted(ACCOUNT_KINDS))


def access_manager(desk: Desk, actor: Actor, capacity_id: str) -> AccountView | Refused | None:
    """Return the titular GA of a capacity; while none is named, the GAP, who is it by himself (GGA-CAM-08, AMB-07)."""

    def tell(snapshot: Snapshot, place: Place) -> AccountView | None:
        named = _found(snapshot, place, kind=RelationKind.ACCESS_MANAGER.value)
        return next(iter(_views(snapshot, named, tagged=True)), None) or _implicit(snapshot, place)

    return desk.in_capacity(actor, Action.VIEW_CAPACITY, capacity_id, tell)


def users(
    desk: Desk, actor: Actor, capacity_id: str, wanted: AccountFilter, page: int, page_size: int
) -> AccountPage | Refused | None:
    """Return one page of the accounts in force that are wanted."""

    def tell(snapshot: Snapshot, place: Place) -> AccountPage:
        found = _listed(snapshot, place, wanted)
        start = (page - 1) * page_size
        shown = _views_of(snapshot, place, found[start : start + page_size])
        return AccountPage(shown, len(found), page, page_size)

    return desk.in_capacity(actor, Action.LIST_USERS, capacity_id, tell)


def user(desk: Desk, actor: Actor, capacity_id: str, account_id: str) -> AccountDetail | Refused | None:
    """Return one account in force with the applications in its profile."""

    def tell(snapshot: Snapshot, place: Place) -> AccountDetail | None:
        here = (place.enterprise.enterprise_id, place.capacity.capacity_id)
        found = snapshot.find(RelationRecord, relation_id=account_id)
        accounts = [each for each in found if (each.enterprise_id, each.capacity_id) == here and each.kind in KINDS]
        shown = _views(snapshot, accounts, tagged=True)
        return _detail(snapshot, place, shown[0]) if shown else None

    return desk.in_capacity(actor, Action.LIST_USERS, capacity_id, tell)


def export(desk: Desk, actor: Actor, capacity_id: str) -> Iterator[AccountView] | Refused | None:
    """Return all accounts in force, by name, read in portions as they are asked for."""

    def tell(snapshot: Snapshot, place: Place) -> Iterator[AccountView]:
        return _in_portions(desk.database, place, _listed(snapshot, place, EVERYBODY), snapshot.at)

    return desk.in_capacity(actor, Action.EXPORT_USERS, capacity_id, tell)


def _in_portions(database: Database, place: Place, rows: Sequence[AccountRow], at: int) -> Iterator[AccountView]:
    for start in range(0, len(rows), CHUNK):
        with Snapshot(database, at) as snapshot:
            portion = _views_of(snapshot, place, rows[start : start + CHUNK])
        yield from portion


# --- which, and in which order ----------------------------------------------------------------------------------------


def _listed(snapshot: Snapshot, place: Place, wanted: AccountFilter) -> list[AccountRow]:
    """Return the accounts that are wanted, in the order that is wanted."""
    person_id = None
    if wanted.niss is not None:
        person_id = snapshot.identify(wanted.niss)
        if person_id is None:
            return []
    rows = account_rows(
        snapshot,
        place.enterprise.enterprise_id,
        place.capacity.capacity_id,
        person_id=person_id,
        kind=wanted.kind,
        blocked=None if wanted.status is None else wanted.status is AccountStatus.BLOCKED,
        application=wanted.application,
    )
    named = (row for row in rows if _is_named(row, wanted))
    return sorted(named, key=partial(_position, wanted.order), reverse=wanted.descending)


def _is_named(row: AccountRow, wanted: AccountFilter) -> bool:
    asked = ((wanted.family_name, row.name), (wanted.given_name, row.first_name), (wanted.user_name, row.user_name))
    return all(folded(part) in folded(text) for part, text in asked if part)


def _position(order: AccountOrder, row: AccountRow) -> tuple[str, ...]:
    names = (row.name, row.first_name, row.user_name)
    first = {
        AccountOrder.FAMILY_NAME: row.name,
        AccountOrder.GIVEN_NAME: row.first_name,
        AccountOrder.USER_NAME: row.user_name,
    }[order]
    return (folded(first), *map(folded, names), *names, row.account_id)


# --- what is shown ----------------------------------------------------------------------------------------------------


def _found(snapshot: Snapshot, place: Place, **said: str | tuple[str, ...]) -> list[RelationRecord]:
    """Return the relations in a capacity that say this, in force or not."""
    enterprise_id, capacity_id = place.enterprise.enterprise_id, place.capacity.capacity_id
    return snapshot.find(RelationRecord, enterprise_id=enterprise_id, capacity_id=capacity_id, **said)


def _views_of(snapshot: Snapshot, place: Place, rows: Sequence[AccountRow]) -> tuple[AccountView, ...]:
    """Return accounts in this order; one that is not believed any more is left out."""
    holders = tuple(sorted({row.person_id for row in rows}))
    views = {view.account_id: view for view in _views(snapshot, _found(snapshot, place, person_id=holders, kind=KINDS))}
    return tuple(views[row.account_id] for row in rows if row.account_id in views)


def _views(snapshot: Snapshot, found: Sequence[RelationRecord], *, tagged: bool = False) -> tuple[AccountView, ...]:
    """Return what is shown of accounts in force. `found`: all records of them, those that are over included.

    `tagged`: with their tags, which take longer to make than all the rest.
    """
    since = beginnings(found)
    accounts = [record for record in found if record.valid.phase(snapshot.at) is Phase.DURING]
    people = known_people(snapshot, (account.person_id for account in accounts))
    contacts = contacts_of(snapshot, "account", (account.relation_id for account in accounts))
    own = contacts_of(snapshot, "person", people)
    return tuple(
        _view(
            account,
            since[account.relation_id],
            people[account.person_id],
            contacts.get(account.relation_id),
            own.get(account.person_id),
            tagged=tagged,
        )
        for account in accounts
    )


def _view(
    account: RelationRecord,
    since: int,
    person: Known,
    contact: ContactRecord | None,
    own: ContactRecord | None,
    *,
    tagged: bool,
) -> AccountView:
    return AccountView(
        account_id=account.relation_id,
        kind=RelationKind(account.kind),
        status=AccountStatus.BLOCKED if account.state == "blocked" else AccountStatus.ACTIVE,
        niss=person.niss,
        first_name=person.record.first_name,
        name=person.record.name,
        contact=details_of(contact, own.user_name if own else ""),
        since=since,
        changed_at=max(record.valid.since for record in (account, contact) if record is not None),
        tag=state_tag(account, person.record, contact, own) if tagged else "",
    )


def _detail(snapshot: Snapshot, place: Place, account: AccountView) -> AccountDetail:
    grants = _profile(snapshot, place, account)
    codes = tuple(grant.object for grant in grants)
    labels = {found.code: found.label for found in snapshot.all_in_force(ApplicationRecord, code=codes)}
    profile = tuple(GrantView(grant.object, labels.get(grant.object, ""), grant.valid.since) for grant in grants)
    return AccountDetail(account, profile, tag=state_tag(*grants) + account.tag)


def _profile(snapshot: Snapshot, place: Place, account: AccountView) -> list[RelationRecord]:
    """Return the applications granted to the holder of an account in its capacity, by code."""
    holder = snapshot.identify(account.niss) or ""
    found = _found(snapshot, place, person_id=holder, kind=RelationKind.APPLICATION_GRANT.value)
    in_force = (grant for grant in found if grant.valid.phase(snapshot.at) is Phase.DURING)
    return sorted(in_force, key=lambda grant: grant.object)


def _implicit(snapshot: Snapshot, place: Place) -> AccountView | None:
    """Return the GAP as the GA of a capacity that has none."""
    chief = chief_of(snapshot, place.enterprise)
    if chief is None:
        return None
    return AccountView(
        account_id=chief.designation_id,
        kind=RelationKind.ACCESS_MANAGER,
        status=AccountStatus.ACTIVE,
        niss=chief.niss,
        first_name=chief.first_name,
        name=chief.name,
        contact=chief.contact,
        since=chief.since,
        changed_at=chief.since,
        tag=chief.tag,
        implicit=True,
    )
