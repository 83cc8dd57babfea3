"""The key file, what it protects, and changing the keys without ever losing a number."""

import hmac
import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from authz_service.domain.facts import FactsQuery
from authz_service.domain.moments import FOREVER
from authz_service.store import rotation, tables
from authz_service.store.database import Database
from authz_service.store.errors import KeyFileError, KeyFileMismatchError, StoreUnavailableError
from authz_service.store.keys import Key, KeyRing, ensure_key_file, read_key_file, replace_key_file
from authz_service.store.reading import FactsReader
from authz_service.store.rotation import rotate
from authz_service.store.writing import Recorder
from tests.store.facts import ANNE, BART, EVERYTHING, PEOPLE, load

QUERY = FactsQuery(at=100, known_at=FOREVER, subject_niss=ANNE.niss.digits, enterprise_number="0999010126")


def _numbers(database: Database) -> dict[str, str]:
    with Recorder(database) as recorder:
        return {identity.person_id: identity.niss.digits for identity in recorder.identities()}


EXPECTED = {identity.person_id: identity.niss.digits for identity in PEOPLE}


def test_a_new_file_is_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    made = ensure_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_key_file(path) == made == read_key_file(path)
    assert list(path.parent.iterdir()) == [path]
    assert [(len(key.hash_key), len(key.encryption_key)) for key in made.keys] == [(32, 32)]


def test_a_number_is_found_by_its_keyed_hash() -> None:
    key = Key.new(1)
    digits = ANNE.niss.digits
    assert key.hash_of(digits) == hmac.digest(key.hash_key, digits.encode(), "sha256").hex()
    assert key.hash_of(digits) == key.hash_of(digits)
    assert key.hash_of(digits) != key.hash_of(BART.niss.digits)


def test_all_that_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    barrier = threading.Barrier(8)
    rings: list[KeyRing] = []

    def make() -> None:
        barrier.wait()
        rings.append(ensure_key_file(path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rings == [read_key_file(path)] * 8
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    ensure_key_file(path)
    path.chmod(mode)
    for use in (read_key_file, ensure_key_file):
        with pytest.raises(KeyFileError, match="chmod"):
            use(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"format": 1, "keys": []}',
        b'{"format": 1}',
        b'{"format": 2, "keys": [{"version": 1, "hash": "' + b"00" * 32 + b'", "encryption": "' + b"00" * 32 + b'"}]}',
        b'{"format": 1, "keys": [{"version": 1, "hash": "00", "encryption": "00"}]}',
        b'{"format": 1, "keys": [{"version": "x", "hash": "", "encryption": ""}]}',
        b'{"format": 1, "keys": [7]}',
    ],
)
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="no keys"):
        read_key_file(path)


def test_no_file_and_no_regular_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, Path("/dev/null")):
        with pytest.raises(KeyFileError):
            read_key_file(path)
    with pytest.raises(KeyFileError):
        ensure_key_file(Path("/proc/none/keys"))


def test_keys_show_nothing(key_ring: KeyRing) -> None:
    key = key_ring.newest
    assert key.hash_key.hex() not in repr(key_ring)
    assert repr(key) == "Key(version=1)"
    assert str(key.hash_key) not in repr(key_ring)


def test_a_number_is_sealed_for_one_person() -> None:
    key = Key.new(1)
    sealed = key.seal("p_anne", "71031490293")
    assert sealed != key.seal("p_anne", "71031490293")
    assert b"71031490293" not in sealed
    assert key.unseal("p_anne", sealed) == "71031490293"
    for person_id, other, text in (
        ("p_bart", key, sealed),
        ("p_anne", Key.new(1), sealed),
        ("p_anne", key, sealed[:-1]),
    ):
        with pytest.raises(KeyFileMismatchError):
            other.unseal(person_id, text)


def test_no_number_in_the_database(database: Database) -> None:
    load(database, EVERYTHING)
    with database.engine.connect() as connection:
        for table in tables.METADATA.sorted_tables:
            for row in connection.execute(select(table)):
                told = "".join(str(bytes(value) if isinstance(value, memoryview) else value) for value in row)
                assert not any(identity.niss.digits in told for identity in PEOPLE)


def test_another_key_file_is_refused_everywhere(database: Database, database_url: str, tmp_path: Path) -> None:
    load(database, EVERYTHING)
    other = Database(database_url, ensure_key_file(tmp_path / "others.json"))
    for use in (other.check, other.upgrade, lambda: FactsReader(other).read([QUERY])):
        with pytest.raises(KeyFileMismatchError):
            use()
    with pytest.raises(KeyFileMismatchError), Recorder(other):
        pass
    other.close()
    load(database, [], [])  # no lock was left


