"""When something fails: no answer that could be taken for a decision, and no word about what was asked (F31, F34)."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import structlog

from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.settings import DecisionSettings
from authz_service.domain.callers import Caller
from authz_service.domain.questions import Answer, Decision, Question
from authz_service.domain.vocabulary import Scope
from authz_service.policy.polar import PolicyEvaluationError
from authz_service.store.errors import KeyFileMismatchError, SchemaOutdatedError, StoreUnavailableError
from tests.support.reference import ALLOWED, CARLA, PUBLIC_URL, Reference
from tests.support.wire import EVALUATION, EVALUATIONS, Wire


@dataclasses.dataclass
class Failing:
    """Stands for whatever is asked, and fails."""

    fault: Exception

    def decide(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        raise self.fault

    def find(self, key_text: str) -> Caller | None:
        raise self.fault

    def explain(self, question_action: str, decision: Decision) -> dict[str, dict[str, str]]:
        raise self.fault

    def readiness(self) -> Mapping[str, str]:
        raise self.fault


def failing(reference: Reference, key: str, part: str, fault: Exception) -> Wire:
    """The decision endpoints with one part that fails."""
    parts: dict[str, Any] = {
        "decisions": reference.decisions,
        "searches": reference.searches,
        "callers": reference.callers,
        "explanations": reference.explanations,
        part: Failing(fault),
    }
    application = DecisionApplication(
        **parts, readiness=Failing(fault).readiness, settings=DecisionSettings(public_url=PUBLIC_URL)
    )
    return Wire(application, key)


QUESTION = {**ALLOWED, "context": {"explain": True}}


@pytest.mark.parametrize(
    "fault",
    [
        StoreUnavailableError("85091291489"),
        SchemaOutdatedError("85091291489"),
        KeyFileMismatchError("85091291489"),
    ],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("part", ["decisions", "callers"])
@pytest.mark.parametrize("send", [EVALUATION, EVALUATIONS])
def test_without_facts_it_is_503(reference: Reference, wire: Wire, part: str, send: str, fault: Exception) -> None:
    with structlog.testing.capture_logs() as logged:
        reply = failing(reference, wire.key, part, fault).send(send, QUESTION, x_request_id="r-1")
    assert reply.status == 503
    assert reply.message == "nothing can be decided at the moment"
    assert reply.headers["retry-after"] == "1"
    assert reply.headers["x-request-id"] == "r-1"
    assert [(line["log_level"], line["fault"]) for line in logged] == [("error", type(fault).__name__)]
    assert "85091291489" not in str(logged)


@pytest.mark.parametrize("fault", [ValueError("85091291489"), KeyError("85091291489"), RecursionError(), MemoryError()])
@pytest.mark.parametrize("part", ["decisions", "callers", "explanations"])
@pytest.mark.parametrize("send", [EVALUATION, EVALUATIONS])
def test_any_other_fault_is_500(reference: Reference, wire: Wire, part: str, send: str, fault: Exception) -> None:
    with structlog.testing.capture_logs() as logged:
        reply = failing(reference, wire.key, part, fault).send(send, QUESTION, x_request_id="r-1")
    assert reply.status == 500
    assert reply.message == "an internal fault; nothing was decided"
    assert reply.headers["x-request-id"] == "r-1"
    [line] = logged
    assert line["fault"] == type(fault).__name__
    assert any(place.startswith(("decide", "find", "explain")) for place in line["at"])
    assert "85091291489" not in str(logged)


def test_a_fault_in_one_item_of_a_batch_gives_no_decision_at_all(reference: Reference, wire: Wire) -> None:
    """What the engine could not decide is told by the decision itself; a fault beyond that is the request's."""
    broken = failing(reference, wire.key, "explanations", TypeError())
    with structlog.testing.capture_logs():
        assert broken.evaluations({"evaluations": [ALLOWED, QUESTION]}).status == 500
    assert broken.evaluations({"evaluations": [ALLOWED]}).status == 200


