"""Whatever is done to a log is found, and the record it was done to is named (F37)."""

from dataclasses import replace
from unittest.mock import ANY

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from authz_service.audit.chain import canonical, chained, hash_of
from authz_service.audit.entries import AuditEntry, Party
from authz_service.audit.faults import FaultKind
from authz_service.audit.signing import SigningKey, signed
from authz_service.audit.verification import MOST_FAULTS
from authz_service.domain.actors import Outcome
from authz_service.store.audit_log import StoredRecord
from tests.audit.logs import AT, ENTRY, KEY, Log, entry, flipped, flipped_text, names, trusting

OTHER_KEY = SigningKey.new()
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
ENTRIES = st.builds(
    entry,
    at=st.integers(AT, AT + 10**12),
    actor=st.builds(Party, TEXTS, TEXTS),
    outcome=st.sampled_from(Outcome),
    reasons=st.lists(TEXTS, max_size=2).map(tuple),
    means=st.none() | TEXTS,
    request_id=TEXTS,
)


def _numbered(groups: list[list[AuditEntry]]) -> Log:
    """Every allowed entry makes a facts revision and is decided on the one before, as commands are."""
    revisions = [0]

    def made(each: AuditEntry) -> AuditEntry:
        read = revisions[-1]
        if each.outcome is not Outcome.ALLOWED:
            return replace(each, facts_read=read)
        revisions.append(read + 1)
        return replace(each, facts_read=read, facts_made=read + 1)

    return Log.of([[made(each) for each in group] for group in groups])


LOGS = st.lists(st.lists(ENTRIES, min_size=1, max_size=3), min_size=1, max_size=4).map(_numbered)
tampering = settings(max_examples=50, deadline=None)
PLACES = st.integers(0, 10**6)
BITS = st.integers(0, 7)


def a_log(*sizes: int) -> Log:
    """Return a log with groups of these sizes, each record making a facts revision."""
    return _numbered([[ENTRY] * size for size in sizes])


@tampering
@given(LOGS)
def test_an_untouched_log_is_whole(log: Log) -> None:
    report = log.verified()
    assert report.whole
    assert report.faults == ()
    assert (report.records, report.checkpoints, report.last) == (
        len(log.records),
        len(log.checkpoints),
        len(log.records),
    )
    assert report.hash == log.records[-1].hash


def test_an_empty_log_without_facts_is_whole() -> None:
    report = Log([], []).verified()
    assert (report.whole, report.records, report.last) == (True, 0, 0)


@tampering
@given(LOGS)
def test_every_checkpoint_that_was_kept_fits_the_log(log: Log) -> None:
    assert log.verified(None, *log.checkpoints).whole


class TestChangedOctets:
    @tampering
    @given(LOGS, PLACES, PLACES, BITS)
    def test_of_a_text(self, log: Log, index: int, place: int, bit: int) -> None:
        index %= len(log.records)
        log.put(index, record=flipped_text(log.records[index].record, place, bit))
        report = log.verified()
        assert [(fault.kind, fault.first) for fault in report.faults] == [(FaultKind.ALTERED, index + 1)]

    @tampering
    @given(LOGS, PLACES, PLACES, BITS)
    def test_of_a_hash(self, log: Log, index: int, place: int, bit: int) -> None:
        index %= len(log.records)
        log.put(index, hash=flipped(log.records[index].hash, place, bit))
        report = log.verified()
        assert [(fault.kind, fault.first) for fault in report.faults] == [(FaultKind.ALTERED, index + 1)]

    @tampering
    @given(LOGS, PLACES, PLACES, BITS, st.sampled_from(["hash", "signature", "signed_at", "key_id"]))
    def test_of_a_checkpoint(self, log: Log, index: int, place: int, bit: int, column: str) -> None:
        index %= len(log.checkpoints)
        checkpoint = log.checkpoints[index]
        value = getattr(checkpoint, column)
        match value:
            case int():
                changed: int | str | bytes = value ^ 1 << place % 62
            case str():
                changed = flipped_text(value, place, bit)
            case _:
                changed = flipped(value, place, bit)
        log.checkpoints[index] = replace(checkpoint, **{column: changed})  # type: ignore[arg-type]
        report = log.verified()
        kind = FaultKind.UNKNOWN_KEY if column == "key_id" else FaultKind.BAD_SIGNATURE
        assert (report.faults[0].kind, report.faults[0].first) == (kind, checkpoint.sequence)

    @tampering
    @given(LOGS, PLACES, st.integers(-5, 20))
    def test_of_a_checkpoints_sequence(self, log: Log, index: int, sequence: int) -> None:
        index %= len(log.checkpoints)
        assume(sequence != log.checkpoints[index].sequence)
        log.checkpoints[index] = replace(log.checkpoints[index], sequence=sequence)
        assert names(log.verified(), sequence)


