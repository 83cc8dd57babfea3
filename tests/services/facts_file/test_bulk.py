"""Loading in bulk: the same facts as loading a file as a whole, and nothing at all where anything is wrong."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import inspect, text

from authz_service.domain.records import PersonRecord
from authz_service.services.facts_file import bulk as bulk_loading
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.tree import Form
from authz_service.store.errors import StoreConflictError
from tests.services.facts_file.bulk_support import bulk, check, counts, line_of, lines_of

PERSON = {
    "id": "twin",
    "niss": "71031490293",
    "kind": "nrn",
    "first_name": "T",
    "name": "T",
    "language": "nl",
    "has_eid_or_foreigner_card": True,
    "digital_keys": [],
}


def exported(store: Any) -> list[str]:
    """The export, line by line, with numbers in place of the opaque ids that no two stores share."""
    told: str = store.export_text()
    for digits, person_id in store.identities().items():
        told = told.replace(person_id, f"n{digits}")
    return sorted(told.splitlines())


def refusal(store: Any, lines: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FactsFileError) as caught:
        bulk(store, lines)
    return [(error.line, error.place, error.message) for error in caught.value.errors]


def is_untouched(store: Any) -> bool:
    return not store.believed() and not store.identities()


@pytest.fixture(autouse=True)
def few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lines at a time, so that what is referred to stands in the store, beside or before."""
    monkeypatch.setattr(bulk_loading, "_LINES", 3)


@pytest.mark.parametrize("lines", [3, 2000])
def test_lines_of_the_reference_world_give_the_facts_of_its_file(
    any_store: Any, other_store: Any, reference_world: str, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_loading, "_LINES", lines)
    other_store.load(reference_world)

    report = bulk(any_store, lines_of(reference_world))

    assert (*counts(report), report.lines) == (232, 0, 0, 208)
    assert exported(any_store) == exported(other_store)
    assert any_store.load(reference_world).unchanged == 232


def test_the_same_lines_again_change_nothing(any_store: Any, small_world: str) -> None:
    first = bulk(any_store, lines_of(small_world))
    again = bulk(any_store, lines_of(small_world))

    assert (counts(first), counts(again)) == ((34, 0, 0), (0, 0, 34))
    assert first.digest == again.digest
    assert any_store.check(small_world).revision == 1


