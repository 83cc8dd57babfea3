"""From what a directory should contain to the entries it should contain, by the mapping of a target. Pure.

What cannot be an entry, or cannot be beside another, is refused here, before anything is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from authz_service.domain.projections import Projection
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.rendered import Rendered
from authz_service.sync.targets import GroupMapping, Mapped, Target, disabling_values

__all__ = [
    "member_values",
    "new_entry_attributes",
    "new_password",
    "render",
    "render_all",
]


def render(target: Target, projection: Projection) -> tuple[DesiredEntry, ...]:
    """Return what a target should hold of one enterprise; nothing when the enterprise is not its business.

    Raises RenderingError: an entry cannot be, or two of them cannot be beside each other.
    """
    return render_all(target, (projection,))


def render_all(target: Target, projections: Iterable[Projection]) -> tuple[DesiredEntry, ...]:
    """Return what a target should hold of all these enterprises: containers from the top, then people, then groups.

    Somebody who stands in several enterprises has one entry, as `Rendered` says. Raises RenderingError.
    """
    rendered = Rendered(target)
    for projection in projections:
        rendered.put(projection.enterprise.number, projection)
    return rendered.entries()


def member_values(mapped: Mapped, group: DesiredEntry, people: Mapping[str, DesiredEntry]) -> tuple[bytes, ...]:
    """Return what the member attribute of a group should hold; `people` by key, at least all of its members."""
    mapping = _group_mapping(mapped, group)
    if not group.members:
        return () if mapping.placeholder is None else (str(mapping.placeholder).encode(),)
    if mapping.group_class.names_entries:
        return tuple(people[key].spelled for key in sorted(group.members))
    return tuple(sorted({people[key].login for key in group.members}))


def new_entry_attributes(
    mapped: Mapped, entry: DesiredEntry, people: Mapping[str, DesiredEntry], password: str = ""
) -> dict[str, tuple[bytes, ...]]:
    """Return everything an entry that is not there yet is made with, members and what disables included.

    `password`: for a target whose new entries get one; "": leave it out, as a plan that is only shown does.
    """
    attributes = dict(entry.attributes)
    if entry.members is not None and (values := member_values(mapped, entry, people)):
        attributes[_group_mapping(mapped, entry).group_class.member_attribute] = values
    if entry.kind is EntryKind.PERSON:
        disabling = mapped.people.disabling
        if disabling and (values := disabling_values(disabling, disabled=entry.disabled)):
            attributes[disabling.attribute] = values
        if password and (name := mapped.people.random_password):
            attributes[name] = (_password_value(name, password),)
    return attributes


def new_password() -> str:
    """Return a password of 256 random bits with signs of four classes, as Active Directory asks by default."""
    return f"aA1-{secrets.token_urlsafe(32)}"


def _password_value(attribute: str, password: str) -> bytes:
    """Return the value as the attribute wants it (unicodePwd: MS-ADTS 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le") if attribute.lower() == "unicodepwd" else password.encode()


def _group_mapping(mapped: Mapped, entry: DesiredEntry) -> GroupMapping:
    if entry.group is None:
        raise ValueError(f"{entry.key} is no group")
    return mapped.groups[entry.group.kind]
