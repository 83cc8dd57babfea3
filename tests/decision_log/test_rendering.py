"""A record as a line: whole, in the order that is documented, and without anything that could be a national number."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.decision_log.records import LONGEST, DecisionRecord, Request, SearchRecord, Told, cut
from authz_service.decision_log.rendering import LARGEST_LINE, WITHHELD, Renderer, marker
from tests.decision_log.conftest import MOMENT, record, renderer
from tests.support.national_numbers import national_numbers_in

CARLA = "85091291489"
SEARCH = SearchRecord(
    Request(MOMENT, 9, "r", "portal"),
    "resource",
    4,
    True,
    "abc",
    7,
    None,
    Told("person", CARLA, "p_x", "list_users", "capacity"),
)


def rendered(*records: DecisionRecord | SearchRecord) -> list[dict[str, Any]]:
    return [json.loads(line) for line in renderer().lines(records).splitlines()]


def asked_as(request_id: str, made: DecisionRecord) -> DecisionRecord:
    """The record as one of a request with this identifier."""
    return msgspec.structs.replace(made, request=msgspec.structs.replace(made.request, request_id=request_id))


def told(**members: str) -> dict[str, Any]:
    (line,) = rendered(record(**members))
    return line


def test_a_decision() -> None:
    told = Told(
        "person", CARLA, "p_carla", "list_users", "capacity", "alpha.nsso", "", "0999010126", "alpha.nsso", "2024-03-15"
    )
    request = Request(MOMENT, 250, "r-1", "portal")
    whole = DecisionRecord(request, 3, False, None, "e-1", ("NOT_A_MANAGER",), ("UM-MGT-01",), "abc", 7, "then", told)
    line = renderer().lines([whole])
    assert line.endswith(b"}\n")
    assert list(json.loads(line).items()) == [
        ("time", "2023-11-14T22:13:20.123456Z"),
        ("kind", "decision"),
        ("caller", "portal"),
        ("request_id", "r-1"),
        ("evaluation_id", "e-1"),
        ("item", 3),
        ("decision", False),
        ("reasons", ["NOT_A_MANAGER"]),
        ("rules", ["UM-MGT-01"]),
        ("subject", {"type": "person", "id": "p_carla"}),
        ("acting_for", "0999010126"),
        ("action", "list_users"),
        ("resource", {"type": "capacity", "id": "alpha.nsso"}),
        ("capacity", "alpha.nsso"),
        ("at", "then"),
        ("known_at", "2024-03-15T11:00:00Z"),
        ("policy", "abc"),
        ("facts", 7),
        ("microseconds", 250),
    ]


def test_an_allow_has_no_reasons_and_says_so() -> None:
    assert (told()["decision"], told()["reasons"]) == (True, [])


def test_an_item_that_could_not_be_put_has_its_error_and_no_evaluation() -> None:
    (line,) = rendered(DecisionRecord(Request(MOMENT, 1, "r", "portal"), 0, allowed=False, error=400))
    assert line == {
        "time": "2023-11-14T22:13:20.123456Z",
        "kind": "decision",
        "caller": "portal",
        "request_id": "r",
        "item": 0,
        "decision": False,
        "error": 400,
        "microseconds": 1,
    }


def test_a_search_counts_what_it_found() -> None:
    (line,) = rendered(SEARCH)
    assert (line["kind"], line["sought"], line["found"], line["more"]) == ("search", "resource", 4, True)
    assert line["subject"] == {"type": "person", "id": "p_x"}
    assert "decision" not in line


def test_a_line_about_the_log_itself() -> None:
    assert (
        marker("dropped", MOMENT, dropped=5) == b'{"time":"2023-11-14T22:13:20.123456Z","kind":"dropped","dropped":5}\n'
    )


@pytest.mark.parametrize("kind", ["person", "declared_person"])
def test_a_person_is_the_id_of_the_facts_or_a_pseudonym(kind: str) -> None:
    assert told(subject_type=kind)["subject"]["id"] == "p_" + "a" * 26
    assert told(subject_type=kind, person_id="")["subject"]["id"] == "n_11"
    assert told(subject_type=kind, person_id="", subject_id="")["subject"]["id"] == ""


def test_a_person_as_resource_too() -> None:
    known = told(resource_type="person", resource_id=CARLA, resource_person_id="p_carla")
    assert known["resource"] == {"type": "person", "id": "p_carla"}
    assert told(resource_type="person", resource_id=CARLA)["resource"]["id"] == "n_11"


def test_other_subjects_go_by_the_name_they_have() -> None:
    assert told(subject_type="agent", subject_id="agent.7", person_id="")["subject"] == {
        "type": "agent",
        "id": "agent.7",
    }


@pytest.mark.parametrize(
    "text",
    [
        CARLA,
        "85.09.12-914.89",
        f"x {CARLA}",
        "8509129148\N{FULLWIDTH DIGIT NINE}",
        "a" * (LONGEST + 1),
        "a\nb",
        "\u0000",
        "\ud800",
        "\u202ex",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("member", ["action", "resource_id", "acting_for", "capacity", "known_at"])
def test_what_must_not_stand_there_is_withheld(member: str, text: str) -> None:
    line = told(**{"resource_type": "capacity", member: text})
    shown = line["resource"]["id"] if member == "resource_id" else line[member]
    assert shown == WITHHELD


def test_in_identifiers_of_requests_and_in_types_too() -> None:
    line = rendered(asked_as(CARLA, record(subject_type=CARLA, subject_id=CARLA)))[0]
    assert (line["request_id"], line["subject"]) == (WITHHELD, {"type": WITHHELD, "id": WITHHELD})


def test_a_text_that_is_withheld_once_always_is() -> None:
    one = renderer()
    first, second = (json.loads(one.lines([record(action=CARLA)])) for _ in range(2))
    assert first["action"] == second["action"] == WITHHELD


def test_what_is_remembered_of_texts_is_bounded() -> None:
    one = renderer()
    for number in range(10_000):
        one.lines([record(action=f"action {number}")])
    assert len(one._shown) <= 4096


def test_a_text_that_is_too_long_takes_no_room_while_it_waits() -> None:
    assert cut("a" * LONGEST) == "a" * LONGEST
    assert len(cut("a" * (LONGEST + 1))) == 1
    assert told(action=cut("a" * 1000))["action"] == WITHHELD
    others: list[object] = [None, 7, ["x"], {}]
    assert [cut(value) for value in others] == ["", "", "", ""]


anything = st.text(max_size=LONGEST) | st.sampled_from([CARLA, '"' * LONGEST, "\\" * LONGEST, "👩" * LONGEST])


@given(
    st.fixed_dictionaries({name: anything for name in Told.__struct_fields__ if not name.endswith("person_id")}),
    anything,
)
def test_whatever_callers_write_a_line_is_one_line_that_a_pipe_takes_as_a_whole(
    members: dict[str, str], request_id: str
) -> None:
    whole = asked_as(request_id, record(**members))
    line = Renderer(lambda _: "n_" + "0" * 32).lines([whole])
    assert line.count(b"\n") == 1
    assert len(line) <= LARGEST_LINE
    assert json.loads(line)["facts"] == 0
    assert national_numbers_in(line.decode()) == []