@pytest.mark.parametrize("fault", [PolicyEvaluationError("85091291489"), LookupError("85091291489")])
def test_what_the_policy_cannot_decide_is_an_error_of_the_answer(
    reference: Reference, wire: Wire, fault: Exception
) -> None:
    class Policy:
        revision = "broken"

        def ask(self, standing: object) -> Answer:
            raise fault

    decisions = dataclasses.replace(reference.decisions, policy=Policy())  # type: ignore[arg-type]
    broken = dataclasses.replace(reference, decisions=decisions).wire(wire.key)
    with structlog.testing.capture_logs() as logged:
        answer = broken.evaluate(QUESTION).json()
        batch = broken.evaluations({"evaluations": [ALLOWED, {}], "options": {"evaluations_semantic": "execute_all"}})
    context = answer["context"]
    assert answer["decision"] is False
    assert context["error"].keys() == {"status", "message", "retryable"}
    assert (context["error"]["status"], context["error"]["retryable"]) == (500, True)
    assert context["reasons"] == ["ENGINE_ERROR"]
    assert "refused" not in context["reason_user"]["en"]
    assert [item["context"]["error"]["status"] for item in batch.json()["evaluations"]] == [500, 400]
    assert "85091291489" not in f"{answer} {batch} {logged}"


def test_health_says_what_is_wrong(reference: Reference) -> None:
    checks = {"policy": "ok", "database": "ok"}
    wire = reference.wire(readiness=lambda: checks)
    ready = wire.get("/readyz")
    assert (ready.status, ready.json()) == (200, {"status": "UP", "checks": checks})
    checks["database"] = "does not answer"
    unready = wire.get("/readyz")
    assert (unready.status, unready.json()) == (503, {"status": "DOWN", "checks": checks})
    alive = wire.get("/livez")
    assert (alive.status, alive.json()) == (200, {"status": "UP"})
    assert {reply.headers["cache-control"] for reply in (ready, unready, alive)} == {"no-store"}


def test_a_check_that_fails_to_check_has_failed(reference: Reference, wire: Wire) -> None:
    broken = failing(reference, wire.key, "callers", OSError("postgresql://user:password@host"))
    with structlog.testing.capture_logs() as logged:
        reply = broken.get("/readyz")
    assert reply.status == 503
    assert reply.json()["status"] == "DOWN"
    assert "password" not in f"{reply} {logged}"
    assert broken.get("/livez").status == 200


def test_the_access_log_says_who_and_how_long_and_nothing_of_what(reference: Reference, wire: Wire) -> None:
    logging = reference.wire(wire.key, access_log=True)
    with structlog.testing.capture_logs() as logged:
        logging.evaluate(ALLOWED)
        logging.evaluations({"evaluations": [{}]})
        logging.request("POST", EVALUATION, json.dumps(ALLOWED).encode(), environ={"QUERY_STRING": CARLA["id"]})
        logging.with_key("").evaluate(ALLOWED)
        logging.get(f"/persons/{CARLA['id']}")
        logging.get("/livez")
    seen = [(line["method"], line["path"], line["status"], line["caller"]) for line in logged]
    assert seen == [
        ("POST", EVALUATION, 200, "everything"),
        ("POST", EVALUATIONS, 200, "everything"),
        ("POST", EVALUATION, 415, "everything"),
        ("POST", EVALUATION, 401, None),
        ("GET", "unknown", 404, None),
        ("GET", "/livez", 200, None),
    ]
    assert all(line["microseconds"] >= 0 for line in logged)
    assert not re.search("[0-9]{10}", str(logged))


def test_nothing_is_logged_unless_asked_for(wire: Wire) -> None:
    with structlog.testing.capture_logs() as logged:
        wire.evaluate(ALLOWED)
        wire.evaluate(b"broken")
        wire.with_key("").evaluate(ALLOWED)
    assert logged == []
