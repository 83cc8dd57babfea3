"""Who is projected, and how: members, and whoever has an account in a capacity concerned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from authz_service.domain.identifiers import Niss
from authz_service.domain.projections import ProjectedPerson
from authz_service.domain.states import AccountState
from authz_service.services.projection.accounts import Account, Accounts
from authz_service.services.projection.places import Place

__all__ = ["people_of", "projected_ids"]


def projected_ids(accounts: Accounts, capacities: Iterable[str], members: Collection[str]) -> tuple[str, ...]:
    """Return the ids of the members and of whoever has an account in force in one of the capacities, sorted.

    Somebody who is on the payroll and nothing else is none of a directory's business.
    """
    holders = (person_id for capacity_id in capacities for person_id in accounts[capacity_id])
    return tuple(sorted({*members, *holders}))


def people_of(
    place: Place,
    accounts: Accounts,
    capacities: Collection[str],
    person_ids: Iterable[str],
    members: Collection[str],
    numbers: Mapping[str, Niss],
) -> tuple[ProjectedPerson, ...]:
    """Return the people with these ids.

    `capacities`: whose accounts count; `members`: whoever is in a group; `numbers`: national numbers to show.
    """
    concerned = [accounts[capacity_id] for capacity_id in sorted(capacities)]
    return tuple(
        _person(place, person_id, _held(concerned, person_id), person_id in members, numbers.get(person_id))
        for person_id in person_ids
    )


def _held(accounts: Iterable[Mapping[str, Account]], person_id: str) -> list[Account]:
    return [held[person_id] for held in accounts if person_id in held]


def _person(
    place: Place,
    person_id: str,
    held: list[Account],
    is_member: bool,  # noqa: FBT001 - one of the facts about the person
    niss: Niss | None,
) -> ProjectedPerson:
    person, contact = place.persons[person_id], place.contacts.get(("person", person_id))
    all_blocked = bool(held) and all(account.state is AccountState.BLOCKED for account in held)
    return ProjectedPerson(
        person_id=person_id,
        first_name=person.first_name,
        name=person.name,
        language=person.language,
        user_name=contact.user_name if contact else "",
        email=_email(place, person_id, held),
        # The GAP's implicit role cannot be blocked (AMB-37): whoever may still do something is not shut out of it.
        blocked=all_blocked and not is_member,
        niss=niss,
    )


def _email(place: Place, person_id: str, held: list[Account]) -> str:
    """Return the address given with an account (UM-USR-05), else the person's own, "" when there is none."""
    owners = [("account", account_id) for account in held for account_id in account.account_ids]
    contacts = (place.contacts.get(owner) for owner in (*owners, ("person", person_id)))
    return next((contact.email for contact in contacts if contact and contact.email), "")