CHANGES = {
    "an application less": ("applications: [DMFA, EBOX]", "applications: [DMFA]"),
    "another period for an application": (
        "[DMFA, EBOX]",
        "[DMFA, {application: EBOX, begin: '2022-01-01', end: null}]",
    ),
    "an employment that ends": ("end: '2023-10-31'", "end: '2023-11-30'"),
    "a channel less": ("    - {channel: webservice", "    # {channel: webservice"),
    "another name": ("service: Contact Centre", "service: Contact Center"),
    "another address": ("owner: acc_leo, email", "owner: acc_leo, title: Mr, email"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_lines_say_otherwise_replaces_what_was_known(
    any_store: Any, other_store: Any, small_world: str, change: str
) -> None:
    old, new = CHANGES[change]
    assert old in small_world
    changed = small_world.replace(old, new, 1)
    for store in (any_store, other_store):
        store.load(small_world)

    report = bulk(any_store, lines_of(changed))

    assert counts(report) == counts(other_store.load(changed))
    assert report.closed
    assert exported(any_store) == exported(other_store)


def test_what_lines_do_not_mention_stays_and_can_be_referred_to(any_store: Any, small_world: str) -> None:
    any_store.load(small_world)
    carla = any_store.identities()["85091291489"]
    account = {
        "id": "new",
        "person": carla,
        "capacity": "alpha.nsso",
        "type": "user",
        "status": "active",
        "applications": ["DMFA"],
        "begin": "2024-01-01",
        "end": None,
    }

    assert counts(bulk(any_store, line_of("accounts", account))) == (2, 0, 0)
    assert len(any_store.believed()) == 36


def test_a_person_is_known_by_the_number_whatever_the_line_calls_him(any_store: Any, small_world: str) -> None:
    any_store.load(small_world)
    before = any_store.identities()

    report = bulk(any_store, lines_of(re.sub(r"\banne\b", "anna", small_world)))

    assert counts(report) == (0, 0, 34)
    assert any_store.identities() == before


def test_what_is_referred_to_stands_before(empty_store: Any, small_world: str) -> None:
    *lines, last = lines_of(small_world).splitlines()
    person = next(line for line in lines if '"anne"' in line)
    lines.remove(person)

    errors = refusal(empty_store, "\n".join([*lines, last, person]))

    assert errors[0][0] == lines.index(next(line for line in lines if '"anne"' in line)) + 1
    assert "'anne' is no id in persons, neither in the lines before nor in the store" in errors[0][2]
    assert is_untouched(empty_store)


def test_an_error_in_the_last_line_leaves_nothing(any_store: Any, small_world: str) -> None:
    lines = lines_of(small_world)

    [(line, place, message)] = refusal(any_store, lines + "{")

    assert (line, place) == (len(lines.splitlines()) + 1, "world")
    assert "this is no JSON" in message
    assert is_untouched(any_store)
    assert bulk(any_store, lines).added == 34


def test_a_contradiction_between_all_facts_leaves_nothing(any_store: Any, small_world: str) -> None:
    twice = small_world.replace("'0999050510'", "'0999010126'", 1)

    assert "the enterprise number is also that of world.enterprises[0]" in refusal(any_store, lines_of(twice))[0][2]
    assert is_untouched(any_store)
    assert bulk(any_store, lines_of(small_world)).added == 34


def test_what_contradicts_the_store_is_told_and_leaves_it_as_it_was(any_store: Any, small_world: str) -> None:
    any_store.load(small_world)
    before = any_store.believed()
    enterprise = {
        "id": "beta",
        "enterprise_number": "0999010126",
        "name": "Beta",
        "kind": "private_employer",
        "cbe_status": "active",
        "registered_in_csam": None,
        "portal_account_active_since": None,
        "ebox_active_since": None,
        "approved_for_service_vouchers": False,
    }

    [(line, place, message)] = refusal(any_store, line_of("enterprises", enterprise))

    assert (line, place) == (1, "world.enterprises[0].enterprise_number")
    assert message == "the enterprise number is also that of 'enterprises alpha' in the store"
    assert any_store.believed() == before


class _Interrupted(io.BytesIO):
    """A file whose reader is interrupted where it ends."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line:
            raise KeyboardInterrupt
        return line


def test_an_interrupt_leaves_nothing(any_store: Any, small_world: str) -> None:
    lines = lines_of(small_world)

    with pytest.raises(KeyboardInterrupt):
        bulk(any_store, _Interrupted(lines.encode()))

    assert is_untouched(any_store)
    assert bulk(any_store, lines).added == 34


def test_a_check_tells_what_a_load_would_change_and_leaves_nothing(any_store: Any, small_world: str) -> None:
    assert counts(check(any_store, lines_of(small_world))) == (34, 0, 0)
    assert is_untouched(any_store)


def test_nothing_staged_stays_behind(any_store: Any, small_world: str) -> None:
    bulk(any_store, lines_of(small_world))

    with any_store.database.engine.begin() as connection:
        assert not [name for name in inspect(connection).get_table_names() if name.startswith("bulk_")]
        assert not [name for name in inspect(connection).get_temp_table_names() if name.startswith("bulk_")]


def test_two_persons_with_one_number_are_told_of_however_far_apart(any_store: Any, small_world: str) -> None:
    lines = lines_of(small_world)

    [(line, place, message)] = refusal(any_store, lines + line_of("persons", PERSON))

    assert (line, place) == (len(lines.splitlines()) + 1, "world.persons[3].niss")
    assert message == "world.persons[0] has this number: a person stands here once"
    assert is_untouched(any_store)


def test_an_opaque_id_that_was_anothers_is_not_given_again(any_store: Any, small_world: str) -> None:
    any_store.load(small_world)
    anne = any_store.one(PersonRecord, person_id=any_store.identities()["71031490293"])
    any_store.record(add=[], close=[anne])
    before = any_store.identities()

    with pytest.raises(StoreConflictError):
        bulk(any_store, line_of("persons", PERSON | {"id": anne.person_id, "niss": "90010100123"}))

    assert any_store.identities() == before


def test_a_capacity_is_not_moved_to_another_enterprise(any_store: Any, small_world: str) -> None:
    any_store.load(small_world)
    moved = small_world.replace("{id: alpha.finance, enterprise: alpha", "{id: alpha.finance, enterprise: omega")
    assert moved != small_world

    assert any("a file of YAML or JSON can move it" in message for _, _, message in refusal(any_store, lines_of(moved)))


def test_so_many_errors_are_told_and_no_more(empty_store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_loading, "_LINES", 50)

    errors = refusal(empty_store, "{\n" * 1000)

    assert [line for line, _, _ in errors] == list(range(1, 101))


@pytest.mark.parametrize(
    ("octets", "message"),
    [(b'{"kind": "agents", "id": "\xff"}\n', "UTF-8"), (b" " * 1_000_001, "longer than 1000000 octets")],
)
def test_what_is_no_line_of_text(empty_store: Any, octets: bytes, message: str) -> None:
    with pytest.raises(FactsFileError, match=f"line 1, world: .*{message}"):
        bulk(empty_store, io.BytesIO(octets))


def test_a_byte_order_mark_and_empty_lines_are_nothing(empty_store: Any, small_world: str) -> None:
    lines = "\ufeff\n\n" + lines_of(small_world).replace("\n", "\r\n\r\n")

    assert counts(check(empty_store, lines)) == (34, 0, 0)


def test_no_national_number_is_staged(any_store: Any, reference_world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look(staging: Any) -> list[Any]:
        for table in (staging.names, *staging.staged.values()):
            rows = staging._connection.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608 - our own names
            seen.extend(str(value) for row in rows for value in row)
        return []

    monkeypatch.setattr("authz_service.store.bulk_writing.BulkWriter.sharing", look)
    bulk(any_store, lines_of(reference_world))

    assert len(seen) > 2000
    assert not [value for value in seen if any(digits in value for digits in any_store.identities())]


def test_ndjson_in_memory_and_in_bulk_say_the_same(store: Any, small_world: str) -> None:
    store.load(lines_of(small_world), Form.NDJSON)

    assert counts(bulk(store, lines_of(small_world))) == (0, 0, 34)
