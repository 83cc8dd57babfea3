"""The facts of the benchmark: enterprises that are the same whatever number of them is asked for.

An enterprise has 1–4 capacities, 1–2 legal representatives, a chief access manager, 0–2 co-chiefs, 0–3 (co-)managers
and 3–27 users in each capacity, 0–4 applications a user; 3 % of the accounts are blocked. About 210 facts.
"""

from __future__ import annotations

import datetime
import functools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bench.questions import Kind, PersonFacts

__all__ = ["APPLICATIONS", "OFFERED", "Account", "Capacity", "Dataset", "Enterprise", "national_number", "person_id"]

OFFERED: Final = {
    "nsso_employer": tuple(f"APP{number:02d}" for number in range(9)),
    "nsso_employer_ppl": tuple(f"APP{number:02d}" for number in range(6, 12)),
    "social_service_provider": tuple(f"APP{number:02d}" for number in range(10, 14)),
    "approved_social_secretariat": tuple(f"APP{number:02d}" for number in (1, 5, 14)),
}
"""Types of capacities, and the applications offered to each."""
APPLICATIONS: Final = {
    code: tuple(kind for kind, codes in OFFERED.items() if code in codes)
    for code in sorted({code for codes in OFFERED.values() for code in codes})
}
"""Applications, and the types of capacities that each is offered to."""

_TYPES: Final = tuple(OFFERED)
_MOST_PEOPLE: Final = 128
"""Numbers of persons that every enterprise has for itself."""
_BIRTHS_A_DAY: Final = 990
_FIRST_BIRTH: Final = datetime.date(1940, 1, 1)
_FIRST_NUMBER: Final = 9_900_000
"""Of enterprises, without the check digits; there are 100,000 from here."""


@functools.lru_cache(maxsize=1 << 16)
def national_number(person: int) -> str:
    """Return the national number of a person born before 2000, with its check digits."""
    born = _FIRST_BIRTH + datetime.timedelta(days=person // _BIRTHS_A_DAY)
    digits = f"{born:%y%m%d}{person % _BIRTHS_A_DAY + 1:03d}"
    return f"{digits}{97 - int(digits) % 97:02d}"


def person_id(person: int) -> str:
    """Return the opaque id of a person."""
    return f"p_{person:026d}"


@dataclass(frozen=True, slots=True)
class Capacity:
    """A capacity of an enterprise. `type` is one of OFFERED."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Account:
    """The record of a manager or user in a capacity; `place` is whose."""

    id: str
    place: int
    capacity: str
    kind: Kind
    blocked: bool
    applications: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise. Its people have places: 0, 1, …; place p of it is the person of number `person(p)`.

    Everybody but the legal representatives is on its payroll. The last of its people holds nothing but that.
    """

    index: int
    representatives: tuple[int, ...]
    chief: int
    co_chiefs: tuple[int, ...]
    capacities: tuple[Capacity, ...]
    accounts: tuple[Account, ...]
    people: int

    @property
    def id(self) -> str:
        return f"e{self.index:06d}"

    @property
    def number(self) -> str:
        """Its enterprise number, with check digits."""
        digits = f"{_FIRST_NUMBER + self.index:08d}"
        return f"{digits}{97 - int(digits) % 97:02d}"

    def person(self, place: int) -> int:
        return self.index * _MOST_PEOPLE + place

    def facts_of(self, place: int | None) -> PersonFacts:
        """Return how the person at a place stands here; None: somebody of another enterprise."""
        if place is None:
            return PersonFacts()
        own = [account for account in self.accounts if account.place == place]
        return PersonFacts(
            legal_representative=place in self.representatives,
            chief=place == self.chief,
            co_chief=place in self.co_chiefs,
            manager_of=tuple(account.capacity for account in own if account.kind is Kind.MANAGER),
            co_manager_of=tuple(account.capacity for account in own if account.kind is Kind.CO_MANAGER),
            user_of=tuple(account.capacity for account in own if account.kind is Kind.USER),
            blocked_in=tuple(account.capacity for account in own if account.blocked),
            grants=tuple((account.capacity, code) for account in own for code in account.applications),
        )

    def facts(self) -> int:
        """Return how many facts these are: rows of the tables of facts (the identities of persons not counted)."""
        designations = len(self.representatives) + 1 + len(self.co_chiefs)
        employments = self.people - len(self.representatives)
        grants = sum(len(account.applications) for account in self.accounts)
        return 1 + len(self.capacities) + self.people + employments + designations + len(self.accounts) + grants


@dataclass(frozen=True, slots=True)
class Dataset:
    """The first `size` enterprises (at most 100,000)."""

    size: int

    def enterprise(self, index: int) -> Enterprise:
        """Return one enterprise, made anew."""
        return _enterprise(index)

    def enterprises(self) -> Iterator[Enterprise]:
        """Yield all of them, as they are made."""
        return map(_enterprise, range(self.size))


def _enterprise(index: int) -> Enterprise:
    drawn = random.Random(index).random  # noqa: S311 - data that anybody can make again, no secrets
    below: Callable[[int], int] = lambda count: int(drawn() * count)  # noqa: E731
    capacities = tuple(Capacity(f"e{index:06d}.{number}", _TYPES[below(4)]) for number in range(1 + below(4)))
    representatives = tuple(range(1 + below(2)))
    chief = len(representatives)
    co_chiefs = tuple(range(chief + 1, chief + 1 + below(3)))
    place = chief + 1 + len(co_chiefs)
    accounts: list[Account] = []
    for capacity in capacities:
        managers = below(4)
        for number in range(managers + 3 + below(25)):
            kind = Kind.USER if number >= managers else Kind.CO_MANAGER if number else Kind.MANAGER
            codes = OFFERED[capacity.type]
            granted = min(below(5), len(codes)) if kind is Kind.USER else 0
            first = below(len(codes))
            applications = tuple(sorted(codes[(first + step) % len(codes)] for step in range(granted)))
            account_id = f"a{index:06d}.{len(accounts):03d}"
            accounts.append(Account(account_id, place, capacity.id, kind, drawn() < 0.03, applications))
            place += 1
    return Enterprise(index, representatives, chief, co_chiefs, capacities, tuple(accounts), place + 1)
