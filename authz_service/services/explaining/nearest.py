"""The nearest way from a deny to an allow: the lightest set of changes with which every need is met.

The search is bounded and deterministic. It takes the need that the fewest changes can meet, tries each of these, and
goes on from there; a set that is heavier than the best one found is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from authz_service.services.explaining.cases import Case, State, has
from authz_service.services.explaining.changes import Change
from authz_service.services.explaining.changes_of_people import (
    changes_of_candidates,
    changes_of_powers,
    changes_of_the_subject,
)
from authz_service.services.explaining.changes_of_things import (
    changes_of_access,
    changes_of_choices,
    changes_of_mandates,
    changes_of_targets,
)

__all__ = ["MOST_ASKED", "MOST_CHANGES", "changes_of", "made", "nearest_allow"]

MOST_CHANGES: Final = 6
"""A way out that takes more changes than these is not near."""
MOST_ASKED: Final = 400
"""How often the policy is asked for one explanation at most."""


def changes_of(case: Case) -> tuple[Change, ...]:
    """Return the changes that can be thought of for this question, the lightest first."""
    found: Iterator[Change] = chain(
        changes_of_the_subject(case),
        changes_of_powers(case),
        changes_of_candidates(case),
        changes_of_access(case),
        changes_of_targets(case),
        changes_of_choices(case),
        changes_of_mandates(case),
    )
    fitting = (change for change in found if _changed(case, change, case.as_it_is) is not None)
    return tuple(sorted(fitting, key=lambda change: (change.weight, change.code)))


def nearest_allow(case: Case) -> tuple[Change, ...]:
    """Return the lightest set of changes found that gives an allow, () when none is: none of them can be spared."""
    search = _Search(case, changes_of(case))
    search.go(case.as_it_is, ())
    return search.least()


class _Search:
    def __init__(self, case: Case, changes: Sequence[Change]) -> None:
        self._case = case
        self._changes = changes
        self._best: tuple[Change, ...] = ()
        self._seen: set[frozenset[int]] = set()

    def go(self, state: State, chosen: tuple[Change, ...]) -> None:
        """Look on from a state. Ends when the policy was asked often enough."""
        unmet = self._case.unmet(state)
        if not unmet:
            self._best = chosen
            return
        mark = frozenset(map(id, chosen))
        if len(chosen) >= MOST_CHANGES or mark in self._seen or self._case.asked >= MOST_ASKED:
            return
        self._seen.add(mark)
        for change, after in self._ways(state, chosen, unmet):
            if not self._best or _weight((*chosen, change)) < _weight(self._best):
                self.go(after, (*chosen, change))

    def _ways(self, state: State, chosen: tuple[Change, ...], unmet: frozenset[str]) -> list[tuple[Change, State]]:
        """Return the changes that meet the need that the fewest of them meet: none, when some need has no way."""
        by_need: dict[str, list[tuple[Change, State]]] = {need: [] for need in unmet}
        for change in self._changes:
            after = None if change in chosen else _changed(self._case, change, state)
            if after is None:
                continue
            for need in unmet - self._case.unmet(after):
                by_need[need].append((change, after))
        return by_need[min(sorted(unmet), key=lambda need: len(by_need[need]))]

    def least(self) -> tuple[Change, ...]:
        """Return the best set without those that can be spared."""
        kept = self._best
        for change in sorted(self._best, key=lambda one: -one.weight):
            rest = tuple(other for other in kept if other is not change)
            if not self._case.unmet(made(self._case, rest)):
                kept = rest
        return tuple(sorted(kept, key=lambda change: (change.weight, change.code)))


def made(case: Case, changes: Sequence[Change]) -> State:
    """Return the state with all these changes."""
    state = case.as_it_is
    for change in changes:
        state = _fitted(case, change.made(state))
    return state


def _changed(case: Case, change: Change, state: State) -> State | None:
    """Return the state with the change; None when nothing would be otherwise."""
    after = _fitted(case, change.made(state))
    return None if case.standing_in(after) == case.standing_in(state) else after


def _fitted(case: Case, state: State) -> State:
    """Return the state without patches of attributes that such questions do not have."""
    patches = tuple((path, value) for path, value in state.patches if has(case.standing, path))
    return State(state.facts, patches)


def _weight(changes: Sequence[Change]) -> int:
    return sum(change.weight for change in changes)
