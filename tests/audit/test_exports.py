"""An export verifies with nothing but the file; whatever is done to the file is found."""

import io
import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authz_service.audit.chain import FIRST
from authz_service.audit.exports import (
    ExportError,
    ExportHeader,
    ExportReader,
    checkpoint_json,
    checkpoint_of,
    export_lines,
)
from authz_service.audit.faults import FaultKind
from authz_service.audit.signing import PublicKeys, SigningKey
from authz_service.audit.verification import Expectations, Report, Verifier
from authz_service.store.audit_log import StoredCheckpoint
from tests.audit.logs import KEY, Log, entry, flipped, names, trusting

PLACES = st.integers(0, 10**6)
tampering = settings(max_examples=100, deadline=None)


def _exported(log: Log, since: int = FIRST) -> list[bytes]:
    items = [item for item in log.items() if item.sequence >= since]
    lines = export_lines(ExportHeader(since, trusting(KEY)), items, log.facts)
    return [line.encode() for line in lines]


def _verified(octets: bytes, *kept: StoredCheckpoint, keys: PublicKeys | None = None) -> Report:
    """Verify an export with nothing but the file, and the keys that it names itself or those given."""
    reader = ExportReader(io.BytesIO(octets))
    verifier = Verifier(keys or reader.header.keys, Expectations(first=reader.header.since, checkpoints=kept))
    for item in reader.items():
        verifier.take(item)
    return verifier.report(reader.facts_revision)


LOG = Log.of(
    [
        [entry(facts_read=0, facts_made=1, request_id="„ÿ\U0001f600\n")],
        [entry(facts_read=1), entry(facts_read=1, facts_made=2)],
        [entry(facts_read=2), entry(facts_read=2), entry(facts_read=2, facts_made=3)],
    ]
)
LINES = _exported(LOG)
"""Header, record 1 and its checkpoint, records 2 and 3 and theirs, records 4 to 6 and theirs, the end."""


def _joined(lines: Sequence[bytes]) -> bytes:
    return b"".join(lines)


def test_an_export_says_what_the_log_says() -> None:
    report = _verified(_joined(LINES))
    assert report.whole
    assert (report.records, report.checkpoints, report.last, report.hash) == (6, 3, 6, LOG.records[-1].hash)
    assert [json.loads(line)["type"] for line in LINES] == (
        ["header", "record", "checkpoint"] + ["record"] * 2 + ["checkpoint"] + ["record"] * 3 + ["checkpoint", "end"]
    )
    assert json.loads(LINES[1])["record"] == LOG.records[0].record


def test_the_keys_that_an_export_names_are_those_that_verify_it() -> None:
    assert ExportReader(io.BytesIO(_joined(LINES))).header == ExportHeader(1, trusting(KEY))


@pytest.mark.parametrize("since", range(1, 7))
def test_a_part_from_a_record_on_verifies_too(since: int) -> None:
    report = _verified(_joined(_exported(LOG, since)))
    assert report.whole
    assert report.records == 7 - since


def test_an_export_of_an_empty_log_verifies() -> None:
    assert _verified(_joined(_exported(Log([], [])))).whole


def test_a_part_that_does_not_reach_a_kept_checkpoint_says_so() -> None:
    (fault,) = _verified(_joined(_exported(LOG, 4)), LOG.checkpoints[0]).faults
    assert (fault.kind, fault.first) == (FaultKind.NOT_HELD, 1)


