"""`authz decide`."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Program, Result

CARLA, FRANK, ALPHA = "85091291489", "82022792303", "0999010126"
QUESTION: dict[str, Any] = {
    "subject": {"type": "person", "id": CARLA, "properties": {"acting_for": ALPHA}},
    "action": {"name": "list_users"},
    "resource": {"type": "capacity", "id": "alpha.social_action"},
    "context": {"authentication_means": "eid", "at": "2024-03-15"},
}
OPTIONS = ["--subject", f"person:{FRANK}", "--acting-for", ALPHA, "--action", "list_users", "--means", "eid"]
OPTIONS += ["--resource", "capacity:alpha.social_action", "--at", "2024-03-15"]


def test_an_allow_ends_with_0(loaded: Program) -> None:
    result = loaded.run("decide", "-", stdin=json.dumps(QUESTION))
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "allowed"
    assert lines[1] == "You are allowed to view the list of users."
    assert re.fullmatch(r"rules: .*GGA-CAM-03.*", lines[2])
    assert re.fullmatch(r"asked: of policy [0-9a-f]{16} and facts 1, as of 2024-03-15T11:00:00Z", lines[3])


def with_min_facts(revision: object) -> str:
    return json.dumps({**QUESTION, "context": {**QUESTION["context"], "min_facts": revision}})


def test_a_revision_that_is_there_is_enough(loaded: Program) -> None:
    assert loaded.run("decide", "-", stdin=with_min_facts(1)).code == 0


@pytest.mark.parametrize(
    ("revision", "told"), [(2, "have not come to"), ("2", "context.min_facts must be a facts revision")]
)
def test_without_the_revision_asked_for_nothing_is_decided(loaded: Program, revision: object, told: str) -> None:
    result = loaded.run("decide", "-", stdin=with_min_facts(revision))
    assert result.code == 1
    assert result.out == ""
    assert told in result.err
    assert len(result.err.splitlines()) == 1


def test_an_allow_is_explained_as_a_chain(loaded: Program) -> None:
    result = loaded.run("decide", "-", "--explain", stdin=json.dumps(QUESTION))
    _, _, chain = result.out.partition("why:\n")
    assert chain.startswith("  Chief Access Manager (GAP) of the enterprise, since 1 June 2023\n")
    assert "hence Access Manager (GA) of every domain of the enterprise" in chain
    assert "GGA-CAM-03 (roles.polar:" in chain


def test_a_deny_ends_with_1_and_is_explained(loaded: Program) -> None:
    result = loaded.run("decide", *OPTIONS, "--explain", "--language", "fr")
    assert (result.code, result.err) == (1, "")
    assert result.out.startswith("denied\nVotre demande «\N{NO-BREAK SPACE}consulter la liste des utilisateurs")
    assert "reasons: WRONG_CAPACITY\n" in result.out
    assert "not met: access manager\n" in result.out
    assert "  not met access manager WRONG_CAPACITY [GGA-CAM-07, UM-MGT-01]" in result.out
    assert "nearest way to an allow:\n  Ce qu'il faut pour cela : désigner le demandeur" in result.out
    assert FRANK not in result.out


def test_the_answer_as_json_is_the_one_on_the_wire(in_process: Callable[..., Result], loaded: Program) -> None:
    result = in_process(loaded, "decide", *OPTIONS, "--json")
    assert result.code == 1
    context = result.json["context"]
    assert result.json["decision"] is False
    assert context["reasons"] == ["WRONG_CAPACITY"]
    assert context["at"] == "2024-03-15T11:00:00Z"
    assert set(context) == {"reasons", "rules", "policy", "facts", "at"}

    explained = in_process(loaded, "decide", *OPTIONS, "--json", "--explain").json["context"]
    assert set(explained["reason_user"]) == {"nl", "fr", "de", "en"}
    assert [way["change"] for way in explained["explanation"]["nearest"]] == ["appoint_access_manager"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--subject", f"person:{FRANK}"], "WRONG_CAPACITY"),
        (["--means", "password"], "ASSURANCE_TOO_LOW"),
        (["--context", "authentication_means=sms_otp"], "NO_DIGITAL_KEY"),
        (["--acting-for", "0999101087"], "WRONG_ENTERPRISE"),
        (["--resource", "capacity:alpha.nowhere"], "UNKNOWN_RESOURCE"),
        (["--action", "fly"], "UNKNOWN_ACTION"),
        (["--at", "yesterday"], "INVALID_INPUT"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_win_over_the_file(
    in_process: Callable[..., Result], loaded: Program, options: list[str], reason: str
) -> None:
    result = in_process(loaded, "decide", "-", *options, "--json", stdin=json.dumps(QUESTION))
    assert result.code == 1
    assert reason in result.json["context"]["reasons"]


def test_properties_are_texts_truth_values_or_json(in_process: Callable[..., Result], loaded: Program) -> None:
    asked = ["--subject", "person:71031490293", "--acting-for", ALPHA, "--resource", f"enterprise:{ALPHA}"]
    asked += ["--action", "designate_chief_access_manager", "--means", "eid", "--at", "2024-03-15"]
    asked += ["--property", "candidate=90041891872"]
    assert in_process(loaded, "decide", *asked, "--property", "confirmed=true").code == 0
    denied = in_process(loaded, "decide", *asked, "--property", "confirmed=yes", "--json")
    assert denied.code == 1
    assert "INVALID_INPUT" in denied.json["context"]["reasons"]
    listed = in_process(loaded, "decide", *asked, "--property", 'confirmed={"is": [true]}', "--json")
    assert listed.json["context"]["reasons"] == denied.json["context"]["reasons"]


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"subject": 1}', '{"subject": {"type": "person", "id": 1}}'])
def test_a_question_that_is_none(in_process: Callable[..., Result], loaded: Program, text: str) -> None:
    assert in_process(loaded, "decide", "-", stdin=text).is_one_line_error(2)
