"""Ways to walk through the consistent standings of an action: all of them, or a choice that is rich in near misses."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from authz_service.domain.standings import Standing
from authz_service.domain.vocabulary import Action
from tests.policy.favourable_standings import favourable, mighty
from tests.policy.standing_fixed import fixed
from tests.policy.standing_settling import settle_capacity, settle_enterprise, settle_subject, settled
from tests.policy.standing_shapes import Flat, build, values_of

_PARTS: Final = ("subject.", "enterprise.", "signing_enterprise.", "capacity.")


@cache
def _axes(action: Action) -> tuple[tuple[Flat, ...], ...]:
    """Return independent axes, each a tuple of fragments: one for each part that is consistent in itself, else one a path."""
    values, still = values_of(action), fixed(action)
    middle = {path: some[0] for path, some in values.items()}
    axes: list[tuple[Flat, ...]] = []
    for part in _PARTS:
        paths = [path for path in values if path.startswith(part) and path not in still]
        found: dict[tuple[Any, ...], Flat] = {}
        for combination in itertools.product(*(values[path] for path in paths)) if paths else ():
            flat = middle | dict(zip(paths, combination, strict=True))
            if part == "subject.":
                settle_subject(flat)
            elif part == "capacity.":
                settle_capacity(flat | {"resource_known": False})
            else:
                settle_enterprise(flat, part)
            fragment = {path: flat[path] for path in paths}
            found[tuple(fragment.values())] = fragment
        if paths:
            axes.append(tuple(found.values()))
    axes += [
        tuple({path: value} for value in some)
        for path, some in values.items()
        if not path.startswith(_PARTS) and path not in still
    ]
    return tuple(axes)


def constrained_size(action: Action) -> int:
    """Return an upper bound of the number of consistent standings of an action."""
    return math.prod(len(axis) for axis in _axes(action))


def everything(action: Action) -> Iterator[Standing]:
    """Yield every consistent standing of an action, each once. For actions with a small space only."""
    seen: set[Standing] = set()
    for fragments in itertools.product(*_axes(action)):
        flat = dict(fixed(action))
        for fragment in fragments:
            flat |= fragment
        standing = build(action, settled(action, flat))
        if standing not in seen:
            seen.add(standing)
            yield standing


def generated(action: Action, count: int, seed: int = 0) -> Iterator[Standing]:
    """Yield so many standings, the same ones for the same seed; three in four nearly allowed, the others anything."""
    rng = random.Random(f"{action}/{seed}")
    values, still = values_of(action), fixed(action)
    free = sorted(values.keys() - still.keys())
    starts, strongest = favourable(action), mighty(action)
    for _ in range(count):
        chance = rng.random()
        if chance < 0.75:
            flat = dict(rng.choice(strongest if chance < 0.4 else starts))
            for path in rng.sample(free, rng.choice((0, 1, 1, 1, 2, 2, 3))):
                flat[path] = rng.choice(values[path])
        else:
            flat = _anything(action, rng, values)
        yield build(action, settled(action, flat))


_USUAL: Final[Mapping[str, float]] = {
    "subject.type": 0.9,
    "subject.known": 0.9,
    "subject.key": 0.8,
    "subject.level": 0.6,
    "moment_readable": 0.95,
    "resource_known": 0.9,
    "acts_for": 0.85,
    "problems": 0.85,
    "enterprise.account_active": 0.7,
    "candidate": 0.6,
    "capacity_chosen": 0.8,
    "acting": 0.8,
}
"""How often what everything hangs on is as it should be, in a standing that is otherwise anything."""


def _anything(action: Action, rng: random.Random, values: Mapping[str, tuple[Any, ...]]) -> Flat:
    usual = favourable(action)[0]
    return {
        path: usual[path] if rng.random() < _USUAL.get(path, 0.0) else rng.choice(some) for path, some in values.items()
    }
