"""The state machine: random wishes of random people, put to the service and to the model alike."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.administration.desk import Desk, Equipment, State
from tests.administration.standing import standing, twice_at_once
from tests.administration.wishes import (
    administrative_actions,
    askers,
    beginnings,
    firm_of,
    own_wishes,
    powerful,
    register_news,
    wishes,
)
from tests.administration.worlds import APPLICATIONS, FIRMS, PEOPLE, STRANGERS, Beginning, numbers, persons, world
from tests.model.administration import ALLOWED, Asker, Expected, Model, Wish
from tests.model.administration_chain import Chain
from tests.model.oracle import decide
from tests.model.questions import random_questions
from tests.support.national_numbers import leaks_in_files

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ASKED_AT_RANDOM = 6
Answers = dict[tuple[str, ...], tuple[bool, tuple[str, ...]]]


def moment(instant: int) -> datetime:
    """Return an instant (UTC microseconds) as the model has it."""
    return EPOCH + timedelta(microseconds=instant)


class Administration(RuleBasedStateMachine):
    """A service and a model, both begun with the same world."""

    def __init__(self, equipment: Equipment, empty: Path, file: Path) -> None:
        """`empty`: a database with tables and nothing in it; `file`: where this one is to be."""
        super().__init__()
        self.file = file
        shutil.copyfile(empty, self.file)
        self.desk = Desk(equipment, f"sqlite:///{self.file}", numbers())
        self.made = 0
        self.done: Counter[str] = Counter()

    @initialize(beginning=beginnings(), seed=st.integers(0, 2**32))
    def begin(self, beginning: Beginning, seed: int) -> None:
        self.chance = random.Random(seed)
        data = world(beginning)
        self.desk.register_says(data)
        self.model = Model(data, {name: numbers()[name] for name in STRANGERS})
        self.chain = Chain.of(data, self.at)
        self.names = self.desk.names()
        self.answers: dict[str, Answers] = {}
        self.state = self.desk.state()
        self._check(touched=set(FIRMS))

    # -- what happens --------------------------------------------------------------------------

    @rule(data=st.data(), firm=st.sampled_from(FIRMS))
    def somebody_wishes(self, data: st.DataObject, firm: str) -> None:
        at = self.at
        asker = data.draw(askers(self.model, firm, at))
        self._put(asker, [data.draw(wishes(self.model, firm, at, self._new()))], together=True)

    @rule(data=st.data(), firm=st.sampled_from(FIRMS))
    def somebody_wishes_what_is_his_to_wish(self, data: st.DataObject, firm: str) -> None:
        at = self.at
        several = data.draw(st.lists(wishes(self.model, firm, at, self._new()), min_size=6, max_size=6))
        several.sort(key=lambda wish: self.done[wish.action])  # what was done least so far, if anybody may
        entitled = (pair for wish in several for pair in self._entitled_to(wish, firm, at))
        asker, wish = next(entitled, (Asker("person", f"{firm}_rep", firm), several[0]))
        self._put(asker, [wish], together=True)

    @rule(data=st.data(), firm=st.sampled_from(FIRMS), together=st.booleans())
    def somebody_wishes_several_things(self, data: st.DataObject, firm: str, together: bool) -> None:
        at, made = self.at, [self._new() for _ in range(data.draw(st.integers(2, 4)))]
        several = [data.draw(wishes(self.model, firm, at, new, made)) for new in made]
        entitled = [asker for asker, _ in self._entitled_to(several[0], firm, at)]
        likely = [st.sampled_from(entitled)] * 3 if entitled else []
        self._put(data.draw(st.one_of(*likely, askers(self.model, firm, at))), several, together=together)

    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    @precondition(lambda self: self.made % 5 == 0)
    def somebody_changes_his_own_data(self, data: st.DataObject, person: str) -> None:
        self._new()
        asker = data.draw(askers(self.model, "alpha", self.at, own=person))
        self._put(asker, [data.draw(own_wishes(person))], together=True)

    @rule(data=st.data(), firm=st.sampled_from(FIRMS))
    @precondition(lambda self: self.made % 4 == 0)
    def the_registers_say_something_new(self, data: st.DataObject, firm: str) -> None:
        self._new()
        kind, row = data.draw(register_news(firm))
        self.desk.register_says({"persons": persons(), kind: [row]})
        self.model.register_says(kind, row)
        self.chain.register_says(self.model.world, self.at)
        self.state = self.desk.state()
        self._check(touched={firm})

    @rule(data=st.data(), firm=st.sampled_from(FIRMS))
    def somebody_sends_his_wish_twice(self, data: st.DataObject, firm: str) -> None:
        at = self.at
        asker = data.draw(askers(self.model, firm, at))
        wish = data.draw(wishes(self.model, firm, at, self._new()))
        if not self._put(asker, [wish], together=True, key=f"key {self.made}"):
            return
        again = self.desk.carry_out(asker, [wish], key=f"key {self.made}")
        assert again.replayed
        assert again.done
        before, self.state = self.state, self.desk.state()
        assert self.state.written == before.written

    def teardown(self) -> None:
        report = self.desk.audit_report()
        self.desk.close()
        leaks = [*leaks_in_files([self.file])]
        for path in self.file.parent.glob(f"{self.file.name}*"):
            path.unlink()
        assert report.whole, [str(fault) for fault in report.faults]
        assert leaks == []

    def _entitled_to(self, wish: Wish, firm: str, at: datetime) -> Iterator[tuple[Asker, Wish]]:
        """Yield the wish with everybody of the firm who may have it."""
        for name in dict.fromkeys(powerful(self.model, firm, at)):
            asker = Asker("person", name, firm)
            if self.model.verdict(asker, wish, at).decision:
                yield asker, wish

    # -- what has to hold ----------------------------------------------------------------------

    @property
    def at(self) -> datetime:
        """The present, as the model has it: after all that the service has recorded."""
        return moment(self.desk.now())

    def _new(self) -> str:
        self.made += 1
        return f"made_{self.made}"

    def _put(self, asker: Asker, several: Sequence[Wish], *, together: bool, key: str = "") -> bool:
        """Have the wishes carried out; all that follows has to be as the model says. Say whether all were done."""
        before = self.state
        touched = {firm_of(self.model, wish.of) for wish in several}
        expected = self.model.carry_out(asker, several, self.at, together=together)
        report = self.desk.carry_out(asker, several, together=together, key=key)
        for wish, each, result in zip(several, expected, report.results, strict=True):
            assert result.decision.error is None
            reasons = [reason.value for reason in result.decision.answer.reasons]
            assert each.verdict.agrees(result.decision.answer.allowed, reasons), (wish, each, reasons)
            assert result.outcome.value == each.outcome, (wish, each, result.conflict)
            assert (result.conflict is None) == (not each.conflicts), (wish, each, result.conflict)
            assert result.conflict is None or result.conflict.code in each.conflicts, (wish, each, result.conflict)
        self.state = self.desk.state()
        self._check_written(before, expected)
        allowed = [wish for wish, each in zip(several, expected, strict=True) if each.outcome == ALLOWED]
        self.done.update(wish.action for wish in allowed)
        assert [line for wish in allowed for line in self.chain.done(asker.name, wish)] == []
        assert not allowed or asker.kind == "person"
        if self.state.revision != before.revision:
            self._check(touched)
        return report.done

    def _check_written(self, before: State, expected: Sequence[Expected]) -> None:
        """A revision for each change, a record of the audit log for each wish, and nothing else."""
        changes = sum(each.changes for each in expected if each.outcome == ALLOWED)
        assert self.state.revision == before.revision + changes
        assert self.state.audited == before.audited + len(expected)
        assert changes or self.state.believed == before.believed

    def _check(self, touched: set[str]) -> None:
        """Hold what stands, and who may do what, against the model, the chain, and what was before."""
        at = moment(self.state.instant)
        assert standing(self.state.believed, self.names, self.state.instant) == self.model.state.standing(at)
        assert twice_at_once(self.state.believed) == []
        for firm in FIRMS:
            before, self.answers[firm] = self.answers.get(firm), self._answers(firm)
            assert firm in touched or self.answers[firm] == before
        assert self._managers() == self._entitled()
        self._check_questions([*self._uses(touched), *self._at_random()])

    def _answers(self, firm: str) -> Answers:
        """Return what everybody is told who asks what managers may do in the firm."""
        asked: dict[tuple[str, ...], Any] = {}
        for name in (*PEOPLE, *STRANGERS):
            asker = Asker("person", name, firm)
            for capacity in self.model.world.capacities:
                if capacity["enterprise"] == firm:
                    wish = ("list_users", str(capacity["id"]), name)
                    asked[wish] = self.model.request(asker, *wish[:2], {})
            named = {"candidate": self.model.number_of(f"{firm}_dan"), "confirmed": True}
            wish = ("designate_chief_access_manager", firm, name)
            asked[wish] = self.model.request(asker, *wish[:2], named)
        decisions = self.desk.decide(asked.values(), self.state.instant)
        return {
            wish: (decision.answer.allowed, tuple(reason.value for reason in decision.answer.reasons))
            for wish, decision in zip(asked, decisions, strict=True)
        }

    def _managers(self) -> set[tuple[str, str]]:
        """Return who manages which capacity, by what the service answers."""
        answers = [item for firm in FIRMS for item in self.answers[firm].items()]
        return {(where, name) for (action, where, name), said in answers if action == "list_users" and said[0]}

    def _entitled(self) -> set[tuple[str, str]]:
        """Return who manages which capacity, by the chain; before the account is active, only the GAP (ACC-07)."""
        found = set()
        for capacity, firm in self.chain.enterprise_of.items():
            active = bool(self.model.state.row("enterprises", firm)["portal_account_active_since"])
            found |= {
                (capacity, name)
                for name in self.chain.managers(capacity)
                if active or name == self.chain.chief.get(firm)
            }
        return found

    def _check_questions(self, requests: Sequence[Any]) -> None:
        """The service answers as the model does."""
        at = moment(self.state.instant)
        for request, decision in zip(requests, self.desk.decide(requests, self.state.instant), strict=True):
            verdict = decide(self.model.world, request, now=at)
            reasons = [reason.value for reason in decision.answer.reasons]
            assert verdict.agrees(decision.answer.allowed, reasons), (request["action"]["name"], verdict, reasons)

    def _uses(self, touched: set[str]) -> Iterator[Any]:
        """Yield whether whoever has or had an account may use each application there."""
        for row in self.model.world.accounts:
            firm = firm_of(self.model, row["id"])
            if firm in touched:
                asker = Asker("person", row["person"], firm)
                for code in APPLICATIONS:
                    yield self.model.request(asker, "use_application", code, {}, capacity=row["capacity"])

    def _at_random(self) -> Iterator[Any]:
        """Yield some questions about administration at random."""
        seed, today = self.chance.getrandbits(32), moment(self.state.instant).isoformat()
        actions = administrative_actions()
        world, count = self.model.world, ASKED_AT_RANDOM
        for request in random_questions(world, seed, count, today=today, actions=actions, absent_at=1.0):
            if "at" not in request["context"]:
                yield request
