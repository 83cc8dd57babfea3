"""The policy as text: its files, its switches, and the revision that hashes everything which shapes an answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

__all__ = ["SWITCHES", "PolicySource", "PolicyText", "read_policy"]

SWITCHES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "strict_eid": ("off", "on"),
        "representative_manages_roles": ("off", "on"),
        "representative_manages_rights": ("off", "on"),
        "mandates_without_staff": ("off", "on"),
        "paper_delivery": ("post", "fax", "email", "scan"),
    }
)
"""Readings of ambiguous sources that configuration may choose among, each with its values, the default first."""


@dataclass(frozen=True, slots=True)
class PolicySource:
    """One policy file: its name without the folder, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PolicyText:
    """Policy files in the order of their names, with the switches.

    `levels` and `catalogue` (assurance levels by means, digest of the messages) do not reach Polar but shape answers,
    so they count in the revision. A switch that is left out has its default; an unknown one raises ValueError.
    """

    sources: tuple[PolicySource, ...]
    switches: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    catalogue: str = ""

    def __post_init__(self) -> None:
        for name, value in self.switches.items():
            if value not in SWITCHES.get(name, ()):
                raise ValueError(f"no such policy switch: {name} = {value!r}")

    @property
    def settled(self) -> dict[str, str]:
        """Every switch with its value, defaults included."""
        return {name: self.switches.get(name, values[0]) for name, values in SWITCHES.items()}

    @property
    def revision(self) -> str:
        """Return the policy revision: 64 bits of a SHA-256 over all that shapes an answer, in hexadecimal."""
        everything = {
            "sources": [[source.name, source.text] for source in self.sources],
            "switches": self.settled,
            "levels": dict(self.levels),
            "catalogue": self.catalogue,
        }
        canonical = json.dumps(everything, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def read_policy(
    folder: Path,
    switches: Mapping[str, str] | None = None,
    levels: Mapping[str, int] | None = None,
    catalogue: str = "",
) -> PolicyText:
    """Return the `.polar` files of a folder. Raises FileNotFoundError when there is none."""
    sources = tuple(PolicySource(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.polar")))
    if not sources:
        raise FileNotFoundError(f"no policy files (*.polar) in {folder}")
    return PolicyText(sources, dict(switches or {}), dict(levels or {}), catalogue)