class TestRecordsTakenAway:
    @tampering
    @given(LOGS, st.sets(PLACES, min_size=1, max_size=3))
    def test_within_the_log(self, log: Log, indexes: set[int]) -> None:
        assume(len(log.records) > 1)
        gone = {index % (len(log.records) - 1) + 1 for index in indexes}
        log.records = [record for record in log.records if record.sequence not in gone]
        report = log.verified()
        missing = [fault for fault in report.faults if fault.kind is FaultKind.MISSING]
        assert {sequence for fault in missing for sequence in range(fault.first, fault.last + 1)} == gone

    @tampering
    @given(LOGS, PLACES)
    def test_with_those_behind_renumbered(self, log: Log, index: int) -> None:
        assume(len(log.records) > 1)
        index %= len(log.records) - 1
        del log.records[index]
        for place in range(index, len(log.records)):
            log.put(place, sequence=place + 1)
        assert names(log.verified(), index + 1)

    @tampering
    @given(LOGS, PLACES)
    def test_at_the_end(self, log: Log, length: int) -> None:
        whole = len(log.records)
        length %= whole
        del log.records[length:]
        report = log.verified()
        assert (FaultKind.CUT_OFF, length + 1, whole) in [(each.kind, each.first, each.last) for each in report.faults]

    @tampering
    @given(LOGS, PLACES)
    def test_at_the_end_with_their_checkpoints_is_told_by_one_that_was_kept(self, log: Log, length: int) -> None:
        kept = log.checkpoints[-1]
        whole = len(log.records)
        length %= whole
        del log.records[length:]
        log.checkpoints = [each for each in log.checkpoints if each.sequence <= length]
        report = log.verified(None, kept)
        assert (FaultKind.CUT_OFF, length + 1, whole) in [(each.kind, each.first, each.last) for each in report.faults]

    def test_at_the_end_with_their_checkpoints_is_told_by_the_facts(self) -> None:
        log = a_log(1, 1, 1)
        del log.records[2:], log.checkpoints[2:]
        (fault,) = log.verified().faults
        assert (fault.kind, fault.first) == (FaultKind.FACTS_AHEAD, 2)
        assert "facts revision 2, the facts are at 3" in str(fault)

    def test_at_the_end_of_a_group_with_its_checkpoint_leaves_an_end_without_one(self) -> None:
        log = a_log(1, 3)
        del log.records[3:], log.checkpoints[1:]
        log.facts = 3
        (fault,) = log.verified().faults
        assert (fault.kind, fault.first, fault.last) == (FaultKind.UNSIGNED, 2, 3)

    def test_altogether(self) -> None:
        report = Log([], [], a_log(1, 1).facts).verified()
        assert [fault.kind for fault in report.faults] == [FaultKind.FACTS_AHEAD]
        assert "the empty log" in str(report.faults[0])


class TestRecordsPutIn:
    @tampering
    @given(LOGS, PLACES)
    def test_within_the_log_with_those_behind_renumbered(self, log: Log, index: int) -> None:
        index %= len(log.records)
        log.records.insert(index, self._forged(log, index))
        for place in range(index, len(log.records)):
            log.put(place, sequence=place + 1)
        assert names(log.verified(), index + 1)

    @tampering
    @given(LOGS)
    def test_at_the_end(self, log: Log) -> None:
        end = len(log.records)
        log.records.append(self._forged(log, end))
        (fault,) = log.verified().faults
        assert (fault.kind, fault.first, fault.last) == (FaultKind.UNSIGNED, end + 1, end + 1)

    @pytest.mark.parametrize("sequence", [0, -7])
    def test_before_the_first(self, sequence: int) -> None:
        log = a_log(2)
        log.records.append(replace(log.records[0], sequence=sequence))
        assert names(log.verified(), sequence)

    @staticmethod
    def _forged(log: Log, index: int) -> StoredRecord:
        previous = log.records[index - 1].hash if index else bytes(32)
        text, hash_ = chained(entry(action="forged").as_json(), index + 1, previous)
        return StoredRecord(index + 1, text, hash_)


