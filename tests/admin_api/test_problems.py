"""Answers that say no: which type, which members, in which language."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import structlog

from authz_service.admin_api.refusals import INPUT_REASONS, STATE_REASONS, Refusals
from authz_service.admin_api.texts import ApiTexts
from authz_service.domain.identifiers import Niss
from authz_service.domain.questions import Answer, Decision
from authz_service.domain.vocabulary import Action, Reason, Scope
from authz_service.identity.failures import IssuerUnreachableError
from authz_service.services.decisions import UNDECIDED
from authz_service.store.errors import StoreUnavailableError
from tests.support.administration import ROOT, Administered, Client, number_of

USERS = "/capacities/alpha.nsso/users"


@pytest.fixture(scope="module")
def administered(unchanged: Administered) -> Administered:
    return unchanged


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


@pytest.fixture
def ines(administered: Administered) -> Client:
    """A user, who manages nothing."""
    return administered.client("ines", "alpha")


def test_a_problem_has_the_members_of_the_guide(ines: Client) -> None:
    problem = ines.get(USERS).problem(403, "missingPermission")
    assert problem["type"] == "urn:problem-type:belgif:missingPermission"
    assert problem["title"] == "Missing Permission"
    assert problem["href"].endswith("/problems/missingPermission.html")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", problem["instance"])


def test_a_refusal_says_why_by_which_rules_of_which_policy(ines: Client, administered: Administered) -> None:
    problem = ines.get(USERS).problem(403, "missingPermission")
    assert problem["reasons"] == ["NOT_A_MANAGER"]
    assert "UM-MGT-01" in problem["rules"]
    assert problem["policy"] == administered.reference.decisions.policy.revision
    assert problem["factsRevision"] == 1


@pytest.mark.parametrize(
    ("wanted", "language", "word"),
    [
        ("nl", "nl", "geweigerd"),
        ("fr-BE, nl;q=0.3", "fr", "refusée"),
        ("de-BE;q=0.8, fr;q=0.2", "de", "abgelehnt"),
        ("es, en;q=0.1", "en", "refused"),
        ("es", "en", "refused"),
        ("*", "en", "refused"),
        ("nl;q=0, de", "de", "abgelehnt"),
        ("", "en", "refused"),
    ],
)
def test_the_sentence_is_in_the_language_asked_for(ines: Client, wanted: str, language: str, word: str) -> None:
    reply = ines.speaking(wanted).get(USERS)
    assert reply.headers["content-language"] == language
    assert word in reply.problem(403, "missingPermission")["detail"]


def test_our_own_types_are_told_about(carla: Client) -> None:
    problem = carla.speaking("nl").post(USERS, {"ssin": number_of("ines"), "email": "i@alpha.example"})
    content = problem.problem(409, "stateConflict")
    assert content["type"] == "urn:problem-type:authz:accessManagement:stateConflict"
    assert content["href"] == f"{ROOT}/refData/problemTypes/stateConflict"
    told = carla.follow(content["href"]).json()
    assert (told["type"], told["title"], told["status"]) == (content["type"], content["title"], 409)


class TestAuthentication:
    def test_without_a_token(self, administered: Administered) -> None:
        reply = administered.nobody().get("/me")
        assert reply.problem(401, "noAccessToken")
        assert reply.headers["www-authenticate"] == 'Bearer realm="authz"'

    @pytest.mark.parametrize("key", ["a.b.c", "nobody-has-this-key", "x" * 4000, "...."])
    def test_with_one_that_is_not_accepted(self, administered: Administered, key: str) -> None:
        client = administered.nobody()
        reply = client.sending(authorization=f"Bearer {key}").get("/me")
        assert reply.problem(401, "invalidAccessToken")
        assert 'error="invalid_token"' in reply.headers["www-authenticate"]
        assert key not in reply.body.decode()

    @pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer a b", "bearer"])
    def test_with_another_header(self, administered: Administered, header: str) -> None:
        assert administered.nobody().sending(authorization=header).get("/me").problem(401, "noAccessToken")

    def test_with_one_that_has_expired(self, administered: Administered) -> None:
        token = administered.issuer.person(Niss(number_of("carla")), "eid", -60)
        reply = administered.nobody().sending(authorization=f"Bearer {token}").get("/me")
        assert reply.problem(401, "expiredAccessToken")
        assert "expired" in reply.headers["www-authenticate"]

    def test_no_key_opens_more_than_the_policy_says(self, administered: Administered) -> None:
        for client in (administered.caller("all"), administered.machine("all", list(Scope))):
            assert client.under("/enterprises/0999010126").get(USERS).problem(403, "missingPermission")["reasons"]


class Broken:
    """Fails whatever it is asked."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        def fail(*_args: Any, **_more: Any) -> Any:
            raise self._fault

        return fail


