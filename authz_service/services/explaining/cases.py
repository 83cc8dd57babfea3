"""A decision as a case that can be asked again: what would be answered if something were otherwise?

Nothing here decides. Facts are folded by the code that folds them for a decision, and the policy judges the standing.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from authz_service.domain.facts import QuestionFacts
from authz_service.domain.questions import Basis, Need
from authz_service.domain.standings import Standing, UnknownStanding

__all__ = ["Case", "State", "has", "patched"]


@dataclass(frozen=True, slots=True)
class State:
    """What a standing is made from: facts, and what the question itself would bring otherwise than it does.

    `patches`: attributes of the standing (a path such as `subject.level`) with the values that they would have.
    """

    facts: QuestionFacts
    patches: tuple[tuple[str, Any], ...] = ()

    def patched(self, *patches: tuple[str, Any]) -> State:
        """Return the state with more of the question otherwise."""
        return dataclasses.replace(self, patches=(*self.patches, *patches))


class Case:
    """One question with its facts. `at`: the moment it was answered for (UTC microseconds)."""

    def __init__(self, basis: Basis, standing: Standing, at: int) -> None:
        self.question = basis.question
        self.facts = basis.facts
        self.levels = basis.levels
        self.policy = basis.policy
        self.at = at
        self.as_it_is = State(basis.facts)
        self.standing = standing
        self._fold = basis.standing_of
        self._unmet: dict[Standing, frozenset[str]] = {}
        self.asked = 0

    @classmethod
    def of(cls, basis: Basis, at: int) -> Case | None:
        """Return the case of a decision; None when the action is not in the vocabulary."""
        standing = basis.standing_of(basis.facts)
        return None if isinstance(standing, UnknownStanding) else cls(basis, standing, at)

    def standing_in(self, state: State) -> Standing:
        """Return what the policy would see."""
        standing = self._fold(state.facts)
        if isinstance(standing, UnknownStanding):  # the action is what it was
            raise TypeError("the action of a question became unknown")
        for path, value in state.patches:
            standing = patched(standing, path, value)
        return standing

    def unmet(self, state: State) -> frozenset[str]:
        """Return the needs that would not be met. `asked` counts how often the policy had to be asked."""
        standing = self.standing_in(state)
        if standing not in self._unmet:
            self.asked += 1
            self._unmet[standing] = self.policy.unmet(standing)
        return self._unmet[standing]

    def examined(self, state: State) -> tuple[Need, ...]:
        """Return each need as the policy would judge it."""
        return self.policy.examine(self.standing_in(state))


def has(standing: Standing, path: str) -> bool:
    """Return True when standings of this family have the attribute."""
    place: Any = standing
    for name in path.split("."):
        if not hasattr(place, name):
            return False
        place = getattr(place, name)
    return True


def patched(standing: Standing, path: str, value: object) -> Standing:
    """Return the standing with one attribute otherwise. Raises AttributeError when it has no such attribute."""
    name, _, rest = path.partition(".")
    otherwise: dict[str, Any] = {name: value}
    if rest:
        otherwise[name] = dataclasses.replace(getattr(standing, name), **{rest: value})
    return dataclasses.replace(standing, **otherwise)
