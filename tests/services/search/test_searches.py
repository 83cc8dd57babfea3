"""A search while facts change, how much it asks for, and the key of its pages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import text_of
from authz_service.domain.questions import Decision, Question
from authz_service.domain.records import RelationRecord
from authz_service.services.decisions import DecisionService
from authz_service.services.search.searches import MOST_AT_ONCE, ROUNDS, Searches
from authz_service.services.search.sought import SearchKind, SearchUndecidedError, Sought
from authz_service.store.database import Database
from tests.services.projection.worlds import NISS, WorldInUse
from tests.services.search.agreement import CALLER, SCOPES, searched

EID = {"authentication_means": "eid"}
WHO = Sought(SearchKind.SUBJECT, Question("person", "", "list_users", "capacity", "alpha.nsso", context=EID))


def over(used: WorldInUse) -> Searches:
    return Searches(used.database, used.decisions)


def test_a_revocation_is_seen_by_the_very_next_search(used: WorldInUse) -> None:
    assert NISS["frank"] in searched(over(used), WHO)
    used.change(RelationRecord, {"relation_id": "acc_frank"}, state="blocked")
    assert NISS["frank"] not in searched(over(used), WHO)


def test_all_pages_are_answered_as_of_the_first_one(used: WorldInUse) -> None:
    whole = searched(over(used), WHO)
    first = over(used).find(WHO, CALLER, SCOPES, 1)
    used.change(RelationRecord, {"relation_id": "acc_frank"}, state="blocked")
    used.change(RelationRecord, {"relation_id": "acc_greet"}, state="blocked")
    told, page = [*first.names], first
    while page.onward is not None:
        page = over(used).find(WHO, CALLER, SCOPES, 1, page.onward)
        assert page.facts == first.facts
        told += page.names
    assert told == whole
    assert len(searched(over(used), WHO)) == len(whole) - 2


def test_what_was_known_then_is_searched_as_it_was_known(used: WorldInUse) -> None:
    page = over(used).find(WHO, CALLER, SCOPES, 1)
    assert page.onward is not None
    known_at = page.onward.known_at
    whole = searched(over(used), WHO)
    used.change(RelationRecord, {"relation_id": "acc_frank"}, state="blocked")
    context = {**EID, "known_at": text_of(known_at)}
    then = Sought(WHO.kind, Question("person", "", "list_users", "capacity", "alpha.nsso", context=context))
    assert searched(over(used), then) == whole


@dataclass
class Counting:
    """Reads facts as the store does, and counts the questions it is asked."""

    facts: Any
    questions: list[int] = field(default_factory=list)

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        self.questions.append(len(queries))
        found: list[QuestionFacts] = self.facts.read(queries)
        return found


@contextmanager
def counted(searches: Searches) -> Iterator[tuple[Searches, Counting]]:
    counting = Counting(searches.decisions.facts)
    decisions = DecisionService(counting, searches.decisions.policy, searches.decisions.levels)
    yield Searches(searches.database, decisions), counting


def test_a_page_asks_about_little_more_than_it_shows(searches: Searches) -> None:
    with counted(searches) as (counting_searches, counting):
        assert len(counting_searches.find(WHO, CALLER, SCOPES, 2).names) == 2
    assert len(counting.questions) == 2  # what the search names, then the candidates, all at once
    assert counting.questions[1] <= 7


def test_a_page_asks_no_more_than_so_often_where_all_are_refused(searches: Searches) -> None:
    """Without a word about the authentication nobody may; whoever goes on comes to the end all the same."""
    nobody = Sought(SearchKind.SUBJECT, Question("person", "", "list_users", "capacity", "alpha.nsso"))
    with counted(searches) as (counting_searches, counting):
        assert searched(counting_searches, nobody, 1) == []
        assert len(counting.questions) <= 1 + ROUNDS
        assert max(counting.questions) <= MOST_AT_ONCE


class Undecided(DecisionService):
    """Decides, but for one question."""

    def decide(self, *arguments: Any, **named: Any) -> list[Decision]:
        decisions = super().decide(*arguments, **named)
        return [Decision(each.answer, each.policy, each.facts, each.at, "a fault") for each in decisions]


def test_what_could_not_be_decided_is_not_left_out_in_silence(searches: Searches) -> None:
    decisions = searches.decisions
    undecided = Undecided(decisions.facts, decisions.policy, decisions.levels)
    with pytest.raises(SearchUndecidedError):
        Searches(searches.database, undecided).find(WHO, CALLER, SCOPES, 5)


def test_the_page_key_is_the_same_in_every_process_and_none_of_the_keys(used: WorldInUse) -> None:
    key = over(used).page_key()
    other = Database(used.database.engine.url.render_as_string(hide_password=False), used.database.keys)
    try:
        assert Searches(other, used.decisions).page_key() == key
    finally:
        other.close()
    assert len(key) == 32
    assert key not in {used.database.key.hash_key, used.database.key.encryption_key}