def test_rotation(database: Database, connect: Callable[[], Database], key_ring: KeyRing) -> None:
    load(database, EVERYTHING)
    running = connect()
    reader = FactsReader(running)
    before = reader.read([QUERY])
    assert before[0].subject is not None
    with database.engine.connect() as connection:
        old = connection.execute(select(tables.person)).all()

    assert rotate(database, key_ring.path) == 2

    assert [key.version for key in read_key_file(key_ring.path).keys] == [2]
    assert stat.S_IMODE(key_ring.path.stat().st_mode) == 0o600
    with database.engine.connect() as connection:
        new = connection.execute(select(tables.person)).all()
    assert {row.person_id for row in old} == {row.person_id for row in new}
    assert not {row.niss_hash for row in old} & {row.niss_hash for row in new}
    assert {row.key_version for row in new} == {2}
    # A service that was running all the time goes on, and so does one that starts now.
    assert reader.read([QUERY]) == before
    assert _numbers(running) == EXPECTED
    fresh = Database(database.engine.url.render_as_string(hide_password=False), read_key_file(key_ring.path))
    fresh.check()
    assert _numbers(fresh) == EXPECTED
    fresh.close()
    assert rotate(database, key_ring.path) == 3


class Interrupted(BaseException):
    """The process ends here."""


def _interrupt(*_arguments: object, **_named: object) -> None:
    raise Interrupted


def _interrupt_second(function: Callable[..., KeyRing]) -> Callable[..., KeyRing]:
    calls = iter([function])

    def called(*arguments: Any) -> KeyRing:
        return next(calls, _interrupt)(*arguments)  # type: ignore[return-value]

    return called


STEPS = ["before the file is written", "in the transaction", "before the commit", "after the commit"]


@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_rotation_loses_nothing(
    database: Database, database_url: str, key_ring: KeyRing, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    load(database, EVERYTHING)
    if step == STEPS[0]:
        monkeypatch.setattr(Path, "replace", _interrupt)
    elif step == STEPS[1]:
        monkeypatch.setattr(rotation, "_after", _interrupt)
    elif step == STEPS[2]:
        # Between the change of the fingerprint and the commit.
        monkeypatch.setattr(rotation, "read_key_file", _interrupt_second(read_key_file))
    else:
        monkeypatch.setattr(rotation, "replace_key_file", _interrupt_second(replace_key_file))
    with pytest.raises(Interrupted):
        rotate(database, key_ring.path)
    monkeypatch.undo()

    after = Database(database_url, read_key_file(key_ring.path))
    after.check()
    assert _numbers(after) == EXPECTED
    assert FactsReader(after).read([QUERY])[0].subject is not None
    rotate(after, key_ring.path)
    assert _numbers(after) == EXPECTED
    assert len(read_key_file(key_ring.path).keys) == 1
    after.close()


def test_rotations_at_once(database: Database, connect: Callable[[], Database], key_ring: KeyRing) -> None:
    load(database, EVERYTHING)
    others = [connect() for _ in range(3)]
    threads = [threading.Thread(target=rotate, args=(other, key_ring.path)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = Database(database.engine.url.render_as_string(hide_password=False), read_key_file(key_ring.path))
    last.check()
    assert _numbers(last) == EXPECTED
    last.close()


def test_rotation_with_a_foreign_file_changes_nothing(database: Database, tmp_path: Path) -> None:
    load(database, EVERYTHING)
    other = ensure_key_file(tmp_path / "others.json")
    with pytest.raises(KeyFileMismatchError):
        rotate(database, other.path)
    assert read_key_file(other.path) == other
    assert _numbers(database) == EXPECTED


def test_a_sealed_number_moved_to_another_person_is_noticed(database: Database) -> None:
    load(database, EVERYTHING)
    person = tables.person
    with database.engine.begin() as connection:
        stolen = connection.scalar(select(person.c.niss_encrypted).where(person.c.person_id == ANNE.person_id))
        connection.execute(person.update().where(person.c.person_id == BART.person_id).values(niss_encrypted=stolen))
    with pytest.raises(KeyFileMismatchError), Recorder(database) as recorder:
        list(recorder.identities())


def test_the_database_without_keys_says_so(connect: Callable[[], Database], database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(tables.key_check.delete())
    for use in (database.check, database.fingerprint):
        with pytest.raises(KeyFileMismatchError):
            use()
    with pytest.raises((KeyFileMismatchError, StoreUnavailableError)):
        FactsReader(connect()).read([QUERY])


def test_the_file_is_readable_json(key_ring: KeyRing) -> None:
    content = json.loads(key_ring.path.read_text())
    assert list(content) == ["format", "keys"]
    assert list(content["keys"][0]) == ["version", "hash", "encryption"]
