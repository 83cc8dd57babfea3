"""What must hold of the policy whatever its rules say."""

from __future__ import annotations

import dataclasses
import enum
import importlib.metadata
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, cast

import pytest

from authz_service.domain.moments import Phase
from authz_service.domain.questions import Answer
from authz_service.domain.standings import Mandate, PaperStanding, PersonStanding, Role, Standing
from authz_service.domain.states import Grant, Key, LegalFunction, RoleState
from authz_service.domain.vocabulary import Action, told_in_order
from authz_service.policy import engine as engine_module
from authz_service.policy.clauses import clauses_of
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.polar import PolicyEvaluationError, plain
from authz_service.policy.text import PolicySource, PolicyText, read_policy
from tests.policy.favourable_standings import favourable
from tests.policy.standing_generation import generated
from tests.policy.standing_settling import settled
from tests.policy.standing_shapes import STANDING_OF, Flat, build, flat_of, paths_of, values_of

POLICIES: Final = Path(__file__).parents[2] / "policies"
PARTS: Final = frozenset({"action", "subject", "enterprise", "signing_enterprise", "capacity", "capacity.enterprise"})
"""What every answer or a whole part of it hangs on."""
WRONG: Final[tuple[Any, ...]] = ("no such value", 7, True, [], ["no such value"], -1.5)
"""Values of a wrong type, or of none that the vocabulary has; what is of the right type after all is left out."""


@pytest.fixture(scope="module")
def engine() -> PolicyEngine:
    """The policy as it stands."""
    return PolicyEngine(read_policy(POLICIES))


def _id(action: Action) -> str:
    return action.value


# --- F13: what is broken never allows --------------------------------------------------------------------------------


class _Deleted(enum.Enum):
    DELETED = "deleted"


def _broken(standing: Standing, path: str, value: object) -> object:
    """Return what Polar would see of a standing in which one attribute is something else, or is not there."""
    seen = plain(standing)
    places = [path]
    if path.startswith("enterprise.") and hasattr(seen, "capacity"):
        places.append("capacity." + path)  # one fact, seen in two places
    for place in places:
        *parts, name = place.split(".")
        holder = seen
        for part in parts:
            holder = getattr(holder, part)
        if value is _Deleted.DELETED:
            object.__delattr__(holder, name)
        else:
            object.__setattr__(holder, name, plain(value))
    return seen


def _allows(engine: PolicyEngine, standing: Standing, seen: object, patch: pytest.MonkeyPatch) -> bool:
    """Return True when the policy allows what it is shown instead of the standing. An error is no allow."""
    with patch.context() as changed:
        changed.setattr(engine_module, "plain", lambda _: seen)
        try:
            return engine.evaluate(standing).allowed
        except (PolicyEvaluationError, ValueError):
            return False  # the service makes an undecided answer of either; a code that is none is a ValueError


def _other_values(standing: Standing, path: str) -> tuple[Any, ...]:
    return (False,) if path == "readable" else values_of(standing.action).get(path, ())


def _breakages(standing: Standing, path: str) -> Iterator[object]:
    """Yield every way to break an attribute: gone, None, of a wrong type, of no value there is."""
    yield _Deleted.DELETED
    yield None
    value: Any = standing
    for part in path.split("."):
        value = getattr(value, part)
    for wrong in WRONG:
        a_number = type(value) is int and type(wrong) in {int, float}
        if (
            type(wrong) is not type(value)
            and not a_number
            and wrong != list(value if isinstance(value, tuple) else "x")
        ):
            yield wrong


def _paths(standing: Standing) -> list[str]:
    """Every attribute; those of the enterprise once, though they can be seen through the capacity as well."""
    return [path for path in paths_of(standing) if not path.startswith("capacity.enterprise.")]


