"""How owners are reached, as the records say it and as it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from authz_service.domain.commands import ContactDetails
from authz_service.domain.records import ContactRecord
from authz_service.store.snapshot import Snapshot

__all__ = ["contacts_of", "details_of"]


def contacts_of(snapshot: Snapshot, owner_kind: str, owner_ids: Iterable[str]) -> dict[str, ContactRecord]:
    """Return how owners of a kind are reached, by the owner's id; who is not in it, is not known to be reached."""
    wanted = tuple(sorted(set(owner_ids)))
    found = snapshot.all_in_force(ContactRecord, owner_kind=owner_kind, owner_id=wanted)
    return {contact.owner_id: contact for contact in found}


def details_of(contact: ContactRecord | None, user_name: str | None = None) -> ContactDetails:
    """Return what is shown of a contact. `user_name`: instead of the contact's own."""
    if contact is None:
        return ContactDetails(user_name=user_name or "")
    return ContactDetails(
        email=contact.email,
        local_email=contact.local_email,
        telephone=contact.telephone,
        title=contact.title,
        language=contact.language,
        user_name=contact.user_name if user_name is None else user_name,
    )
