"""Reading a target once: what has our mark, what we remember and cannot see, who stands where we need room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from authz_service.directory.errors import IncompleteReadError
from authz_service.directory.filters import escape
from authz_service.directory.names import Dn, InvalidDnError
from authz_service.directory.operations import FoundEntry, ResultCode, Scope
from authz_service.directory.servers import Features, Vendor
from authz_service.directory.session import Session
from authz_service.sync.targets import Mapped

__all__ = ["Found", "TargetReader"]

_TAGS: Final = {Vendor.OPENLDAP: "entryCSN", Vendor.ACTIVE_DIRECTORY: "uSNChanged"}
_OTHER_TAG: Final = "modifyTimestamp"
_IDS_AT_ONCE: Final = 100
_LOOKED_AT_SINGLY: Final = 200
_NOT_TO_BE_SEEN: Final = frozenset({ResultCode.NO_SUCH_OBJECT, ResultCode.INSUFFICIENT_ACCESS_RIGHTS})
"""Codes of a server that does not let us look outside our base."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a directory holds that concerns us.

    `marked`: entries with our mark, by id. `unmarked`: entries without it that have an id we remember. `complete`:
    every entry with our mark is among `marked`, not only those that were asked for.
    """

    token: str
    marked: Mapping[str, FoundEntry]
    unmarked: Mapping[str, FoundEntry]
    complete: bool = True


class TargetReader:
    """Reads one target over one session. Methods raise IncompleteReadError and ConnectionLostError."""

    def __init__(self, session: Session, mapped: Mapped) -> None:
        self._session = session
        self._mapped = mapped
        self._tag = _TAGS.get(session.features.vendor, _OTHER_TAG)
        self._attributes = (*mapped.attributes_read(), self._tag)

    @property
    def features(self) -> Features:
        return self._session.features

    def token(self) -> str:
        """Return the directory's mark of its last change, "" when it has none."""
        return self._session.change_token(self._mapped.base) or ""

    def everything(self, remembered_ids: Iterable[str]) -> Found:
        """Return every entry with our mark, and what became of those that we remember and that have it no more."""
        token = self.token()
        found = self._session.search(self._mapped.base, self._mapped.marker.filter, self._attributes)
        marked = {_identity(entry): entry for entry in found if entry.dn != self._mapped.base}
        missing = [entry_id for entry_id in remembered_ids if entry_id not in marked]
        return self._with_ids(token, marked, missing, complete=True)

    def some(self, entry_ids: Iterable[str], dns: Iterable[Dn]) -> Found:
        """Return the entries with these ids, and what with our mark stands at these names."""
        token = self.token()
        marked = {}
        for dn in dns:
            entry = self.at(dn)
            if entry is not None and self.is_marked(entry):
                marked[_identity(entry)] = entry
        return self._with_ids(token, marked, [each for each in entry_ids if each not in marked], complete=False)

    def _with_ids(self, token: str, marked: dict[str, FoundEntry], ids: Sequence[str], *, complete: bool) -> Found:
        unmarked: dict[str, FoundEntry] = {}
        for entry in self._of_ids(ids):
            (marked if self.is_marked(entry) else unmarked)[entry.entry_id] = entry
        return Found(token, marked, unmarked, complete)

    def is_marked(self, entry: FoundEntry) -> bool:
        return self._mapped.marker.is_on(entry.attributes)

    def at(self, dn: Dn) -> FoundEntry | None:
        """Return the entry with that name, None when there is none, or can be none for the server."""
        try:
            return self._session.entry(dn, self._attributes)
        except IncompleteReadError as error:
            if error.code == ResultCode.INVALID_DN_SYNTAX:
                return None  # too long a name, for one
            raise

    def of_id(self, entry_id: str) -> FoundEntry | None:
        """Return the entry with that id wherever it is, None when there is none that we may see."""
        return next(iter(self._of_ids([entry_id])), None)

    def strangers_at(self, dns: Collection[Dn]) -> dict[Dn, FoundEntry]:
        """Return who stands at these names, as far as he has not our mark (few names: whoever stands there)."""
        if len(dns) <= _LOOKED_AT_SINGLY:
            return {dn: entry for dn in dns if (entry := self.at(dn)) is not None}
        unmarked = self._session.search(self._mapped.base, f"(!{self._mapped.marker.filter})", ["objectClass"])
        return {entry.dn: entry for entry in unmarked if entry.dn in dns}

    def ids(self) -> dict[Dn, str]:
        """Return the id of every entry that has our mark, by its name."""
        found = self._session.search(self._mapped.base, self._mapped.marker.filter, [])
        return {entry.dn: entry.entry_id for entry in found}

    def ours(self, entry_id: str) -> str:
        """Return the filter that an entry of ours matches: our mark and the id that we remember."""
        return f"(&{self._mapped.marker.filter}{self.features.entry_id_filter(entry_id)})"

    def unchanged(self, entry: FoundEntry) -> str:
        """Return the filter that an entry matches until it is changed, "" when the server gives nothing for it."""
        values = entry.attributes.get(self._tag, ())
        return f"({self._tag}={escape(values[0].decode('ascii', 'replace'))})" if values else ""

    def _of_ids(self, ids: Sequence[str]) -> Iterator[FoundEntry]:
        if not ids:
            return
        base = self._whole_tree()
        for first in range(0, len(ids), _IDS_AT_ONCE):
            any_of = "".join(map(self.features.entry_id_filter, ids[first : first + _IDS_AT_ONCE]))
            try:
                found = list(self._session.search(base, f"(|{any_of})", self._attributes, Scope.SUBTREE))
            except IncompleteReadError as error:
                if error.code not in _NOT_TO_BE_SEEN or base == self._mapped.base:
                    raise
                found = list(self._session.search(self._mapped.base, f"(|{any_of})", self._attributes, Scope.SUBTREE))
            yield from found

    def _whole_tree(self) -> Dn:
        """Return the name of the tree that our base is in: one of our entries may have been moved out of it."""
        base = self._mapped.base
        for text in self.features.naming_contexts:
            try:
                context = Dn.parse(text)
            except InvalidDnError:
                continue
            if base == context or (context.rdns and base.is_below(context)):
                return context
        return base


def _identity(entry: FoundEntry) -> str:
    """Return what an entry is known by; where a server hides the id, its name, which no id is equal to."""
    return entry.entry_id or f"dn {entry.dn}"