class TestRecordsMoved:
    @tampering
    @given(LOGS, PLACES, PLACES)
    def test_two_that_change_places(self, log: Log, one: int, other: int) -> None:
        one, other = one % len(log.records), other % len(log.records)
        assume(one != other)
        first, second = log.records[one], log.records[other]
        log.put(one, record=second.record, hash=second.hash)
        log.put(other, record=first.record, hash=first.hash)
        report = log.verified()
        assert names(report, one + 1, other + 1)
        assert {one + 1, other + 1} <= {fault.first for fault in report.faults if fault.kind is FaultKind.MISPLACED}


class TestRecordsWrittenAnew:
    """By somebody who can compute hashes, and does not have the key."""

    @tampering
    @given(LOGS, PLACES)
    def test_one_with_its_hash(self, log: Log, index: int) -> None:
        index %= len(log.records)
        log.rewrite(index, action="something else")
        report = log.verified()
        assert names(report, index + 1)
        behind = index + 1 < len(log.records)
        assert (FaultKind.UNCHAINED in {fault.kind for fault in report.faults}) == behind

    @tampering
    @given(LOGS, PLACES)
    def test_one_and_all_behind_it(self, log: Log, index: int) -> None:
        index %= len(log.records)
        log.rewrite(index, action="something else")
        log.chain_anew(index)
        report = log.verified()
        assert {fault.kind for fault in report.faults} == {FaultKind.REWRITTEN}
        first = report.faults[0]
        assert first.first <= index + 1 <= first.last
        before = [each.sequence for each in log.checkpoints if each.sequence <= index]
        assert first.first == max(before, default=0) + 1, "what was signed before is not suspected"

    @tampering
    @given(LOGS, PLACES)
    def test_one_and_all_behind_it_signed_with_another_key(self, log: Log, index: int) -> None:
        index %= len(log.records)
        log.rewrite(index, action="something else")
        log.chain_anew(index)
        log.sign_anew(index, OTHER_KEY)
        report = log.verified()
        assert {fault.kind for fault in report.faults} == {FaultKind.UNKNOWN_KEY, FaultKind.UNSIGNED}
        assert names(report, index + 1)

    @tampering
    @given(LOGS, PLACES)
    def test_one_and_all_behind_it_signed_in_the_name_of_the_key(self, log: Log, index: int) -> None:
        index %= len(log.records)
        log.rewrite(index, action="something else")
        log.chain_anew(index)
        log.sign_anew(index, OTHER_KEY, key_id=KEY.key_id)
        report = log.verified()
        assert {fault.kind for fault in report.faults} == {FaultKind.BAD_SIGNATURE, FaultKind.UNSIGNED}
        assert names(report, index + 1)

    @tampering
    @given(LOGS, PLACES)
    def test_all_with_the_key_itself_is_told_by_a_checkpoint_that_was_kept(self, log: Log, index: int) -> None:
        index %= len(log.records)
        kept = log.checkpoints[-1]
        log.rewrite(index, action="something else")
        log.chain_anew(index)
        log.sign_anew(0, KEY)
        assert log.verified().whole
        (fault,) = log.verified(None, kept).faults
        assert (fault.kind, fault.last) == (FaultKind.REWRITTEN, len(log.records))

    def test_in_another_form_that_says_the_same(self) -> None:
        log = a_log(2)
        text = log.records[1].record.replace('":', '": ', 1)
        log.put(1, record=text, hash=hash_of(text))
        report = log.verified()
        assert (report.faults[0].kind, report.faults[0].first) == (FaultKind.NOT_CANONICAL, 2)

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000, '{"entry":1e999}', "\udc80"])
    def test_as_no_record_at_all(self, text: str) -> None:
        log = a_log(2)
        log.put(0, record=text, hash=hash_of(text))
        report = log.verified()
        assert (report.faults[0].kind, report.faults[0].first) == (FaultKind.NOT_CANONICAL, 1)

    def test_the_first_as_one_that_has_another_before_it(self) -> None:
        log = a_log(1)
        text, hash_ = chained(ENTRY.as_json(), 1, b"\1" * 32)
        log.put(0, record=text, hash=hash_)
        assert log.verified().faults[0].kind is FaultKind.NOT_THE_FIRST

    @pytest.mark.parametrize("content", [{"sequence": True}, {"previous": None}, {"entry": []}, {"more": 1}])
    def test_with_members_that_no_record_has(self, content: dict[str, object]) -> None:
        log = a_log(1)
        text = canonical({"entry": {}, "previous": "0" * 64, "sequence": 1, **content})
        log.put(0, record=text, hash=hash_of(text))
        assert log.verified().faults[0].kind is FaultKind.NOT_CANONICAL


