"""Every decision that is told is recorded as it was told, and nothing else is."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.settings import DecisionSettings
from authz_service.decision_log.files import FileSink, Rotation
from authz_service.decision_log.log import BufferedLog, DecisionLog, RequiredLog
from authz_service.decision_log.rendering import Record, Renderer
from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Scope
from authz_service.store.identities import person_with
from tests.support.national_numbers import leaks_in_files
from tests.support.reference import ALLOWED, CARLA, DENIED, PUBLIC_URL, Reference
from tests.support.wire import Wire

NOBODY = {**CARLA, "id": "72020290081"}
AS_OF = {**ALLOWED, "context": {"at": "2024-03-15", "known_at": "2026-11-22T10:00:00+01:00", "capacity": "alpha.nsso"}}
ROTATION = Rotation(octets=10**9, seconds=0, kept=3)


@dataclasses.dataclass(frozen=True)
class Recorded:
    """The decision endpoints, and what they recorded so far."""

    wire: Wire
    log: DecisionLog
    folder: Path

    def lines(self) -> list[dict[str, Any]]:
        """End the log and return what is in it."""
        self.log.close()
        files = list(self.folder.iterdir()) if self.folder.exists() else []
        assert list(leaks_in_files(files)) == []
        return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def endpoints(reference: Reference, log: DecisionLog, key: str) -> Wire:
    settings = DecisionSettings(public_url=PUBLIC_URL, items=10)
    application = DecisionApplication(
        reference.decisions, reference.searches, reference.callers, reference.explanations, dict, settings, None, log
    )
    return Wire(application, key)


@pytest.fixture
def key(reference: Reference, request: pytest.FixtureRequest) -> str:
    return reference.add_caller(request.node.name)


@pytest.fixture
def recorded(reference: Reference, key: str, tmp_path: Path) -> Iterator[Recorded]:
    folder = tmp_path / "log"
    renderer = Renderer(lambda named: "n_" + reference.database.key.hash_of(named)[:32])
    log = BufferedLog(renderer, [FileSink(folder / "decisions.ndjson", ROTATION, durable=False)], 1000, 0.01)
    yield Recorded(endpoints(reference, log, key), log, folder)
    log.close()


def person_id(reference: Reference, number: str) -> str:
    with reference.database.engine.connect() as connection:
        found = person_with(connection, reference.database.key, Niss.parse(number))
    assert found is not None
    return found


def test_a_decision_is_recorded_as_it_was_told(
    recorded: Recorded, reference: Reference, request: pytest.FixtureRequest
) -> None:
    answers = [recorded.wire.evaluate(question, x_request_id="r-1").json() for question in (ALLOWED, DENIED)]
    lines = recorded.lines()
    assert len(lines) == 2
    for question, answer, line in zip((ALLOWED, DENIED), answers, lines, strict=True):
        assert line.pop("microseconds") >= 0
        assert line.pop("time").endswith("Z")
        context = answer["context"]
        assert line == {
            "kind": "decision",
            "caller": request.node.name,
            "request_id": "r-1",
            "evaluation_id": context["evaluation_id"],
            "decision": answer["decision"],
            "reasons": context["reasons"],
            "rules": context["rules"],
            "policy": context["policy"],
            "facts": context["facts"],
            "subject": {"type": "person", "id": person_id(reference, CARLA["id"])},
            "acting_for": "0999010126",
            "action": "list_users",
            "resource": question["resource"],
        }


def test_the_identifier_of_the_request_is_the_one_that_went_back(recorded: Recorded) -> None:
    reply = recorded.wire.evaluate(ALLOWED)
    [line] = recorded.lines()
    assert line["request_id"] == reply.headers["x-request-id"]


def test_the_moment_asked_about_and_that_of_knowledge(recorded: Recorded) -> None:
    recorded.wire.evaluate(AS_OF)
    [line] = recorded.lines()
    assert (line["at"], line["known_at"], line["capacity"]) == (
        "2024-03-15T11:00:00Z",
        "2026-11-22T09:00:00Z",
        "alpha.nsso",
    )


def test_a_person_that_the_facts_do_not_know_has_the_same_pseudonym_every_time(recorded: Recorded) -> None:
    for subject in (NOBODY, NOBODY, {**CARLA, "id": "85.09.12-914.89"}):
        recorded.wire.evaluate({**ALLOWED, "subject": subject})
    first, second, third = (line["subject"]["id"] for line in recorded.lines())
    assert first == second != third
    assert first.startswith("n_")
    assert third.startswith("n_")


def test_a_person_as_resource_is_an_opaque_id(recorded: Recorded, reference: Reference) -> None:
    own = {**ALLOWED, "action": {"name": "update_own_data"}, "resource": {"type": "person", "id": CARLA["id"]}}
    recorded.wire.evaluate(own)
    recorded.wire.evaluate({**own, "resource": {"type": "person", "id": NOBODY["id"]}})
    known, unknown = recorded.lines()
    assert known["resource"] == known["subject"] == {"type": "person", "id": person_id(reference, CARLA["id"])}
    assert unknown["resource"]["id"].startswith("n_")


def test_each_item_of_a_batch_with_its_place(recorded: Recorded) -> None:
    scope = {**ALLOWED, "context": {"at": 5}}
    answers = recorded.wire.evaluations({"evaluations": [DENIED, {}, ALLOWED, scope]}).json()["evaluations"]
    lines = recorded.lines()
    assert [line["item"] for line in lines] == [0, 1, 2, 3]
    assert [line["decision"] for line in lines] == [answer["decision"] for answer in answers]
    assert [line.get("evaluation_id") for line in lines] == [
        answer["context"].get("evaluation_id") for answer in answers
    ]
    assert [line.get("error") for line in lines] == [None, 400, None, None]
    assert len({line["request_id"] for line in lines}) == 1


@pytest.mark.parametrize(
    ("semantic", "told"), [("execute_all", 4), ("deny_on_first_deny", 2), ("permit_on_first_permit", 1)]
)
def test_what_a_semantic_leaves_out_is_not_recorded(recorded: Recorded, semantic: str, told: int) -> None:
    items = [ALLOWED, {}, DENIED, ALLOWED]
    recorded.wire.evaluations({"evaluations": items, "options": {"evaluations_semantic": semantic}})
    assert [line["item"] for line in recorded.lines()] == list(range(told))


def test_a_batch_of_one_question_is_a_decision_like_any(recorded: Recorded) -> None:
    recorded.wire.evaluations(ALLOWED)
    recorded.wire.evaluations({"evaluations": [{}]})
    first, second = recorded.lines()
    assert "item" not in first
    assert (second["item"], second["error"]) == (0, 400)


def test_a_page_of_a_search_counts_what_was_found(recorded: Recorded, reference: Reference) -> None:
    question = {**ALLOWED, "resource": {"type": "capacity"}, "page": {"limit": 2}}
    recorded.wire.send("/access/v1/search/resource", question)
    recorded.wire.send("/access/v1/search/subject", {**ALLOWED, "subject": {"type": "person"}})
    recorded.wire.send("/access/v1/search/action", {**ALLOWED, "resource": {"type": "person", "id": CARLA["id"]}})
    resources, subjects, actions = recorded.lines()
    carla = {"type": "person", "id": person_id(reference, CARLA["id"])}
    assert (resources["kind"], resources["sought"], resources["found"], resources["more"]) == (
        "search",
        "resource",
        2,
        True,
    )
    assert resources["subject"] == carla
    assert resources["resource"] == {"type": "capacity", "id": ""}
    assert resources["policy"] == subjects["policy"]
    assert (subjects["sought"], subjects["subject"]) == ("subject", {"type": "person", "id": ""})
    assert (actions["sought"], actions["resource"]) == ("action", carla)
    assert "action" not in actions


def test_what_is_no_decision_is_not_recorded(recorded: Recorded, reference: Reference) -> None:
    limited = recorded.wire.with_key(reference.add_caller("limited decision log", [Scope.DECIDE]))
    replies = [
        recorded.wire.evaluate({}),
        recorded.wire.evaluate(b"{"),
        recorded.wire.with_key("").evaluate(ALLOWED),
        recorded.wire.with_key("authz_unknown").evaluate(ALLOWED),
        recorded.wire.evaluations({"evaluations": [ALLOWED] * 11}),
        limited.evaluate(AS_OF),
        limited.send("/access/v1/search/action", ALLOWED),
        recorded.wire.get("/readyz"),
        recorded.wire.get("/.well-known/authzen-configuration"),
    ]
    assert [reply.status for reply in replies] == [400, 400, 401, 401, 400, 403, 403, 200, 200]
    assert recorded.lines() == []


def test_a_question_that_could_not_be_decided_is_recorded_as_an_error(
    recorded: Recorded, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_standing: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(reference.decisions.policy), "ask", lambda _self, standing: fails(standing))
    answer = recorded.wire.evaluate(ALLOWED).json()
    [line] = recorded.lines()
    assert (line["decision"], line["error"], line["reasons"]) == (False, 500, ["ENGINE_ERROR"])
    assert line["evaluation_id"] == answer["context"]["evaluation_id"]


@pytest.mark.parametrize("member", ["action", "resource", "request", "acting_for", "capacity"])
def test_a_national_number_that_a_caller_put_anywhere_is_withheld(recorded: Recorded, member: str) -> None:
    number = CARLA["id"]
    question = json.loads(json.dumps(ALLOWED))
    match member:
        case "action":
            question["action"]["name"] = number
        case "resource":
            question["resource"]["id"] = number
        case "acting_for":
            question["subject"]["properties"]["acting_for"] = number
        case "capacity":
            question["context"] = {"capacity": number}
    headers = {"x_request_id": number} if member == "request" else {}
    assert recorded.wire.evaluate(question, **headers).status == 200
    [line] = recorded.lines()  # which looks for national numbers
    assert "(withheld)" in json.dumps(line)


def test_without_a_log_nothing_is_different(reference: Reference, key: str, recorded: Recorded) -> None:
    for question in (ALLOWED, DENIED):
        with_log, without = recorded.wire.evaluate(question).json(), reference.wire(key).evaluate(question).json()
        for answer in (with_log, without):
            del answer["context"]["evaluation_id"]
        assert with_log == without


class Refusing:
    """A log that takes nothing."""

    def record(self, records: Sequence[Record]) -> bool:
        return False

    def check(self) -> None:
        pass

    def state(self) -> str:
        return "refusing"

    def close(self) -> None:
        pass


ASK: list[Callable[[Wire], Any]] = [
    lambda wire: wire.evaluate(ALLOWED),
    lambda wire: wire.evaluations({"evaluations": [ALLOWED]}),
    lambda wire: wire.send("/access/v1/search/action", ALLOWED),
]


@pytest.mark.parametrize("ask", ASK)
def test_what_has_to_be_recorded_and_is_not_is_not_told(
    reference: Reference, key: str, ask: Callable[[Wire], Any]
) -> None:
    reply = ask(endpoints(reference, Refusing(), key))
    assert reply.status == 503
    assert reply.headers["retry-after"] == "1"
    assert reply.message == "what was decided could not be recorded"
    assert b'decision"' not in reply.body


def test_what_has_to_be_recorded_is_in_the_file_when_it_is_told(reference: Reference, key: str, tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "decisions.ndjson", ROTATION, durable=True)
    log = RequiredLog(Renderer(lambda _: "n_"), [sink], 1000, 10)
    wire = endpoints(reference, log, key)
    for _ in range(5):
        told = wire.evaluate(ALLOWED).json()["context"]["evaluation_id"]
        lines = (tmp_path / "decisions-1.ndjson").read_text("utf-8").splitlines()
        assert json.loads(lines[-1])["evaluation_id"] == told
    log.close()
