"""Keyed digests of what was written: they tell later whether somebody changed it, and nothing of what it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from authz_service.directory.names import Dn

__all__ = ["NOT_KNOWN", "Fingerprints", "MemberName", "digests_in", "member_digests", "without"]

_SIZE: Final = 8
_LONGEST_KEY: Final = 64

NOT_KNOWN: Final = b"?"
"""In place of the digests of all members: who was last written into the group is not known."""

MemberName = object
"""What makes two members equal: the normalised name of an entry, or the octets of a login."""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Makes digests under a secret. With another secret, nothing that was remembered can be compared any more."""

    secret: bytes = field(repr=False)

    @property
    def tag(self) -> str:
        """What tells one secret from another."""
        return _tag(self._key)

    @property
    def _key(self) -> bytes:
        return _derived(self.secret)

    def place(self, dn: Dn) -> str:
        """Return the digest of a name, the same for all its spellings."""
        return _digest(self._key, repr(dn.normalised()).encode("utf-8", "surrogateescape")).hex()

    def values(self, values: Iterable[bytes]) -> str:
        """Return the digest of a set of values."""
        return _values(self._key, tuple(values))

    def member(self, name: MemberName) -> bytes:
        """Return the digest of one member."""
        return _digest(self._key, repr(name).encode("utf-8", "surrogateescape"))

    def members(self, names: Iterable[MemberName]) -> bytes:
        """Return the digests of all members, sorted."""
        return b"".join(sorted(map(self.member, names)))

    def state(self, attributes: Mapping[str, Iterable[bytes]]) -> str:
        """Return the digests of attributes in one text, which `digests_in` reads and equal attributes share."""
        digests = sorted((name.lower(), self.values(values)) for name, values in attributes.items())
        return ";".join([self.tag, *(f"{name}={digest}" for name, digest in digests)])

    def knows(self, state: str) -> bool:
        """Return whether these digests were made under this secret."""
        return state.partition(";")[0] == self.tag


def digests_in(state: str) -> dict[str, str]:
    """Return the digests that `Fingerprints.state` put together, by attribute in lower case."""
    pairs = (part.partition("=") for part in state.split(";")[1:])
    return {name: digest for name, _, digest in pairs}


def without(state: str, names: Collection[str]) -> str:
    """Return what `Fingerprints.state` put together, without the digests of these attributes (in lower case)."""
    tag, *parts = state.split(";")
    return ";".join([tag, *(part for part in parts if part.partition("=")[0] not in names)])


def member_digests(members: bytes) -> frozenset[bytes]:
    """Return the digests that `Fingerprints.members` put together."""
    return frozenset(members[start : start + _SIZE] for start in range(0, len(members), _SIZE))


@lru_cache(maxsize=8)
def _derived(secret: bytes) -> bytes:
    return blake2b(b"what was written into directories", key=secret[:_LONGEST_KEY], digest_size=32).digest()


@lru_cache(maxsize=8)
def _tag(key: bytes) -> str:
    return _digest(key, b"tag").hex()


@lru_cache(maxsize=4096)
def _values(key: bytes, values: tuple[bytes, ...]) -> str:
    """Return the digest of a set of values, of which many entries have the same ones."""
    return _digest(key, b"".join(b"%d:%b" % (len(value), value) for value in sorted(set(values)))).hex()


def _digest(key: bytes, content: bytes) -> bytes:
    return blake2b(content, key=key, digest_size=_SIZE).digest()
