"""As of: what was answered is answered again when asked as of then, and what is corrected stays known as it was.

Each question names two moments: when it was so (`at`) and what had been recorded by then (`known_at`).
"""

import copy
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select

from authz_service.domain import moments
from authz_service.domain.moments import Period, text_of
from authz_service.domain.questions import Answer, Decision, Question
from authz_service.domain.records import RelationRecord
from authz_service.domain.vocabulary import Reason
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.store import tables
from tests.administration.desk import Desk, Equipment, question_of
from tests.administration.machine import Administration
from tests.administration.worlds import numbers
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import NISS, NUMBERS, WorldInUse, in_use
from tests.services.test_decisions_agree import PROJECT, REFERENCE

MANAGER = "quinten"
CAPACITY = "alpha.nsso"
RECORD = "as_of_record"
AN_HOUR = 3_600_000_000
LoadWorld = Callable[[str, str | None], AbstractContextManager[WorldInUse]]


# --- every decision of a story ----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Recorded:
    """A decision as it was given."""

    question: Question
    decision: Decision


class RecordingDesk(Desk):
    """A desk that keeps every decision it gives."""

    def __init__(self, equipment: Equipment, url: str, people: dict[str, str]) -> None:
        super().__init__(equipment, url, people)
        self.given: list[Recorded] = []

    def decide(self, requests: Iterable[Any], at: int) -> list[Decision]:
        asked = list(requests)
        decisions = super().decide(asked, at)
        self.given += [
            Recorded(question_of(request), decision) for request, decision in zip(asked, decisions, strict=True)
        ]
        return decisions

    def recorded_at(self) -> dict[int, int]:
        """When each facts revision was recorded."""
        revision = tables.revision.c
        with self.database.engine.connect() as connection:
            rows = connection.execute(select(revision.revision, revision.recorded_at))
            return {row.revision: row.recorded_at for row in rows}


def asked_again(given: list[Recorded], recorded_at: dict[int, int]) -> list[Question]:
    """The same questions, as of the moment each was answered for and from what was recorded by then."""
    return [
        dataclasses.replace(
            each.question,
            context={
                **each.question.context,
                "at": text_of(each.decision.at),
                "known_at": text_of(recorded_at[each.decision.facts]),
            },
        )
        for each in given
    ]


class Remembering(Administration):
    """The stories of the administration; at the end, all that was answered on the way is asked once more."""

    desk: RecordingDesk
    replayed = 0
    """How many decisions were asked once more."""

    def __init__(self, equipment: Equipment, empty: Path, file: Path) -> None:
        super().__init__(equipment, empty, file)
        self.desk.close()
        self.desk = RecordingDesk(equipment, f"sqlite:///{file}", numbers())

    def teardown(self) -> None:
        given = self.desk.given
        again = asked_again(given, self.desk.recorded_at())
        for start in range(0, len(given), 500):
            decisions = self.desk.decisions.decide(again[start : start + 500])
            for before, now in zip(given[start : start + 500], decisions, strict=True):
                assert (now.answer, now.at, now.policy) == (
                    before.decision.answer,
                    before.decision.at,
                    before.decision.policy,
                ), before.question
        Remembering.replayed += len(given)
        super().teardown()


