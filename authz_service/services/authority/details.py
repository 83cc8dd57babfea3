"""Contact details of a capacity and of oneself (UM-MGT-03, UM-MGT-04, UM-SELF-01, UM-SELF-04)."""

from __future__ import annotations

from collections.abc import Mapping

from authz_service.domain.commands import ContactDetails, UpdateCapacity, UpdateOwnDetails
from authz_service.services.authority.accounts import user_name_conflict
from authz_service.services.authority.reports import Conflict, ConflictCode, Effect
from authz_service.services.authority.work import Work, state_tag

__all__ = ["update_capacity", "update_own_details"]


def update_capacity(command: UpdateCapacity, work: Work) -> Effect | Conflict:
    """Change how a capacity is reached."""
    capacity = work.capacity(command.capacity)
    contact = work.contact("capacity", capacity.capacity_id)
    if command.expected not in {None, state_tag(capacity, contact)}:
        return Conflict(ConflictCode.STALE_VERSION)
    _change(work, "capacity", capacity.capacity_id, command.changes, checked=command.checked)
    return work.effect(capacity.enterprise_id)


def update_own_details(command: UpdateOwnDetails, work: Work) -> Effect | Conflict:
    """Change how the person who asks is reached."""
    person_id = work.person_id(command.person)
    contact = work.contact("person", person_id)
    if command.expected not in {None, state_tag(work.person(person_id), contact)}:
        return Conflict(ConflictCode.STALE_VERSION)
    conflict = user_name_conflict(work, person_id, ContactDetails(**command.changes).user_name)
    if conflict is not None:
        return conflict
    _change(work, "person", person_id, command.changes, checked=command.checked)
    return work.effect("")


def _change(work: Work, owner_kind: str, owner_id: str, changes: Mapping[str, str], *, checked: bool) -> None:
    sound = ContactDetails(**changes)
    values: dict[str, str | int] = {name: getattr(sound, name) for name in changes}
    if checked:
        values["checked_at"] = work.instant
    if values:
        work.change_contact(owner_kind, owner_id, **values)
