"""What administration changes, as the model holds it, and what it is asked to change."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from .world import CHIEF, CO_CHIEF, World, in_force

__all__ = ["State", "Wish"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """A change that somebody asks for.

    `of`: the id of the enterprise, capacity, account or person it is about; `person`: whom it names; `new`: the id of
    what it makes; `replaces`: what the asker was shown as being there; `details`: contact details that he gives;
    `current`: whether what he was shown of those is what stands there.
    """

    action: str
    of: str
    person: str = ""
    application: str = ""
    confirmed: bool = True
    declaration: str = "2018-07"
    replaces: str | None = None
    new: str = ""
    user_name: str = ""
    details: tuple[tuple[str, str], ...] = ()
    checked: bool = False
    current: bool = True

    def __repr__(self) -> str:
        """Only what is not as usual."""
        said = ((each.name, getattr(self, each.name), each.default) for each in fields(self))
        return f"Wish({', '.join(f'{name}={value!r}' for name, value, usual in said if value != usual)})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """The same where Hypothesis tells of an example."""
        printer.text(repr(self))


@dataclass
class State:
    """A world with the user names and contact details beside it. Rows that end stay, with their end."""

    data: dict[str, Any]
    user_names: dict[str, str] = field(default_factory=dict)
    details: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _world: World | None = None

    @property
    def world(self) -> World:
        """The world, indexed."""
        if self._world is None:
            self._world = World(self.data)
        return self._world

    def changed(self) -> None:
        """Something of the world is otherwise now."""
        self._world = None

    # -- what stands ---------------------------------------------------------------------------

    def row(self, kind: str, name: str) -> Row:
        """The row with the id."""
        found: Row = next(row for row in self.data[kind] if row["id"] == name)
        return found

    def designations(self, role: str, enterprise: str, at: datetime) -> Iterator[Row]:
        """The designations of a role in an enterprise that are in force."""
        for row in self.data["designations"]:
            if row["role"] == role and row["enterprise"] == enterprise and in_force(row, at):
                yield row

    def chief(self, enterprise: str, at: datetime) -> Row | None:
        """The designation of the GAP that is in force (AMB-01: one at most)."""
        return next(self.designations(CHIEF, enterprise, at), None)

    def co_chiefs(self, enterprise: str, at: datetime) -> list[Row]:
        """The designations of co-GAPs that are in force."""
        return [*self.designations(CO_CHIEF, enterprise, at)]

    def accounts(self, capacity: str, at: datetime) -> list[Row]:
        """The accounts in a capacity that are in force."""
        return [row for row in self.data["accounts"] if row["capacity"] == capacity and in_force(row, at)]

    def titular(self, capacity: str, at: datetime) -> Row | None:
        """The account of the titular GA that is in force (AMB-01: one at most)."""
        return next((row for row in self.accounts(capacity, at) if row["type"] == "access_manager"), None)

    def account_of(self, person: str, capacity: str, at: datetime) -> Row | None:
        """The account of a person in a capacity that is in force."""
        return next((row for row in self.accounts(capacity, at) if row["person"] == person), None)

    # -- what changes --------------------------------------------------------------------------

    def end(self, row: Row, at: datetime) -> None:
        """Let a designation or an account end at the instant; of an account, its applications with it (UM-DEL-01)."""
        row["end"] = at.isoformat()

    def designate(self, role: str, wish: Wish, at: datetime) -> None:
        """Let somebody hold a role in the enterprise from the instant on."""
        self.data["designations"].append(
            {
                "id": wish.new,
                "role": role,
                "enterprise": wish.of,
                "person": wish.person,
                "begin": at.isoformat(),
                "end": None,
            }
        )

    def open_account(self, type_: str, wish: Wish, at: datetime) -> None:
        """Give somebody an account, active at once (GGA-AM-07, UM-USR-07), in place of one that he has there."""
        former = self.account_of(wish.person, wish.of, at)
        if former is not None:
            self.end(former, at)
        self.data["accounts"].append(
            {
                "id": wish.new,
                "person": wish.person,
                "capacity": wish.of,
                "type": type_,
                "status": "active",
                "applications": [],
                "begin": at.isoformat(),
                "end": None,
            }
        )

    def standing(self, at: datetime) -> frozenset[tuple[Any, ...]]:
        """All that stands of what administration can change, as one value to compare."""
        designations = (
            ("designation", row["id"], row["role"], row["enterprise"], row["person"])
            for row in self.data["designations"]
            if in_force(row, at)
        )
        accounts = (
            ("account", *(row[name] for name in ("id", "type", "capacity", "person", "status")), *row["applications"])
            for row in self.data["accounts"]
            if in_force(row, at)
        )
        enterprises = (
            ("enterprise", row["id"], bool(row["registered_in_csam"]), bool(row["portal_account_active_since"]))
            for row in self.data["enterprises"]
        )
        names = (("user_name", *item) for item in self.user_names.items())
        return frozenset(itertools.chain(designations, accounts, enterprises, names))
