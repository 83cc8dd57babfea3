"""What of the facts may stand in the log: never a name, an address, a national number."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.audit.entries import Party
from authz_service.audit.errors import NationalNumberError
from authz_service.audit.redaction import changes_of, refuse_national_numbers, told, without_strangers_words
from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.records import ContactRecord, Record
from authz_service.store.rows import SHAPES
from tests.audit.logs import entry
from tests.store import facts

CONTACT = ContactRecord(
    "person", "p_anne", "anne.m", "Ms", "nl", "anne@example.org", "", "+32 2 555 12 34", 5, Period()
)
SECRETS = ("First", "Last", "anne.m", "Ms", "anne@example.org", "555", "itsme", "Zoë")

ALMOST = st.builds(
    "".join,
    st.lists(
        st.sampled_from([facts.ANNE.niss.digits, facts.ANNE.niss.digits[:6], facts.ANNE.niss.digits[6:]])
        | st.sampled_from([*"0123456789 ./-_a\n\r\t\v\u2028\u0301\u0660\uff11\u00b2\u2075\u200d\u00e9", ""]),
        max_size=6,
    ),
)
"""Texts out of which a national number could be put together."""


def test_every_type_of_record_can_be_told() -> None:
    records: tuple[Record, ...] = (*facts.EVERYTHING, CONTACT)
    assert {type(record) for record in records} == set(SHAPES)
    for record in records:
        (change,) = changes_of([record], [])
        text = json.dumps(change.as_json(), ensure_ascii=False)
        assert not [secret for secret in SECRETS if secret in text], text
        refuse_national_numbers(change.as_json())


def test_the_old_and_the_new_of_one_thing_are_told_together() -> None:
    active = facts.relation("acc_carla", "user", facts.CARLA, "alpha.nsso")
    blocked = replace(active, state="blocked")
    (change,) = changes_of([blocked], [active])
    assert (change.kind, change.id) == ("relation", "acc_carla")
    assert change.old is not None
    assert change.new is not None
    assert (change.old["state"], change.new["state"]) == ("active", "blocked")
    assert change.old["person_id"] == "p_carla"


def test_what_ends_and_what_begins_are_told_apart() -> None:
    one, other = facts.agent("one"), facts.agent("other")
    ended, begun = changes_of([other], [one])
    assert (ended.id, ended.new) == ("one", None)
    assert (begun.id, begun.old) == ("other", None)


def test_a_thing_that_changes_at_an_instant_has_its_wordings_in_the_order_of_time() -> None:
    before = facts.agent("one")
    first, then = (
        replace(before, valid=facts.until(1000)),
        replace(before, service="Back Office", valid=facts.since(1000)),
    )
    one, two = changes_of([then, first], [before])
    assert one.old is not None
    assert one.new is not None
    assert two.new is not None
    assert one.new["valid"] == {"since": None, "until": "1970-01-01T00:00:00.001000Z"}
    assert (two.old, two.new["service"]) == (None, "Back Office")


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        (CONTACT, "email", "other@example.org"),
        (CONTACT, "telephone", ""),
        (facts.person(facts.ANNE), "name", "Other"),
        (facts.person(facts.ANNE), "has_card", False),
        (facts.enterprise("alpha", "0999010126"), "name", "Anne M."),
        (facts.relation("r", "user", facts.ANNE, "alpha"), "notes", (("note", "something else"),)),
    ],
)
def test_of_what_is_withheld_only_its_name_is_told(record: Record, field: str, value: object) -> None:
    (change,) = changes_of([facts.changed(record, **{field: value})], [record])
    assert change.new == {**told(record), "changed": [field]}
    assert change.old == told(record)


def test_of_something_new_all_is_named_that_it_holds() -> None:
    (change,) = changes_of([CONTACT], [])
    assert change.new is not None
    assert change.new["changed"] == ["checked_at", "email", "language", "telephone", "title", "user_name"]


def test_notes_that_hold_an_id_are_told() -> None:
    notes = (("assigned_by", "p_bart"), ("granted_by", "Bart B."), ("held_by_enterprise", "beta"), ("remark", "Bart"))
    assert told(replace(facts.relation("r", "user", facts.ANNE, "alpha"), notes=notes))["notes"] == {
        "assigned_by": "p_bart",
        "held_by_enterprise": "beta",
    }


def test_instants_are_told_as_timestamps_and_always_as_nothing() -> None:
    mandate = facts.mandate("m", "alpha", "beta", ended_at=FOREVER, term=facts.since(0))
    assert told(mandate)["term"] == {"since": "1970-01-01T00:00:00Z", "until": None}
    assert told(mandate)["ended_at"] is None
    assert told(mandate)["mandator_signed_at"] == "1970-01-01T00:00:00.000005Z"
    assert told(replace(mandate, mandator_signed_at=BEGINNING))["mandator_signed_at"] is None


def test_a_serial_number_is_never_taken_for_a_national_number() -> None:
    channel = facts.channel("EXP1", "sftp", serial=facts.ANNE.niss.digits)
    assert told(channel)["certificate_serial"] == hex(int(facts.ANNE.niss.digits))
    refuse_national_numbers(told(channel))


class TestNationalNumbers:
    NUMBER = facts.ANNE.niss.digits
    DOTTED = f"{NUMBER[:2]}.{NUMBER[2:4]}.{NUMBER[4:6]}-{NUMBER[6:9]}.{NUMBER[9:]}"

    @pytest.mark.parametrize("form", ["{}", "of {}!", "p_{}", "\n{}", "é{} ", "{}\t"])
    @pytest.mark.parametrize("number", [NUMBER, DOTTED, DOTTED.replace(".", " ")], ids=["plain", "dotted", "spaced"])
    def test_are_refused_wherever_they_stand(self, form: str, number: str) -> None:
        text = form.format(number)
        if form.startswith("é"):
            text = text.replace("é", "é ")
        for value in (text, [text], {"a": {"b": text}}, {text: 1}, {"a": [1, (text,)]}):
            with pytest.raises(NationalNumberError) as refused:
                refuse_national_numbers(value)
            assert self.NUMBER[:6] not in str(refused.value)

    def test_are_refused_as_numbers_too(self) -> None:
        with pytest.raises(NationalNumberError):
            refuse_national_numbers({"a": int(self.NUMBER)})

    @pytest.mark.parametrize("text", ["0999010126", "199001125", "71031490294", "a" * 64, "2024-03-15T10:53:20Z"])
    def test_are_not_seen_in_other_numbers(self, text: str) -> None:
        refuse_national_numbers({text: [text, True, None, 5]})

    @given(st.lists(ALMOST | ALMOST.map(lambda text: f"{text}\n{text[::-1]}") | st.integers(0, 10**12), max_size=6))
    def test_are_seen_in_several_texts_as_they_are_in_each(self, texts: list[str | int]) -> None:
        """Nothing of one text is taken for a part of the next, and none hides another."""
        value = {"a": texts, "b": {str(text): text for text in texts}}
        if any(holds_national_number(str(text)) for text in texts):
            with pytest.raises(NationalNumberError):
                refuse_national_numbers(value)
        else:
            refuse_national_numbers(value)

    @pytest.mark.parametrize("at", range(12))
    def test_are_not_put_together_from_two_texts(self, at: int) -> None:
        halves = [self.NUMBER[:at], self.NUMBER[at:]]
        if at in {0, 11}:
            with pytest.raises(NationalNumberError):
                refuse_national_numbers(halves)
        else:
            refuse_national_numbers(halves)
            refuse_national_numbers("\n".join(halves))
            refuse_national_numbers({halves[0]: {halves[1]: 1}})


class TestStrangersWords:
    """An attempt is recorded whatever the caller wrote into it."""

    @pytest.mark.parametrize("text", [facts.ANNE.niss.digits, "x" * 201, "\ud800"], ids=["number", "long", "surrogate"])
    def test_that_cannot_be_recorded_are_withheld(self, text: str) -> None:
        given = entry(
            acting_for=text, means=text, action=text, target=Party(text, text), request_id=text, asked={text: [text]}
        )
        kept = without_strangers_words(given)
        withheld = "(withheld)"
        assert (kept.acting_for, kept.means, kept.action, kept.request_id) == (withheld,) * 4
        assert kept.target == Party(withheld, withheld)
        assert kept.asked == {withheld: [withheld]}

    def test_that_can_stay(self) -> None:
        given = entry(means=None, asked={"candidate": "p_bart", "confirmed": True, "level": 3, "nothing": None})
        assert without_strangers_words(given) == given

    def test_that_are_no_json_of_ours_are_withheld(self) -> None:
        given = entry(asked={"a": 2**53, "b": 1.5, "c": int(facts.ANNE.niss.digits)})
        assert without_strangers_words(given).asked == dict.fromkeys("abc", "(withheld)")