class TestKeysAndCheckpoints:
    def test_a_log_signed_with_one_key_after_the_other_is_whole_to_who_has_both(self) -> None:
        log = a_log(1, 1, 1)
        log.sign_anew(1, OTHER_KEY)
        log.checkpoints[1:] = [signed(OTHER_KEY, each.sequence, each.hash, AT) for each in log.checkpoints[1:]]
        assert log.verified(trusting(KEY, OTHER_KEY)).whole
        assert [fault.kind for fault in log.verified(trusting(OTHER_KEY)).faults] == [FaultKind.UNKNOWN_KEY]

    def test_a_kept_checkpoint_that_somebody_made_up(self) -> None:
        log = a_log(1, 1)
        kept = replace(log.checkpoints[0], hash=b"\1" * 32)
        (fault,) = log.verified(None, kept).faults
        assert fault.kind is FaultKind.BAD_SIGNATURE
        assert "the checkpoint given" in str(fault)

    def test_the_last_checkpoint_taken_away(self) -> None:
        log = a_log(1, 2)
        del log.checkpoints[1]
        (fault,) = log.verified().faults
        assert (fault.kind, fault.first, fault.last) == (FaultKind.UNSIGNED, 2, 3)


class TestFacts:
    def test_that_are_older_than_the_log(self) -> None:
        log = Log.of([[entry(facts_read=7, outcome=Outcome.REFUSED)]])
        assert log.facts == 7
        assert log.verified().whole

    def test_that_were_put_back_to_an_earlier_state(self) -> None:
        log = a_log(1, 1)
        log.facts = 1
        (fault,) = log.verified().faults
        assert (fault.kind, fault.first) == (FaultKind.FACTS_BEHIND, 2)


def test_all_faults_are_found_in_one_pass() -> None:
    log = a_log(*[1] * 9)
    log.put(1, record=flipped_text(log.records[1].record, 40))
    log.put(4, hash=flipped(log.records[4].hash, 0))
    log.checkpoints[6] = replace(log.checkpoints[6], signature=bytes(64))
    del log.records[7]
    faults = [(fault.kind, fault.first) for fault in log.verified().faults]
    assert faults == [
        (FaultKind.ALTERED, 2),
        (FaultKind.ALTERED, 5),
        (FaultKind.BAD_SIGNATURE, 7),
        (FaultKind.MISSING, 8),
    ]


def test_a_log_full_of_faults_is_told_in_a_bounded_list() -> None:
    log = a_log(*[1] * (MOST_FAULTS + 50))
    for index in range(len(log.records)):
        log.put(index, hash=bytes(32))
    report = log.verified()
    assert len(report.faults) == MOST_FAULTS
    assert report.fault_count >= MOST_FAULTS + 50


def test_a_fault_tells_its_place_and_what_is_wrong() -> None:
    log = a_log(1, 1)
    log.put(1, hash=bytes(32))
    (fault,) = log.verified().faults
    assert str(fault) == "record 2: text and hash do not belong together: one of them was changed"
    assert fault.as_json() == {"kind": "altered", "first": 2, "last": 2, "message": ANY}
