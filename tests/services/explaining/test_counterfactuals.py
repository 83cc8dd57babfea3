"""Explanations are counterfactually true: over the reference world and worlds made from it.

Taking away a fact that an allow names gives a deny; bringing about what a deny names gives an allow, and no part of it
alone does. What is named is carried out on the facts and judged by the policy, and again on the world and judged by
the independent model.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.explaining.cases import Case
from authz_service.services.explaining.elements import elements_of, without
from authz_service.services.explaining.explanation import Explanation, Stated, explain
from authz_service.services.explaining.nearest import MOST_ASKED, MOST_CHANGES, changes_of, made, nearest_allow
from authz_service.services.facts_file.errors import FactsFileError
from tests.services.explaining.worlds import Otherwise, Thing, Told, told
from tests.services.test_decisions_agree import REFERENCE, changed, service_over


def case_of(asked: Told) -> Case | None:
    """The case of a decision; None of an action that does not exist."""
    assert asked.decision.basis is not None
    return Case.of(asked.decision.basis, asked.decision.at)


def explained(asked: Told) -> Explanation:
    explanation = explain(asked.decision)
    assert explanation is not None
    return explanation


def still_allowed(asked: Told, stated: Stated) -> bool:
    """What the policy says once the fact, and what would do in its place, is taken away."""
    case = case_of(asked)
    assert case is not None
    gone = [element for element in elements_of(case) if element.fact in (stated.fact, *stated.instead)]
    assert gone
    return not case.unmet(without(case.as_it_is, gone))


def what_an_allow_names_wrongly(world: Thing, questions: Iterable[Told], judged: Counter[str]) -> list[str]:
    wrong = []
    for asked in questions:
        if not asked.decision.answer.allowed:
            continue
        for stated in explained(asked).stated:
            if still_allowed(asked, stated):
                wrong.append(f"{asked.request}: {stated}")
            otherwise = Otherwise(world, asked)
            if all(otherwise.take(fact.kind, fact.id) for fact in (stated.fact, *stated.instead)):
                judged[stated.fact.kind] += 1
                if otherwise.allowed:
                    wrong.append(f"by the model: {asked.request}: {stated}")
    return wrong


def what_a_deny_names_wrongly(world: Thing, questions: Iterable[Told], judged: Counter[str]) -> list[str]:
    wrong = []
    for asked in questions:
        case = case_of(asked)
        if case is None or asked.decision.answer.allowed:
            continue
        named = nearest_allow(case)
        if not named:
            continue
        if case.unmet(made(case, named)):
            wrong.append(f"{asked.request}: {[change.code for change in named]}")
        wrong += [
            f"{asked.request}: {spared.code} can be spared"
            for spared in named
            if not case.unmet(made(case, [change for change in named if change is not spared]))
        ]
        otherwise = Otherwise(world, asked)
        if all(otherwise.make(change.code) for change in named):
            judged.update(change.code for change in named)
            if not otherwise.allowed:
                wrong.append(f"by the model: {asked.request}: {[change.code for change in named]}")
    return wrong


class TestOverTheReferenceWorld:
    def test_without_a_fact_that_an_allow_names_it_is_a_deny(self, service: DecisionService) -> None:
        judged: Counter[str] = Counter()
        assert what_an_allow_names_wrongly(REFERENCE, told(service, REFERENCE, 1, 250), judged) == []
        assert {"chief_access_manager", "legal_function", "enterprise_account", "authentication_means"} <= judged.keys()

    def test_with_what_a_deny_names_and_nothing_less_it_is_an_allow(self, service: DecisionService) -> None:
        judged: Counter[str] = Counter()
        assert what_a_deny_names_wrongly(REFERENCE, told(service, REFERENCE, 2, 250), judged) == []
        assert {"log_in_stronger", "act_for_enterprise", "appoint_access_manager", "activate_account"} <= judged.keys()

    def test_the_search_is_bounded_and_finds_the_same_again(self, service: DecisionService) -> None:
        for asked in told(service, REFERENCE, 3, 60):
            first, second = case_of(asked), case_of(asked)
            if first is None or second is None or asked.decision.answer.allowed:
                continue
            named = [change.code for change in nearest_allow(first)]
            assert named == [change.code for change in nearest_allow(second)]
            assert len(named) <= MOST_CHANGES
            assert first.asked <= MOST_ASKED + len(changes_of(first))

    def test_an_allow_needs_no_way_out_and_a_deny_has_no_chain(self, service: DecisionService) -> None:
        for asked in told(service, REFERENCE, 4, 100):
            explanation = explain(asked.decision)
            if explanation is None:
                continue
            if asked.decision.answer.allowed:
                assert explanation.granting
                assert explanation.nearest == ()
                assert all(one.need.met_by for one in explanation.needs)
            else:
                assert (explanation.stated, explanation.hence, explanation.granting) == ((), (), ())

    def test_the_needs_tell_the_reasons_of_the_answer(self, service: DecisionService) -> None:
        for asked in told(service, REFERENCE, 5, 150):
            explanation = explain(asked.decision)
            if explanation is None:
                continue
            reasons = {reason for one in explanation.needs for reason in one.need.reasons}
            assert reasons == set(asked.decision.answer.reasons)
            unmet = {one.need.name for one in explanation.needs if not one.need.met_by}
            assert unmet == set(asked.decision.answer.unmet)


def over_changed_worlds(seeds: range, count: int, folder: Path, policy: PolicyEngine) -> int:
    held = 0
    for seed in seeds:
        world = changed(seed)
        try:
            with service_over(world, f"sqlite:///{folder / f'{seed}.db'}", folder, policy) as service:
                judged: Counter[str] = Counter()
                assert what_an_allow_names_wrongly(world, told(service, world, seed, count), judged) == []
                assert what_a_deny_names_wrongly(world, told(service, world, seed, count), judged) == []
                held += 1
        except FactsFileError:
            continue  # a world that cannot be: it is refused, and rightly
    return held


def test_over_changed_worlds(tmp_path: Path, policy: PolicyEngine) -> None:
    assert over_changed_worlds(range(4), 40, tmp_path, policy) >= 1


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("part", range(4))
def test_over_many_changed_worlds(part: int, tmp_path: Path, policy: PolicyEngine) -> None:
    assert over_changed_worlds(range(100 * part, 100 * part + 30), 150, tmp_path, policy) >= 8
