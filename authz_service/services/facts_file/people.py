"""Which opaque id a person of the file has: the store's if it knows the number, else the file's own, else a new one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from authz_service.domain.identifiers import Niss
from authz_service.domain.person_ids import is_person_id
from authz_service.domain.records import PersonIdentity
from authz_service.services.facts_file.entries import Entry
from authz_service.services.facts_file.errors import Errors

__all__ = ["People", "identify_people"]


@dataclass(frozen=True, slots=True)
class People:
    """`ids`: the opaque id for each id of the file; `new`: identities that the store does not know yet."""

    ids: Mapping[str, str]
    new: tuple[PersonIdentity, ...]

    def __getitem__(self, name: str) -> str:
        """Return the opaque id of a person the file names: by its own id, or by the opaque id of one in the store."""
        return self.ids.get(name, name)

    def or_nobody(self, name: str | None) -> str:
        """Return the opaque id, "" for None."""
        return "" if name is None else self[name]


def identify_people(
    entries: Iterable[Entry],
    stored: Collection[str],
    identify: Callable[[Niss], str | None],
    new_person_id: Callable[[], str],
    errors: Errors,
) -> People:
    """Return the people of the file.

    `stored`: opaque ids in the store; `identify` finds one by number; `new_person_id` makes one up. Reports two persons
    with one number, and an opaque id that is another person's in the store.
    """
    ids: dict[str, str] = {}
    new: dict[str, PersonIdentity] = {}
    holders: dict[Niss, Entry] = {}
    for entry in entries:
        if entry.kind != "persons" or not entry.name or entry.name in ids:
            continue
        ids[entry.name] = entry.name
        niss: Niss | None = entry.values.get("niss")
        if niss is None:
            continue
        holder = holders.setdefault(niss, entry)
        if holder is not entry:
            entry.complain(errors, f"{holder.place} has this number: a person stands here once", "niss")
            continue
        person_id = identify(niss)
        if is_person_id(entry.name) and entry.name in stored and entry.name != person_id:
            message = "in the store this id is a person's with another number: leave the id to him and take another"
            entry.complain(errors, message, "id")
            continue
        if person_id is None:
            person_id = entry.name if is_person_id(entry.name) else new_person_id()
            new[person_id] = PersonIdentity(person_id, niss)
        ids[entry.name] = person_id
    return People(ids, tuple(new.values()))
