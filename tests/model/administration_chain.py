"""The chain of power, link by link: legal representative, GAP, GA. No power without a link, no link without a power.

This holds what the rules are for against what happened, without the rules: it knows no reasons, levels or states of an
enterprise, only who gave what to whom, and whether he had it to give (GGA-PRE-02, GGA-CAM-01, GGA-CAM-02, UM-MGT-01).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .administration_state import Wish
from .world import CHIEF, CO_CHIEF, MANAGER_TYPES, World, in_force

__all__ = ["Chain"]

BY_REPRESENTATIVE = frozenset({"designate_chief_access_manager"})
BY_CHIEF = frozenset({"activate_account", "designate_co_chief_access_manager", "remove_co_chief_access_manager"})
BY_CHIEFS = frozenset({"change_access_manager", "add_co_access_manager", "remove_co_access_manager"})
OPENS = {"change_access_manager": "access_manager", "add_co_access_manager": "co_access_manager", "create_user": "user"}


@dataclass
class Link:
    """An account: whose it is, where, of which type, and whether it is blocked."""

    person: str
    capacity: str
    type: str
    blocked: bool = False


@dataclass
class Chain:
    """Who has which power, and what was wrong about how it was given."""

    enterprise_of: dict[str, str] = field(default_factory=dict)
    representatives: dict[str, set[str]] = field(default_factory=dict)
    chief: dict[str, str] = field(default_factory=dict)
    co_chiefs: dict[str, set[str]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any], at: datetime) -> "Chain":
        """The chain that a world begins with."""
        chain = cls()
        world = World(data)
        for row in world.designations:
            if in_force(row, at) and row["role"] == CHIEF:
                chain.chief[row["enterprise"]] = row["person"]
            elif in_force(row, at) and row["role"] == CO_CHIEF:
                chain.co_chiefs.setdefault(row["enterprise"], set()).add(row["person"])
        for row in world.accounts:
            if in_force(row, at):
                link = Link(row["person"], row["capacity"], row["type"], blocked=row["status"] == "blocked")
                chain.links[row["id"]] = link
        chain.register_says(world, at)
        return chain

    def register_says(self, world: World, at: datetime) -> None:
        """Look up the representatives and the capacities, which are not administration's to give."""
        self.enterprise_of = {row["id"]: row["enterprise"] for row in world.capacities}
        self.representatives = {
            row["id"]: {person["id"] for person in world.persons if world.is_representative(person, row, at)}
            for row in world.enterprises
        }

    # -- who has power -------------------------------------------------------------------------

    def chiefs(self, enterprise: str) -> set[str]:
        """The GAP and the co-GAPs."""
        present = {self.chief[enterprise]} if enterprise in self.chief else set()
        return present | self.co_chiefs.get(enterprise, set())

    def managers(self, capacity: str) -> set[str]:
        """Who manages the capacity: the GAP and co-GAPs of its enterprise, its GA and co-GAs that are not blocked."""
        own = {
            link.person
            for link in self.links.values()
            if link.capacity == capacity and link.type in MANAGER_TYPES and not link.blocked
        }
        return own | self.chiefs(self.enterprise_of[capacity])

    # -- what was done -------------------------------------------------------------------------

    def done(self, by: str, wish: Wish) -> list[str]:
        """Take in what somebody was allowed to do; say what he had not the power for."""
        wrong = [] if by in self._entitled(wish) else [f"{by} had no power to {wish.action} {wish.of}"]
        self._take_in(wish)
        return wrong

    def _entitled(self, wish: Wish) -> set[str]:
        if wish.action in BY_REPRESENTATIVE:
            return self.representatives[wish.of]
        if wish.action in BY_CHIEF:
            return {self.chief[wish.of]} if wish.of in self.chief else set()
        if wish.action == "update_own_data":
            return {wish.of}
        link = self.links.get(wish.of)
        capacity = wish.of if link is None else link.capacity
        above = link is not None and link.type in MANAGER_TYPES
        if wish.action in BY_CHIEFS or above:
            return self.chiefs(self.enterprise_of[capacity])
        return self.managers(capacity)

    def _take_in(self, wish: Wish) -> None:
        if wish.action == "designate_chief_access_manager":
            self.chief[wish.of] = wish.person
            self.co_chiefs.get(wish.of, set()).discard(wish.person)
        elif wish.action == "designate_co_chief_access_manager":
            self.co_chiefs.setdefault(wish.of, set()).add(wish.person)
        elif wish.action == "remove_co_chief_access_manager":
            self.co_chiefs[wish.of].discard(wish.person)
        elif wish.action in OPENS:
            self._open(wish)
        elif wish.action in {"delete_user", "remove_co_access_manager"}:
            del self.links[wish.of]
        elif wish.action in {"block_user", "unblock_user"}:
            self.links[wish.of].blocked = wish.action == "block_user"

    def _open(self, wish: Wish) -> None:
        titular = wish.action == "change_access_manager"
        self.links = {
            name: link
            for name, link in self.links.items()
            if link.capacity != wish.of
            or not (link.person == wish.person or (titular and link.type == "access_manager"))
        }
        self.links[wish.new] = Link(wish.person, wish.of, OPENS[wish.action])
