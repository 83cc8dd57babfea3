"""Which facts an answer rests on, found by taking them away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from authz_service.services.explaining.cases import Case, State
from authz_service.services.explaining.elements import Element, NamedFact, without

__all__ = ["Support", "blamed", "support_of"]


@dataclass(frozen=True, slots=True)
class Support:
    """Facts that an answer rests on: take one of `facts` away, with its `instead`, and a need is no longer met.

    `instead`: for a fact, the others that would do in its place ("also granted by"). `behind`: by need, the facts that
    it rests on.
    """

    facts: tuple[NamedFact, ...]
    instead: Mapping[NamedFact, tuple[NamedFact, ...]]
    behind: Mapping[str, tuple[NamedFact, ...]]


def support_of(case: Case, elements: Sequence[Element]) -> Support:
    """Return what the needs that are met rest on."""
    unmet = case.unmet(case.as_it_is)

    def holds(state: State) -> bool:
        return case.unmet(state) <= unmet

    kept = _least(case.as_it_is, elements, holds)
    alone = without(case.as_it_is, [element for element in elements if element not in kept])
    lost = {element.fact: case.unmet(element.taken_from(alone)) - unmet for element in kept}
    behind: dict[str, tuple[NamedFact, ...]] = {}
    for element in kept:
        for need in sorted(lost[element.fact]):
            behind[need] = (*behind.get(need, ()), element.fact)
    instead = {element.fact: _instead(case, elements, kept, element, holds) for element in kept}
    return Support(tuple(element.fact for element in kept), MappingProxyType(instead), MappingProxyType(behind))


def _least(state: State, elements: Sequence[Element], holds: Callable[[State], bool]) -> list[Element]:
    """Return a set of the elements that is enough, and of which none can be spared. Halves are tried before ones."""
    kept = list(elements)
    size = max(len(kept) // 2, 1)
    while kept:
        before = len(kept)
        start = 0
        while start < len(kept):
            spared = kept[start : start + size]
            rest = kept[:start] + kept[start + size :]
            if holds(without(state, [element for element in elements if element not in rest])):
                kept = rest
            else:
                start += len(spared)
        if size == 1 and len(kept) == before:
            break
        size = max(size // 2, 1)
    return kept


def _instead(
    case: Case,
    elements: Sequence[Element],
    kept: Sequence[Element],
    gone: Element,
    holds: Callable[[State], bool],
) -> tuple[NamedFact, ...]:
    """Return the facts that would do where `gone` were not so."""
    others: list[Element] = []
    state = gone.taken_from(case.as_it_is)
    while holds(state):
        rest = [element for element in elements if element is not gone and element not in others]
        found = [element for element in _least(state, rest, holds) if element not in kept]
        if not found:
            break
        others += found
        state = without(state, found)
    return tuple(element.fact for element in others)


def blamed(case: Case, elements: Sequence[Element]) -> Mapping[str, tuple[NamedFact, ...]]:
    """Return, by need that is not met, the facts without which something else would be told of it.

    A record that is blocked, a role that has ended, a mandate that one party has not signed.
    """
    as_it_is = _told(case, case.as_it_is)
    found: dict[str, tuple[NamedFact, ...]] = {}

    def look(among: Sequence[Element]) -> None:
        told = _told(case, without(case.as_it_is, among))
        changed = [need for need, reasons in as_it_is.items() if told.get(need, reasons) != reasons]
        if changed and len(among) > 1:
            middle = len(among) // 2
            look(among[:middle])
            look(among[middle:])
        elif changed:
            for need in changed:
                found[need] = (*found.get(need, ()), among[0].fact)

    if elements and as_it_is:
        look(elements)
    return MappingProxyType(found)


def _told(case: Case, state: State) -> dict[str, tuple[str, ...]]:
    return {need.name: need.reasons for need in case.examined(state) if not need.met_by}
