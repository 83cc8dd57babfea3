"""How fresh an answer is: with a primary and a streaming replica, whatever happens to either (docs/scaling.md)."""

import dataclasses
import random
from collections.abc import Iterator, Sequence

import pytest

from authz_service.domain import moments
from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Scope
from authz_service.services.freshness import FreshDecisions, MinFactsError, min_facts_of
from authz_service.services.search.searches import Searches
from authz_service.services.search.sought import SearchKind, Sought
from authz_service.store.errors import FactsBehindError, StoreUnavailableError
from authz_service.store.reading import FactsReader
from tests.support.reference import CARLA
from tests.support.replication import Replicated, replicated

SCOPES = frozenset(Scope)
EVERYTHING = 10**12
"""A facts revision that there will not be."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    with replicated(tmp_path_factory.mktemp("replicated")) as servers:
        yield servers


@pytest.fixture
def servers(pair: Replicated) -> Replicated:
    """Both servers up, the replica as far as the primary, Carla allowed."""
    pair.heal()
    return pair


def question(**context: object) -> Question:
    """May Carla list the users of a capacity of hers?"""
    return Question("person", CARLA["id"], "list_users", "capacity", "alpha.nsso", CARLA["properties"], {}, context)


def asked(decisions: FreshDecisions, **context: object) -> tuple[bool, int]:
    """The answer, and the facts revision it is from."""
    [decision] = decisions.decide([question(**context)], SCOPES)
    return decision.answer.allowed, decision.facts


def test_who_does_not_say_is_answered_from_the_primary(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    assert asked(servers.decisions()) == (False, revision)


def test_who_takes_any_revision_is_answered_from_the_replica(servers: Replicated) -> None:
    before = servers.last_revision()
    servers.replica.pause()
    servers.let_carla(manage=False)
    assert asked(servers.decisions(), min_facts=0) == (True, before)


def test_a_revision_that_the_replica_has_is_read_there(servers: Replicated) -> None:
    revision = servers.let_carla(manage=False)
    servers.replica.catch_up()
    servers.primary.go_down()
    assert asked(servers.decisions(), min_facts=revision) == (False, revision)


def test_a_revision_that_the_replica_lacks_is_read_on_the_primary(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    assert asked(servers.decisions(), min_facts=revision) == (False, revision)


def test_a_revision_that_is_nowhere_is_not_answered(servers: Replicated) -> None:
    with pytest.raises(FactsBehindError):
        asked(servers.decisions(), min_facts=servers.last_revision() + 1)


def test_a_revision_that_comes_meanwhile_is_waited_for(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    decisions = servers.decisions(seconds=10)
    servers.primary.go_down()
    servers.replica.resume()
    assert asked(decisions, min_facts=revision) == (False, revision)


def test_without_the_replica_the_primary_answers(servers: Replicated) -> None:
    servers.replica.go_down()
    assert asked(servers.decisions(), min_facts=0) == (True, servers.last_revision())


def test_without_the_primary_what_the_replica_lacks_is_not_answered(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    servers.primary.go_down()
    with pytest.raises(StoreUnavailableError):
        asked(servers.decisions(), min_facts=revision)


def test_without_the_primary_who_does_not_say_is_not_answered(servers: Replicated) -> None:
    servers.primary.go_down()
    with pytest.raises(StoreUnavailableError):
        asked(servers.decisions())


def test_a_replica_that_is_back_is_asked_again(servers: Replicated) -> None:
    servers.replica.go_down()
    assert asked(servers.decisions(), min_facts=0)[0]
    servers.replica.come_up()
    servers.replica.pause()
    before = servers.last_revision()
    servers.let_carla(manage=False)
    assert asked(servers.decisions(), min_facts=0) == (True, before)


def test_no_answer_is_older_than_was_asked_for_whatever_replication_does(servers: Replicated) -> None:
    """Each change is asked about at once, with the revision that it made."""
    chance, decisions, stale = random.Random(6), servers.decisions(), 0
    for _ in range(300):
        match chance.randrange(12):
            case 0:
                servers.replica.pause()
            case 1 | 2:
                servers.replica.resume()
        manage = chance.random() < 0.5
        revision = servers.let_carla(manage=manage)
        allowed, read = asked(decisions, min_facts=revision)
        stale += allowed is not manage or read < revision
    assert stale == 0


def test_what_was_known_then_is_read_where_the_facts_have_come_so_far(servers: Replicated) -> None:
    """The revision of then says nothing of how far a server has come now."""
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    then = moments.text_of(moments.now())
    assert asked(servers.decisions(), min_facts=revision, known_at=then) == (False, revision)
    assert asked(servers.decisions(), min_facts=revision, known_at="2020-01-01")[1] < revision


def test_a_batch_has_one_revision_the_highest_that_is_asked_for(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    questions = [question(min_facts=0), question(min_facts=revision), question(min_facts=1)]
    decided = servers.decisions().decide(questions, SCOPES)
    assert [(each.answer.allowed, each.facts) for each in decided] == [(False, revision)] * 3


def test_one_question_that_does_not_say_takes_a_batch_to_the_primary(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    decided = servers.decisions().decide([question(min_facts=0), question()], SCOPES)
    assert [(each.answer.allowed, each.facts) for each in decided] == [(False, revision)] * 2


def test_in_a_batch_what_asks_for_too_much_is_not_decided_and_the_rest_is(servers: Replicated) -> None:
    revision = servers.last_revision()
    decided = servers.decisions().decide([question(min_facts=EVERYTHING), question(min_facts=revision)], SCOPES)
    assert [(each.answer.allowed, each.error_status if each.error else 200) for each in decided] == [
        (False, 503),
        (True, 200),
    ]


WHO = Question("person", "", "list_users", "capacity", "alpha.nsso", {"authentication_means": "eid"})


def found(servers: Replicated, limit: int = 100, **context: object) -> set[str]:
    """Who may list the users of that capacity, page by page."""
    sought = Sought(SearchKind.SUBJECT, dataclasses.replace(WHO, context=context))
    searches, names = servers.searches(), set[str]()
    page = searches.find(sought, "portal", SCOPES, limit)
    names.update(page.names)
    while page.onward is not None:
        page = searches.find(sought, "portal", SCOPES, limit, page.onward)
        names.update(page.names)
    return names


def test_a_search_finds_what_a_revision_says_wherever_it_is_read(servers: Replicated) -> None:
    servers.replica.pause()
    before = found(servers)
    revision = servers.let_carla(manage=False)
    assert found(servers, min_facts=0) == before
    assert found(servers, min_facts=revision) == before - {CARLA["id"]}
    assert found(servers) == before - {CARLA["id"]}


def test_a_search_of_what_was_known_then_is_read_where_the_facts_have_come_so_far(servers: Replicated) -> None:
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    then = moments.text_of(moments.now())
    assert CARLA["id"] not in found(servers, min_facts=revision, known_at=then)


def test_a_search_for_a_revision_that_is_nowhere_finds_nothing_out(servers: Replicated) -> None:
    with pytest.raises(FactsBehindError):
        found(servers, min_facts=EVERYTHING)


def test_pages_go_on_from_the_revision_that_the_first_one_was_read_from(servers: Replicated) -> None:
    """One server has what the first page was read from, the other has not: it does not go on there."""
    everybody = found(servers)
    servers.let_carla(manage=False)
    servers.replica.catch_up()
    servers.replica.pause()
    servers.let_carla(manage=True)
    sought = Sought(SearchKind.SUBJECT, dataclasses.replace(WHO, context={"min_facts": 0}))
    page = servers.reference.searches.find(sought, "portal", SCOPES, 1)
    names, searches = set(page.names), servers.searches()
    while page.onward is not None:
        page = searches.find(sought, "portal", SCOPES, 1, page.onward)
        names.update(page.names)
    assert names == everybody


@dataclasses.dataclass
class Fallen:
    """Reads from the primary at first, then from a replica that is behind: as one that was started anew may be."""

    servers: Replicated
    reads: int = 0

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        self.reads += 1
        reference = self.servers.reference
        return FactsReader(reference.database if self.reads == 1 else self.servers.behind).read(queries)


def test_a_page_is_not_told_when_the_facts_fall_behind_while_it_is_found(servers: Replicated) -> None:
    decisions = servers.reference.decisions
    servers.replica.pause()
    servers.let_carla(manage=False)
    sought = Sought(SearchKind.SUBJECT, WHO)
    for searches in (
        Searches(servers.behind, decisions),
        Searches(servers.reference.database, dataclasses.replace(decisions, facts=Fallen(servers))),
    ):
        with pytest.raises(FactsBehindError):
            searches.find(sought, "portal", SCOPES, 100)


@pytest.mark.parametrize("revision", [0, 1, 2**63 - 1])
def test_a_whole_number_is_a_facts_revision(revision: int) -> None:
    assert min_facts_of(question(min_facts=revision)) == revision


@pytest.mark.parametrize("revision", [-1, 2**63, 1.0, "1", True, [1], {}])
def test_anything_else_is_none(revision: object) -> None:
    with pytest.raises(MinFactsError):
        min_facts_of(question(min_facts=revision))


def test_null_is_as_if_it_were_not_there() -> None:
    assert min_facts_of(question(min_facts=None)) is None