def _decisive(engine: PolicyEngine, standing: Standing, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the attributes of an allowed standing on which the allow hangs, each with a value that would deny."""
    found: dict[str, Any] = {}
    for path in _paths(standing):
        for value in _other_values(standing, path):
            if not _allows(engine, standing, _broken(standing, path, value), patch):
                found[path] = value
                break
    return found


def _allowed(engine: PolicyEngine, action: Action) -> list[Standing]:
    """Return the favourable standings that are allowed, whoever has the fewest powers first."""
    standings = [build(action, flat) for flat in reversed(favourable(action))]
    return [standing for standing in standings if engine.ask(standing).allowed]


def _break(engine: PolicyEngine, standing: Standing, patch: pytest.MonkeyPatch) -> int:
    """Break in turn everything on which an allow hangs; return the number of ways in which it was tried."""
    tried = 0
    decisive = _decisive(engine, standing, patch)
    whole = {path for path in PARTS if any(one.startswith(path + ".") for one in decisive)} | {"action"}
    whole.discard("capacity.enterprise")
    assert "subject" in whole
    for path in sorted(decisive.keys() | whole):
        for value in _breakages(standing, path):
            tried += 1
            assert not _allows(engine, standing, _broken(standing, path, value), patch), (path, value)
    return tried


@pytest.mark.parametrize("action", Action, ids=_id)
def test_f13_a_broken_attribute_never_allows(
    engine: PolicyEngine, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attributes on which an allow hangs are those of which some other value would deny: none may be broken."""
    standing, *_ = _allowed(engine, action)
    assert _break(engine, standing, monkeypatch) >= 50


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("action", Action, ids=_id)
def test_f13_a_broken_attribute_never_allows_anybody(
    engine: PolicyEngine, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    for standing in _allowed(engine, action):
        _break(engine, standing, monkeypatch)


def _break_denied(engine: PolicyEngine, action: Action, patch: pytest.MonkeyPatch, sample: int | None = None) -> int:
    """Break in turn each attribute of standings that one need alone denies; return the number of tries."""
    standing, *_ = _allowed(engine, action)
    decisive = _decisive(engine, standing, patch)
    ways = [
        (path, value, broken, how)
        for (path, value), broken in itertools.product(decisive.items(), _paths(standing))
        if broken != path and broken not in PARTS and not broken.startswith(path + ".")
        for how in (_Deleted.DELETED, None, "no such value")
    ]
    step = max(1, len(ways) // sample) if sample else 1
    for path, value, broken, how in ways[::step]:
        denied = _broken(standing, path, value)
        holder = denied
        *parts, name = broken.split(".")
        for part in parts:
            holder = getattr(holder, part)
        if how is _Deleted.DELETED:
            object.__delattr__(holder, name)
        else:
            object.__setattr__(holder, name, how)
        assert not _allows(engine, standing, denied, patch), (path, value, broken, how)
    return len(ways[::step])


@pytest.mark.parametrize("action", Action, ids=_id)
def test_f13_a_broken_attribute_never_turns_a_deny_into_an_allow(
    engine: PolicyEngine, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _break_denied(engine, action, monkeypatch, sample=40) >= 30


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("action", Action, ids=_id)
def test_f13_no_broken_attribute_turns_any_deny_into_an_allow(
    engine: PolicyEngine, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_denied(engine, action, monkeypatch)


# --- F15: order and repetition mean nothing --------------------------------------------------------------------------


def _reversed(text: PolicyText) -> PolicyText:
    return dataclasses.replace(text, sources=tuple(reversed(text.sources)))


def _clauses_reversed(text: PolicyText) -> PolicyText:
    return dataclasses.replace(text, sources=tuple(map(_with_clauses_reversed, text.sources)))


def _with_clauses_reversed(source: PolicySource) -> PolicySource:
    """Keep the blocks where they stand, and turn around what stands outside of them."""
    outside = [clause for clause in clauses_of(source) if not clause.block]
    blocks = source.text
    for clause in reversed(outside):
        blocks = blocks[: clause.start] + blocks[clause.end :]
    turned = "\n".join(source.text[clause.start : clause.end] for clause in reversed(outside))
    return PolicySource(source.name, f"{blocks}\n{turned}\n")


def _doubled(text: PolicyText) -> PolicyText:
    """Write every clause twice; a block may stand only once."""
    return dataclasses.replace(
        text,
        sources=tuple(
            PolicySource(
                source.name,
                "\n".join(
                    [
                        source.text,
                        *(source.text[clause.start : clause.end] for clause in clauses_of(source) if not clause.block),
                        "",
                    ]
                ),
            )
            for source in text.sources
        ),
    )


@pytest.mark.parametrize("change", [_reversed, _clauses_reversed, _doubled])
def test_f15_order_and_repetition_of_clauses_change_no_answer(
    engine: PolicyEngine, change: Callable[[PolicyText], PolicyText]
) -> None:
    changed = PolicyEngine(change(engine.text), checked=False)
    assert changed.text.sources != engine.text.sources
    for action in Action:
        for standing in generated(action, 8, seed=15):
            assert changed.evaluate(standing) == engine.ask(standing), standing


# --- every answer can be explained -----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", Action, ids=_id)
def test_every_answer_has_its_reasons_and_rules(engine: PolicyEngine, action: Action) -> None:
    for standing in generated(action, 150, seed=1):
        answer = engine.ask(standing)
        assert answer.rules
        assert list(answer.rules) == sorted(set(answer.rules))
        assert answer.reasons == told_in_order(set(answer.reasons))
        assert bool(answer.reasons) is bool(answer.unmet) is not answer.allowed


# --- what ought to help never harms ----------------------------------------------------------------------------------

WORKING: Final = Mandate(covers=True, mandator_signed=True, mandatary_signed=True, phase=Phase.DURING, ended=False)
USELESS: Final = Mandate(covers=True, mandator_signed=False, mandatary_signed=False, phase=Phase.AFTER, ended=True)


def _raise_level(flat: Flat) -> Iterator[Flat]:
    for level in (350, 400, 450, 500):
        if level > flat["subject.level"]:
            yield {"subject.level": level}


def _to(values: Mapping[str, Any]) -> Callable[[Flat], Iterator[Flat]]:
    def change(flat: Flat) -> Iterator[Flat]:
        if values.keys() <= flat.keys():
            yield dict(values)

    return change


def _more_of(path: str, more: Sequence[Any]) -> Callable[[Flat], Iterator[Flat]]:
    """One more of what is there: a mandate, a role, a right."""

    def change(flat: Flat) -> Iterator[Flat]:
        for one in more:
            if path in flat and one not in flat[path]:
                yield {path: tuple(sorted({*flat[path], one}, key=repr))}

    return change


HELPS: Final[Mapping[str, Callable[[Flat], Iterator[Flat]]]] = {
    "a higher level": _raise_level,
    "an activated key": _to({"subject.key": Key.ACTIVATED}),
    "an active account": _to({"enterprise.account_active": True}),
    "an active account of the signing party": _to({"signing_enterprise.account_active": True}),
    "signing power": _to({"enterprise.legal_function": LegalFunction.SIGNING}),
    "signing power for the signing party": _to({"signing_enterprise.legal_function": LegalFunction.SIGNING}),
    "being GAP": _to({"enterprise.chief_access_manager": True}),
    "being co-GAP": _to({"enterprise.co_chief_access_manager": True}),
    "being head local manager": _to({"enterprise.head_local_manager": True}),
    "managing another capacity": _to({"capacity.manages_another": True}),
    "having managed before": _to({"capacity.former_manager_of_another": True}),
    "a candidate on the payroll": _to({"candidate_employed": True}),
    "a candidate with signing power": _to({"candidate_function": LegalFunction.SIGNING}),
    "managing social security": _to({"manages_social_security": True}),
    "the application in the profile": _to({"in_profile": True}),
    "the e-Box in the profile": _to({"ebox_grant": Grant.ACTIVE}),
    "Mahis in the profile": _to({"manage_grant": Grant.ACTIVE, "consult_grant": Grant.ACTIVE}),
    "an application that asks no level": _to({"minimum_level": 0}),
    "an approved enterprise": _to({"enterprise_approved": True}),
    "one more mandate": _more_of("mandates", (WORKING, USELESS)),
    "one more role": _more_of("roles", (Role(RoleState.ACCEPTED, Phase.DURING), Role(RoleState.DECLINED, Phase.AFTER))),
    "one more right": _more_of("rights", tuple(Phase)),
    "more scopes": _to({"subject.may_administer": True, "subject.may_sync": True, "subject.may_audit": True}),
}


@pytest.mark.parametrize("action", Action, ids=_id)
def test_what_ought_to_help_never_takes_an_allow_away(engine: PolicyEngine, action: Action) -> None:
    tried = 0
    for standing in generated(action, 50, seed=2):
        if not engine.ask(standing).allowed:
            continue
        flat = flat_of(standing)
        for name, change in HELPS.items():
            for values in change(flat):
                helped = build(action, settled(action, flat | values))
                if helped != standing:
                    tried += 1
                    assert engine.ask(helped).allowed, f"{name} takes it away: {values} in {flat}"
    assert tried or STANDING_OF[action] in {PaperStanding, PersonStanding}, "there is little that could help"


# --- the engine ------------------------------------------------------------------------------------------------------


def test_eight_threads_on_one_engine_give_the_answers_of_one(engine: PolicyEngine) -> None:
    standings = [standing for action in Action for standing in generated(action, 2, seed=8)]
    alone = [engine.evaluate(standing) for standing in standings]
    shared = PolicyEngine(engine.text)

    def walk(start: int) -> list[Answer]:
        turned = [*standings[start:], *standings[:start]]
        answers = [shared.evaluate(standing) if start % 2 else shared.ask(standing) for standing in turned]
        return [*answers[len(standings) - start :], *answers[: len(standings) - start]]

    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(walk, range(3, 3 + 8 * 13, 13)):
            assert answers == alone


def test_oso_runs_on_a_current_cffi_and_cryptography() -> None:
    """Oso asks for cffi<2, which would hold cryptography back; pyproject.toml overrides it, and all this here runs."""
    versions = {
        name: tuple(int(part) for part in importlib.metadata.version(name).split(".")[:2] if part.isdigit())
        for name in ("cffi", "cryptography", "oso")
    }
    assert versions["cffi"] >= (2, 0)
    assert versions["cryptography"] >= (50, 0)
    assert versions["oso"] == (0, 27)
    assert cast("Any", importlib.import_module("_cffi_backend")).__version__.startswith("2.")
