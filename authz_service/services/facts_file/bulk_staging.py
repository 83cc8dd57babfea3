"""What bulk loading needs of the place where facts are recorded, as one open transaction in which all of it is so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from authz_service.domain.identifiers import Niss
from authz_service.domain.records import PersonIdentity, Record
from authz_service.services.facts_file.merging import Thing
from authz_service.store.staged import Found, Mention, Merged

__all__ = ["Staging"]


class Staging(Protocol):
    """First all of the file is staged, then it is settled, judged and merged, then what is believed is judged."""

    def keyed_digest(self, octets: bytes) -> str:
        """Return what says whether two texts are the same, and nothing of what they hold."""

    def identified(self, numbers: Collection[Niss]) -> Mapping[Niss, str]:
        """Return the person ids that stand for numbers, of those that are known."""

    def before(self, names: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Found]:
        """Return what stands for names (kind and id): what a line has said, else what is believed."""

    def stage(
        self, identities: Sequence[PersonIdentity], mentions: Sequence[Mention], records: Iterable[Record]
    ) -> None:
        """Keep new identities, what was mentioned and what was said of it."""

    def settle(self) -> None:
        """Say that all is staged."""

    def clashing(self) -> Iterator[list[Mention]]:
        """Yield the mentions of each name that cannot be successive states of one thing."""

    def sharing(self) -> Iterator[list[Mention]]:
        """Yield the mentions of each person who stands under several names."""

    def overlapping_parts(self) -> Iterator[list[Record]]:
        """Yield what is staged of each account or sender that has a part of it twice at the same time, perhaps."""

    def merge(self, lists: Mapping[type[Record], str]) -> Merged:
        """Believe what is staged of the things that are mentioned and nothing else of them, as one revision.

        `lists`: the kind of thing that each type of record but relations is about.
        """

    def suspects(self) -> Iterator[list[Record]]:
        """Yield, a few at a time, all believed records that may contradict one another."""

    def mentions(self, things: Iterable[Thing]) -> Sequence[Mention]:
        """Return what the file mentions of these things, in the order of its lines."""
