"""The benchmark's peers: what they are handed, what is read of their replies, and that only known programs are run."""

import json
from itertools import islice
from pathlib import Path

import pytest

from bench.dataset import Dataset
from bench.engines import engines_table, measure_engines
from bench.fetching import NpmPackage, fetch_npm
from bench.peers import handed, protobuf
from bench.peers.cerbos import CerbosAuthzen, CerbosNative
from bench.peers.interface import PeerUnavailableError, Shape
from bench.peers.ours_in_process import Evaluated, Remembered
from bench.questions import Question
from bench.requests import Asking


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return list(islice(Asking(Dataset(20), 1).mixed(), 100))


class TestWhatAPeerIsHanded:
    def test_the_facts_of_a_person_in_all_enterprises_asked_about_go_together(self, questions: list[Question]) -> None:
        chief = next(question for question in questions if question.facts.chief)
        stranger = next(question for question in questions if question.facts.user_of)
        together = handed.person([chief, stranger])
        assert together["chief_of"] == [chief.enterprise]
        assert together["user_of"] == list(stranger.facts.user_of)

    def test_no_request_holds_a_national_number(self, questions: list[Question]) -> None:
        body = CerbosAuthzen().request(questions, Shape.MIXED).body.decode()
        assert not any(question.person in body for question in questions)
        assert not any(question.candidate in body for question in questions if question.candidate)

    def test_one_person_and_his_facts_are_sent_once_for_all_questions(self) -> None:
        asked = Asking(Dataset(20), 1).of_one_person(50)
        body = json.loads(CerbosAuthzen().request(asked, Shape.PERSON).body)
        assert len(body["evaluations"]) == 50
        assert all(set(evaluation) == {"action", "resource"} for evaluation in body["evaluations"])


class TestReplies:
    def test_of_cerbos_give_the_decisions_in_order(self) -> None:
        assert CerbosAuthzen().answers(b'{"decision":true}') == [True]
        assert CerbosAuthzen().answers(b'{"evaluations":[{"decision":false},{"decision":true}]}') == [False, True]
        effects = [{"actions": {"list_users": effect}} for effect in ("EFFECT_DENY", "EFFECT_ALLOW")]
        assert CerbosNative().answers(json.dumps({"results": effects}).encode()) == [False, True]

    @pytest.mark.parametrize("reply", [b"{}", b'{"decision":"true"}', b'{"evaluations":[{}]}', b"[]", b"no JSON"])
    def test_without_a_decision_are_refused(self, reply: bytes) -> None:
        with pytest.raises(ValueError, match=r"no decision|Expecting value"):
            CerbosAuthzen().answers(reply)


class TestProtocolBuffers:
    def test_what_is_written_is_read(self) -> None:
        content = protobuf.text(1, "x" * 300) + protobuf.message(20, protobuf.flag(4), protobuf.text(2, ""))
        (_, told), (number, inner) = protobuf.fields(content)
        assert told == b"x" * 300
        assert number == 20
        assert isinstance(inner, bytes)
        assert list(protobuf.fields(inner)) == [(4, 1), (2, b"")]

    @pytest.mark.parametrize("content", [b"\x0a", b"\x0a\x05abc", b"\x0b", b"\x80"])
    def test_what_is_no_message_is_refused(self, content: bytes) -> None:
        with pytest.raises(ValueError, match="message"):
            list(protobuf.fields(content))


class TestFetching:
    def test_refuses_what_has_another_digest(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        _program(tmp_path / "npm", "echo anything > package.tgz")
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        with pytest.raises(PeerUnavailableError, match="not what was measured"):
            fetch_npm(NpmPackage("peer", "1.0.0", "another"), tmp_path / "packages")

    def test_says_what_cannot_be_had_and_no_host(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        _program(tmp_path / "npm", "echo npm error code E404 >&2; echo npm error at a host >&2; exit 1")
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        with pytest.raises(PeerUnavailableError, match=r"^peer 1\.0\.0: npm could not get it E404$"):
            fetch_npm(NpmPackage("peer", "1.0.0", "another"), tmp_path / "packages")

    def test_says_where_npm_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(PeerUnavailableError, match="no npm"):
            fetch_npm(NpmPackage("peer", "1.0.0", "another"), tmp_path / "packages")


def test_our_engine_answers_as_the_oracle_does(questions: list[Question]) -> None:
    facts = {(question.enterprise, question.person_id): question.facts for question in questions}
    for engine in (Remembered(), Evaluated()):
        engine.prepare(facts, questions)
        assert [engine.allows(question) for question in questions] == [question.expected for question in questions]


def test_an_engine_that_is_wrong_is_not_timed() -> None:
    class Generous(Remembered):
        name = "generous"

        def allows(self, question: Question) -> bool:
            return super().allows(question) or question.resource.candidate_has_account

    run = measure_engines(Dataset(20), 1, 0.001, lambda _: None, [Generous(), Remembered()])
    assert list(run.figures) == ["authz, remembered"]
    assert "answers were wrong" in run.left_out["generous"]
    assert "left out" in engines_table(run)


def _program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n", "ascii")
    file.chmod(0o755)
