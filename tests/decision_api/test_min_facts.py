"""`context.min_facts` on the wire, in this process: on one database, and on a primary with a streaming replica."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.settings import DecisionSettings
from authz_service.services.freshness import FreshDecisions, FreshSearches
from authz_service.store.replicas import Patience, Server, Source, Sources
from tests.support.administration import administration_over
from tests.support.reference import ALLOWED, PUBLIC_URL, Reference
from tests.support.replication import Replicated, replicated
from tests.support.wire import Reply, Wire

EVERYTHING: Final = 10**12
"""A facts revision that there will not be."""
SEARCH: Final[dict[str, Any]] = {**ALLOWED, "subject": {**ALLOWED["subject"], "id": ""}}
NOT_REVISIONS: Final = [-1, 2**63, 1.5, "1", True, [], {}]


@pytest.fixture
def fresh(every_reference: Reference) -> Wire:
    """The decision endpoints on one database, which answers all itself."""
    reference = every_reference
    server, patience = Server(reference.database), Patience(0.05, 1)
    application = DecisionApplication(
        FreshDecisions(Sources(Source(server, reference.decisions), (), patience)),
        FreshSearches(Sources(Source(server, reference.searches), (), patience)),
        reference.callers,
        reference.explanations,
        dict,
        DecisionSettings(public_url=PUBLIC_URL),
    )
    return Wire(application, reference.add_caller(f"fresh {id(reference)} {len(reference.callers.list())}"))


def question(min_facts: object) -> dict[str, Any]:
    return {**ALLOWED, "context": {"min_facts": min_facts}}


def refused_for_now(reply: Reply) -> bool:
    """Whether nothing was decided, and it says when to come again."""
    return reply.status == 503 and reply.headers["retry-after"] == "1" and "min_facts" in reply.message


@pytest.mark.parametrize("min_facts", [None, 0, 1])
def test_a_revision_that_is_there_changes_nothing(fresh: Wire, min_facts: int | None) -> None:
    reply = fresh.evaluate(question(min_facts))
    assert (reply.status, reply.json()["decision"]) == (200, True)
    assert reply.json()["context"]["facts"] >= (min_facts or 0)


def test_a_revision_that_is_not_there_is_no_denial(fresh: Wire) -> None:
    assert refused_for_now(fresh.evaluate(question(EVERYTHING)))


@pytest.mark.parametrize("min_facts", NOT_REVISIONS)
def test_what_is_no_revision_is_a_bad_request(fresh: Wire, min_facts: object) -> None:
    reply = fresh.evaluate(question(min_facts))
    assert reply.status == 400
    assert reply.message == "context.min_facts must be a facts revision: a whole number of 0 or more"


def test_in_a_batch_each_says_what_is_wrong_with_it(fresh: Wire) -> None:
    asked = [question("yesterday"), question(EVERYTHING), question(1), ALLOWED]
    answers = fresh.evaluations({"evaluations": asked}).json()["evaluations"]
    assert [answer["decision"] for answer in answers] == [False, False, True, True]
    errors = [answer["context"].get("error") for answer in answers]
    assert [error and error["status"] for error in errors] == [400, 503, None, None]
    assert errors[0]["message"].startswith("evaluations[0]: context.min_facts must be")
    assert errors[1]["retryable"] is True
    assert answers[1]["context"]["reasons"] == ["ENGINE_ERROR"]
    assert len({answer["context"]["facts"] for answer in answers[1:]}) == 1


def test_a_batch_of_which_nothing_can_be_answered_is_not(fresh: Wire) -> None:
    asked = [question(EVERYTHING), question(EVERYTHING + 1)]
    assert refused_for_now(fresh.evaluations({"evaluations": asked}))


def test_an_item_takes_the_context_at_the_top(fresh: Wire) -> None:
    body = {"context": {"min_facts": EVERYTHING}, "evaluations": [ALLOWED, {**ALLOWED, "context": {}}]}
    answers = fresh.evaluations(body).json()["evaluations"]
    assert [answer["context"].get("error", {}).get("status") for answer in answers] == [503, None]


def test_searches_know_it_too(fresh: Wire) -> None:
    path = "/access/v1/search/subject"
    assert fresh.send(path, {**SEARCH, "context": {"min_facts": 1}}).json()["results"]
    assert refused_for_now(fresh.send(path, {**SEARCH, "context": {"min_facts": EVERYTHING}}))
    for min_facts in NOT_REVISIONS:
        assert fresh.send(path, {**SEARCH, "context": {"min_facts": min_facts}}).status == 400


def test_a_page_token_is_of_the_same_revision(fresh: Wire) -> None:
    """Another one is another search."""
    path, asked = "/access/v1/search/subject", {**SEARCH, "context": {"min_facts": 0}}
    token = fresh.send(path, {**asked, "page": {"limit": 1}}).json()["page"]["next_token"]
    assert fresh.send(path, {**asked, "page": {"token": token}}).json()["results"]
    assert fresh.send(path, {**asked, "context": {"min_facts": 1}, "page": {"token": token}}).status == 400


# --- with a replica ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    with replicated(tmp_path_factory.mktemp("replicated")) as pair:
        yield pair


def test_the_revision_that_a_write_returns_is_seen_by_whoever_asks_for_it(servers: Replicated, tmp_path: Path) -> None:
    """Whatever the replica knows: it stands still while things change, and is asked first."""
    reference = servers.reference
    application = DecisionApplication(
        servers.decisions(),
        servers.searches(),
        reference.callers,
        reference.explanations,
        dict,
        DecisionSettings(public_url=PUBLIC_URL),
    )
    wire = Wire(application, reference.add_caller("portal"))
    carla = administration_over(reference, tmp_path).client("carla")
    servers.replica.catch_up()
    servers.replica.pause()
    revision = before = wire.evaluate(question(0)).json()["context"]["facts"]
    for title in ("Dr", "Ir"):
        written = carla.patch("/me", {"title": title}, if_match="*")
        revision = int(written.headers["authz-facts-revision"])
        assert revision > before
        assert wire.evaluate(question(0)).json()["context"]["facts"] == before
        assert wire.evaluate(question(revision)).json()["context"]["facts"] == revision
    assert refused_for_now(wire.evaluate(question(revision + 1)))