class TestTampering:
    @tampering
    @given(PLACES, st.integers(0, 7))
    def test_with_any_octet_is_found(self, place: int, bit: int) -> None:
        octets = flipped(_joined(LINES), place, bit)
        try:
            report = _verified(octets)
        except ExportError:
            return
        assert not report.whole

    @tampering
    @given(PLACES)
    def test_by_cutting_it_off_anywhere_is_found(self, length: int) -> None:
        octets = _joined(LINES)
        try:
            report = _verified(octets[: length % len(octets)])
        except ExportError:
            return
        assert not report.whole

    @pytest.mark.parametrize(("line", "sequence"), [(1, 1), (3, 2), (4, 3), (6, 4), (7, 5), (8, 6)])
    def test_by_taking_a_record_away_names_it(self, line: int, sequence: int) -> None:
        assert names(_verified(_joined([*LINES[:line], *LINES[line + 1 :]])), sequence)

    @pytest.mark.parametrize(("line", "sequence"), [(1, 1), (3, 2), (4, 3), (6, 4), (7, 5), (8, 6)])
    def test_by_saying_a_record_twice_names_it(self, line: int, sequence: int) -> None:
        report = _verified(_joined([*LINES[: line + 1], LINES[line], *LINES[line + 1 :]]))
        assert [(fault.kind, fault.first) for fault in report.faults] == [(FaultKind.OUT_OF_ORDER, sequence)]

    @pytest.mark.parametrize(("line", "sequence"), [(3, 2), (6, 4), (7, 5)])
    def test_by_changing_the_order_of_two_records_names_one(self, line: int, sequence: int) -> None:
        lines = [*LINES[:line], LINES[line + 1], LINES[line], *LINES[line + 2 :]]
        found = [(fault.kind, fault.first) for fault in _verified(_joined(lines)).faults]
        assert (FaultKind.OUT_OF_ORDER, sequence) in found

    def test_by_writing_it_all_anew_under_another_key_is_found_by_who_has_the_right_one(self) -> None:
        other = SigningKey.new()
        log = LOG.copy()
        log.rewrite(0, action="something else")
        log.chain_anew(0)
        log.sign_anew(0, other)
        lines = export_lines(ExportHeader(FIRST, trusting(other)), log.items(), log.facts)
        octets = "".join(lines).encode()
        assert _verified(octets).whole
        found = {fault.kind for fault in _verified(octets, keys=trusting(KEY)).faults}
        assert found == {FaultKind.UNKNOWN_KEY, FaultKind.UNSIGNED}

    def test_by_putting_a_checkpoint_elsewhere_is_found(self) -> None:
        lines = [*LINES[:2], *LINES[3:-1], LINES[2], LINES[-1]]
        (fault,) = _verified(_joined(lines)).faults
        assert (fault.kind, fault.first) == (FaultKind.OUT_OF_ORDER, 1)

    def test_by_cutting_the_tail_off_and_writing_another_end_is_told_by_a_kept_checkpoint(self) -> None:
        end = b'{"facts":2,"last":3,"type":"end"}\n'
        octets = _joined([*LINES[:6], end])
        assert _verified(octets).whole, "signed by its checkpoint, as the log once was"
        (fault,) = _verified(octets, LOG.checkpoints[-1]).faults
        assert (fault.kind, fault.first, fault.last) == (FaultKind.CUT_OFF, 4, 6)

    @pytest.mark.parametrize(
        "line",
        [
            b"\n",
            b"{}\n",
            b"[]\n",
            b"\xff\n",
            b"[" * 100_000 + b"\n",
            b'{"type":"record"}\n',
            b'{"hash":"00","record":"","sequence":true,"type":"record"}\n',
            b'{"hash":"0","record":"","sequence":7,"type":"record"}\n',
            b'{"hash":"AA","record":"","sequence":7,"type":"record"}\n',
            b'{"format":1,"type":"checkpoint"}\n',
            LINES[2].replace(b":", b": "),
            LINES[2].replace(b"Z", b"+00:00"),
        ],
    )
    def test_with_a_line_that_no_export_has_names_the_line(self, line: bytes) -> None:
        (fault,) = _verified(_joined([*LINES[:3], line, *LINES[3:]])).faults
        assert (fault.kind, fault.first) == (FaultKind.BROKEN_LINE, 4)
        assert str(fault).startswith("line 4: ")

    def test_by_adding_behind_the_end_is_found(self) -> None:
        (fault,) = _verified(_joined([*LINES, LINES[2]])).faults
        assert str(fault) == f"line {len(LINES) + 1}: stands behind the end of the export"

    def test_with_the_database_shows_in_the_export(self) -> None:
        log = LOG.copy()
        log.put(1, record="\udcff")
        log.checkpoints[0] = StoredCheckpoint(1, 2**62, b"", "", b"")
        report = _verified(_joined(_exported(log)))
        assert report.fault_count >= 3
        assert {FaultKind.BROKEN_LINE, FaultKind.MISSING} <= {fault.kind for fault in report.faults}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}\n",
        b"no export\n",
        LINES[1],
        LINES[0].replace(b'"since":1', b'"since":0'),
        LINES[0].replace(b'"format":1', b'"format":2'),
        b'{"format":1,"public_keys":["00"],"since":1,"type":"header"}\n',
        b'{"format":1,"public_keys":[7],"since":1,"type":"header"}\n',
    ],
)
def test_what_is_no_export_is_refused(line: bytes) -> None:
    with pytest.raises(ExportError):
        ExportReader(io.BytesIO(line))


def test_a_checkpoint_is_read_back_as_it_was_written() -> None:
    for checkpoint in LOG.checkpoints:
        assert checkpoint_of(json.loads(json.dumps(checkpoint_json(checkpoint)))) == checkpoint


@pytest.mark.parametrize(
    "change", [{"sequence": "1"}, {"format": 2}, {"more": 1}, {"signed_at": "yesterday"}, {"hash": "FF"}]
)
def test_what_is_no_checkpoint_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ExportError):
        checkpoint_of({**checkpoint_json(LOG.checkpoints[0]), **change})


def test_a_header_may_name_several_keys() -> None:
    header = ExportHeader(1, trusting(KEY, SigningKey.new()))
    lines = [line.encode() for line in export_lines(header, [], 0)]
    assert ExportReader(io.BytesIO(_joined(lines))).header == header