class TestUnavailable:
    @pytest.fixture(autouse=True)
    def logs(self) -> Iterator[list[Mapping[str, Any]]]:
        with structlog.testing.capture_logs() as logs:
            yield logs  # type: ignore[misc]

    @pytest.mark.parametrize("part", ["administration", "access_tokens"])
    def test_nothing_is_known_at_the_moment(self, administered: Administered, part: str) -> None:
        fault = IssuerUnreachableError() if part == "access_tokens" else StoreUnavailableError("gone")
        client = administered.with_parts(**{part: Broken(fault)}).client("carla", "alpha")
        reply = client.get(USERS)
        assert reply.problem(503, "serviceUnavailable")["retryAfterSec"] == 5
        assert reply.headers["retry-after"] == "5"

    def test_what_cannot_be_decided_is_no_refusal(self, administered: Administered) -> None:
        class Undecided:
            levels: Mapping[str, int] = {}

            def decide(self, questions: list[object], *_: object) -> list[Decision]:
                return [Decision(UNDECIDED, "p", 1, 0, "cannot be decided") for _ in questions]

        undecided: Any = Undecided()
        parts = administered.parts
        administration = type(parts.administration)(
            administered.reference.database, undecided, parts.authority, administration_settings(administered)
        )
        client = administered.with_parts(administration=administration).client("carla", "alpha")
        assert client.get(USERS).problem(503, "serviceUnavailable")

    def test_a_fault_of_ours_shows_nothing(self, administered: Administered, logs: list[Mapping[str, Any]]) -> None:
        fault = RuntimeError(f"about {number_of('carla')}")
        client = administered.with_parts(administration=Broken(fault)).client("carla", "alpha")
        problem = client.get(USERS).problem(500, "internalServerError")
        assert problem["detail"] == "A fault of the service"
        assert [(entry["event"], entry["fault"]) for entry in logs] == [("request failed", "RuntimeError")]
        assert number_of("carla") not in str(logs)


def administration_settings(administered: Administered) -> Any:
    """Return how the administration of these tests is set up."""
    return administered.parts.administration._desk.settings


class TestBeside:
    def test_another_method(self, carla: Client) -> None:
        reply = carla.speaking("fr").delete("/chiefAccessManager")
        assert "Allow" in reply.problem(405, "methodNotAllowed")["detail"]
        assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}
        assert carla.anywhere.request("OPTIONS", "/me").status == 405

    @pytest.mark.parametrize("path", ["", "/", "/nothing", "/me/", "//me", "/refData/terms/nothing", "/doc/nothing"])
    def test_nothing_there(self, carla: Client, path: str) -> None:
        assert carla.anywhere.get(path).problem(404, "resourceNotFound")

    @pytest.mark.parametrize(
        "headers",
        [
            {"content_type": "text/plain"},
            {"content_type": "application/json; charset=latin-1"},
            {"content_type": "application/merge-patch+json"},
            {"content_encoding": "gzip"},
        ],
    )
    def test_another_media_type(self, carla: Client, headers: dict[str, str]) -> None:
        assert carla.post(USERS, {}, **headers).problem(415, "unsupportedMediaType")

    def test_too_large_a_body(self, carla: Client) -> None:
        problem = carla.post(USERS, b" " * 65_537).problem(413, "payloadTooLarge")
        assert problem["limit"] == 65_536

    def test_head_is_get_without_the_body(self, carla: Client) -> None:
        reply = carla.anywhere.request("HEAD", "/refData/terms")
        assert (reply.status, reply.body) == (200, b"")


def test_every_answer_can_be_found_again(carla: Client, ines: Client) -> None:
    replies = [carla.get(USERS), ines.get(USERS), carla.get("/nothing"), carla.anywhere.get("/refData/terms")]
    traces = [reply.headers["belgov-trace-id"] for reply in replies]
    assert len(set(traces)) == len(traces)
    assert all(re.fullmatch(r"[0-9a-f-]{36}", trace) for trace in traces)


@pytest.mark.parametrize(("given", "told"), [("abc-1", "abc-1"), ("x" * 37, None), ("é", None)])
def test_the_trace_of_the_caller_is_told_again(carla: Client, given: str, told: str | None) -> None:
    reply = carla.get(USERS, belgov_trace_id=given)
    assert reply.headers.get("belgov-related-trace-id") == told
    assert reply.headers["belgov-trace-id"] != given


def test_personal_data_are_not_kept_on_the_way(carla: Client) -> None:
    assert carla.get(USERS).headers["cache-control"] == "no-store"
    assert carla.anywhere.get("/refData/terms").headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_by_any_reason_is_one_of_four(administered: Administered, reason: Reason) -> None:
    refusals = Refusals(administered.parts.explanations, ApiTexts.load())
    decision = Decision(Answer(allowed=False, reasons=(reason,), rules=("X",)), "p", 1, 0)
    status = refusals.of_decision(Action.BLOCK_USER, decision, "en", ["userId"]).problem.type.status
    expected = 403
    if reason is Reason.UNKNOWN_RESOURCE:
        expected = 404
    elif reason in STATE_REASONS:
        expected = 409
    elif reason in INPUT_REASONS:
        expected = 400
    assert status == expected
