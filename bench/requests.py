"""The questions that are asked: more of popular enterprises, about half to be allowed, most others near misses."""

from __future__ import annotations

import bisect
import functools
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.dataset import APPLICATIONS, OFFERED, Account, Capacity, Dataset, Enterprise, national_number, person_id
from bench.oracle import is_allowed
from bench.questions import Action, Kind, Question, ResourceFacts

__all__ = ["Asking", "unpopular"]

_ACTIONS: Final = {
    Action.USE_APPLICATION: 70,
    Action.LIST_USERS: 12,
    Action.CREATE_USER: 8,
    Action.GRANT_APPLICATION: 10,
}
_STEP: Final = 7919
"""A prime that divides no size: scatters the popular enterprises over the key."""
_KEPT: Final = 4096


def unpopular(dataset: Dataset) -> Iterator[Enterprise]:
    """Yield enterprises, those first that are asked about least."""
    return (dataset.enterprise(rank * _STEP % dataset.size) for rank in reversed(range(dataset.size)))


@dataclass(frozen=True, slots=True)
class _Part:
    """Who asks, and what of: `place` None is somebody of another enterprise."""

    place: int | None
    application: str = ""


class Asking:
    """Draws questions about a dataset; the same ones for the same seed."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self._size = dataset.size
        self._random = random.Random(seed)  # noqa: S311 - questions that anybody can draw again, no secrets
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, dataset.size + 1)))
        self._enterprise = functools.lru_cache(_KEPT)(dataset.enterprise)

    def mixed(self) -> Iterator[Question]:
        """Yield questions of many persons about many enterprises, without end."""
        while True:
            enterprise = self._popular()
            action = self._random.choices(list(_ACTIONS), list(_ACTIONS.values()))[0]
            yield self._question(enterprise, self._random.choice(enterprise.capacities), action)

    def of_one_person(self, count: int) -> list[Question]:
        """Return that many questions of one person about his or her own enterprise."""
        enterprise = self._popular()
        chosen = self._random.random()
        places = [account.place for account in enterprise.accounts]
        place = enterprise.chief if chosen < 0.2 else self._random.choice(places)
        questions = []
        for _ in range(count):
            capacity = self._random.choice(enterprise.capacities)
            application = self._random.choice(OFFERED[capacity.type])
            action = Action.USE_APPLICATION if self._random.random() < 0.9 else Action.LIST_USERS
            part = _Part(place, application if action is Action.USE_APPLICATION else "")
            questions.append(self._made(enterprise, capacity, action, part))
        return questions

    def _popular(self) -> Enterprise:
        rank = bisect.bisect_left(self._weights, self._random.random() * self._weights[-1])
        return self._enterprise(min(rank, self._size - 1) * _STEP % self._size)

    def _question(self, enterprise: Enterprise, capacity: Capacity, action: Action) -> Question:
        here = [account for account in enterprise.accounts if account.capacity == capacity.id]
        if action is Action.USE_APPLICATION:
            return self._made(enterprise, capacity, action, self._user(enterprise, capacity, here))
        part = _Part(self._manager(enterprise, capacity, here))
        if action is Action.GRANT_APPLICATION:
            codes = OFFERED[capacity.type] if self._random.random() < 0.85 else tuple(APPLICATIONS)
            part = _Part(part.place, self._random.choice(codes))
        return self._made(enterprise, capacity, action, part)

    def _user(self, enterprise: Enterprise, capacity: Capacity, here: Sequence[Account]) -> _Part:
        """Return who wants to open which application."""
        offered, drawn = OFFERED[capacity.type], self._random.random()
        application = self._random.choice(offered)
        users = [account for account in here if account.kind is Kind.USER]
        if drawn < 0.45:
            granted = [(user.place, code) for user in users for code in user.applications]
            return _Part(*self._random.choice(granted)) if granted else _Part(enterprise.chief, application)
        if drawn < 0.55:
            managers = [account.place for account in here if account.kind is not Kind.USER]
            return _Part(self._random.choice([enterprise.chief, *enterprise.co_chiefs, *managers]), application)
        if drawn < 0.75:
            lacking = [(user.place, code) for user in users for code in offered if code not in user.applications]
            return (
                _Part(*self._random.choice(lacking)) if lacking else _Part(enterprise.representatives[0], application)
            )
        if drawn < 0.85:
            elsewhere = [account.place for account in enterprise.accounts if account.capacity != capacity.id]
            return _Part(self._random.choice(elsewhere) if elsewhere else None, application)
        if drawn < 0.92:
            blocked = [account for account in here if account.blocked]
            account = self._random.choice(blocked or here)
            return _Part(account.place, self._random.choice(account.applications or offered))
        return _Part(None if drawn < 0.97 else enterprise.representatives[0], application)

    def _manager(self, enterprise: Enterprise, capacity: Capacity, here: Sequence[Account]) -> int | None:
        """Return who wants to manage the capacity."""
        drawn = self._random.random()
        managers = [account.place for account in here if account.kind is not Kind.USER]
        if drawn < 0.25 or (drawn < 0.6 and not managers):
            return self._random.choice([enterprise.chief, *enterprise.co_chiefs])
        if drawn < 0.6:
            return self._random.choice(managers)
        if drawn < 0.75:
            others = [
                account.place
                for account in enterprise.accounts
                if account.kind is not Kind.USER and account.capacity != capacity.id
            ]
            return self._random.choice(others) if others else enterprise.representatives[0]
        return self._random.choice(here).place if drawn < 0.9 else None

    def _made(self, enterprise: Enterprise, capacity: Capacity, action: Action, part: _Part) -> Question:
        here = [account for account in enterprise.accounts if account.capacity == capacity.id]
        candidate, target, facts = "", None, enterprise.facts_of(part.place)
        candidate_number = 0
        resource = ResourceFacts(offered=OFFERED[capacity.type])
        if action is Action.CREATE_USER:
            place = self._random.choice([enterprise.people - 1, enterprise.people - 1, here[-1].place, None])
            candidate_number = self._number(enterprise, place)
            candidate = national_number(candidate_number)
            has_account = any(account.place == place for account in here)
            resource = ResourceFacts(resource.offered, place is not None, has_account)
        if action is Action.GRANT_APPLICATION:
            target = self._random.choice(here)
            resource = ResourceFacts(resource.offered, target_kind=target.kind)
        number = self._number(enterprise, part.place)
        return Question(
            action=action,
            person=national_number(number),
            person_id=person_id(number),
            enterprise=enterprise.id,
            enterprise_number=enterprise.number,
            capacity=capacity.id,
            application=part.application,
            candidate=candidate,
            candidate_id=person_id(candidate_number) if candidate else "",
            account=target.id if target else "",
            facts=facts,
            resource=resource,
            expected=is_allowed(action, capacity.id, part.application, facts, resource),
        )

    def _number(self, enterprise: Enterprise, place: int | None) -> int:
        if place is not None:
            return enterprise.person(place)
        other = self._enterprise((enterprise.index + 1) % self._size)
        return other.person(other.chief)