def stories(folder: Path, examples: int, steps: int, *, derandomize: bool) -> None:
    equipment, empty, count = Equipment.in_folder(folder), folder / "empty.db", itertools.count()
    desk = Desk(equipment, f"sqlite:///{empty}", {})
    desk.database.upgrade()
    desk.close()

    class Machine(Remembering):
        def __init__(self) -> None:
            super().__init__(equipment, empty, folder / f"{next(count)}.db")

    chosen = settings(
        derandomize=derandomize,
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    before = Remembering.replayed
    run_state_machine_as_test(Machine, settings=chosen)
    assert Remembering.replayed - before > examples * steps


@pytest.mark.timeout(900)  # for the shortest story, when there is one to tell
def test_every_decision_of_a_story_is_answered_again_as_it_was(tmp_path: Path) -> None:
    stories(tmp_path, examples=8, steps=15, derandomize=True)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_every_decision_of_many_long_stories_is_answered_again_as_it_was(tmp_path: Path) -> None:
    stories(tmp_path, examples=60, steps=50, derandomize=False)


# --- when it was so ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def policy() -> PolicyEngine:
    return PolicyEngine(read_policy(PROJECT / "policies", levels=LEVELS))


@pytest.fixture
def managing(database_url: str, tmp_path: Path, policy: PolicyEngine) -> LoadWorld:
    """The reference world with somebody more who manages a capacity, for a time."""

    def load(begin: str, end: str | None) -> AbstractContextManager[WorldInUse]:
        world = copy.deepcopy(REFERENCE)
        account = {"id": RECORD, "person": MANAGER, "capacity": CAPACITY, "type": "co_access_manager"}
        world["accounts"].append(account | {"status": "active", "applications": [], "begin": begin, "end": end})
        return in_use(world, database_url, tmp_path, policy)

    return load


def asked(at: str, known_at: str | None = None) -> Question:
    """May he list the users of the capacity?"""
    context = {"at": at, "authentication_means": "eid"} | ({"known_at": known_at} if known_at else {})
    acting = {"acting_for": NUMBERS["alpha"]}
    return Question("person", NISS[MANAGER], "list_users", "capacity", CAPACITY, acting, {}, context)


def answer(used: WorldInUse, at: str, known_at: str | None = None) -> Answer:
    return used.decisions.decide([asked(at, known_at)])[0].answer


def allowed(used: WorldInUse, at: str, known_at: str | None = None) -> bool:
    return answer(used, at, known_at).allowed


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"),
    [
        ("2024-03-15", "2024-03-20", "2024-03-14T23:00:00Z", "2024-03-20T22:59:59.999999Z"),
        ("2024-03-31", "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T21:59:59.999999Z"),  # a day of 23 hours
        ("2024-10-27", "2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T22:59:59.999999Z"),  # a day of 25 hours
        ("2024-02-29", "2024-02-29", "2024-02-28T23:00:00Z", "2024-02-29T22:59:59.999999Z"),
        ("2023-12-31", "2024-01-01", "2023-12-30T23:00:00Z", "2024-01-01T22:59:59.999999Z"),
        # The hour that comes twice: it begins the second time, and ends the first time.
        ("2024-10-27T02:30:00+01:00", "2024-11-03", "2024-10-27T01:30:00Z", "2024-11-03T22:59:59.999999Z"),
        ("2024-10-01", "2024-10-27T02:30:00+02:00", "2024-09-30T22:00:00Z", "2024-10-27T00:29:59.999999Z"),
    ],
)
def test_the_first_instant_is_in_and_the_one_after_the_last_is_not(
    managing: LoadWorld, begin: str, end: str, first: str, last: str
) -> None:
    with managing(begin, end) as used:
        since, until = moments.parse_instant(first), moments.parse_instant(last) + 1
        instants = [since - AN_HOUR, since - 1, since, since + AN_HOUR // 4, until - 1, until, until + AN_HOUR]
        said = [allowed(used, text_of(instant)) for instant in instants]
        assert said == [False, False, True, True, True, False, False]


def test_what_does_not_exist_is_refused_as_of_the_moment_asked_about(managing: LoadWorld) -> None:
    with managing("2024-03-15", None) as used:
        question = dataclasses.replace(asked("2024-03-20T12:00:00Z"), action="fly")
        [decision] = used.decisions.decide([question])
        assert (decision.answer.allowed, text_of(decision.at)) == (False, "2024-03-20T12:00:00Z")


@pytest.mark.parametrize(
    ("spelling", "instant"),
    [
        ("2024-03-31T01:59:59+01:00", "2024-03-31T00:59:59Z"),
        ("2024-03-31T03:00:00+02:00", "2024-03-31T01:00:00Z"),
        ("2024-10-27T02:30:00+02:00", "2024-10-27T00:30:00Z"),
        ("2024-10-27T02:30:00+01:00", "2024-10-27T01:30:00Z"),
        ("2024-06-30T23:30:00-05:45", "2024-07-01T05:15:00Z"),
        ("2024-07-01t05:15:00.000000z", "2024-07-01T05:15:00Z"),
        ("2024-01-15", "2024-01-15T11:00:00Z"),
        ("2024-07-15", "2024-07-15T10:00:00Z"),
        ("2024-03-31", "2024-03-31T10:00:00Z"),
        ("2024-10-27", "2024-10-27T11:00:00Z"),
    ],
)
def test_however_a_moment_is_spelt_it_is_the_same_moment(managing: LoadWorld, spelling: str, instant: str) -> None:
    with managing(instant, None) as used:
        assert used.decisions.decide([asked(spelling)])[0].at == moments.parse_instant(instant)
        assert allowed(used, spelling)
        assert not allowed(used, text_of(moments.parse_instant(instant) - 1))


# --- what was known ---------------------------------------------------------------------------------------------------


@pytest.fixture
def corrected(managing: LoadWorld) -> Iterator[tuple[WorldInUse, int, int]]:
    """He managed from 1 to 31 March, it was thought; then it was known that he stopped on the 10th.

    With when each of the two was recorded.
    """
    with managing("2024-03-01", "2024-03-31") as used:
        period = Period(moments.begin_of("2024-03-01"), moments.end_of("2024-03-10"))
        used.change(RelationRecord, {"relation_id": RECORD}, valid=period)
        revision = tables.revision.c
        with used.database.engine.connect() as connection:
            first, second = connection.scalars(select(revision.recorded_at).order_by(revision.revision))
        yield used, first, second


def test_a_correction_keeps_what_was_known(corrected: tuple[WorldInUse, int, int]) -> None:
    used, first, second = corrected
    day = "2024-03-15"
    assert not allowed(used, day)
    assert not allowed(used, day, text_of(second))
    assert allowed(used, day, text_of(second - 1))
    assert allowed(used, day, text_of(first))
    assert allowed(used, "2024-03-05")
    assert allowed(used, "2024-03-05", text_of(first))


def test_before_anything_was_recorded_nothing_was_known(corrected: tuple[WorldInUse, int, int]) -> None:
    used, first, _ = corrected
    assert answer(used, "2024-03-05", text_of(first - 1)).reasons == (Reason.UNKNOWN_SUBJECT, Reason.UNKNOWN_RESOURCE)


def test_what_is_known_later_than_now_is_what_is_known(corrected: tuple[WorldInUse, int, int]) -> None:
    used, _, second = corrected
    assert answer(used, "2024-03-05", "9999-12-29T00:00:00Z") == answer(used, "2024-03-05", text_of(second))
