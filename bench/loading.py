"""Writes a dataset into our own store: rows as the store shapes them, by the fastest way of each database.

Persons' national numbers are sealed and hashed with the database's own key, as for any fact that comes in.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from authz_service.domain.moments import FOREVER
from authz_service.domain.vocabulary import RelationKind
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.keys import Key, ensure_key_file
from bench.dataset import APPLICATIONS, Dataset, Enterprise, national_number, person_id

__all__ = ["SINCE", "contents_digest", "load"]

SINCE: Final = 1_600_000_000_000_000
"""When all the facts begin and were recorded: in September 2020."""
_PERIODS: Final = (SINCE, FOREVER, SINCE, FOREVER)
_CHUNK: Final = 1000
"""Enterprises that are written at once."""
_ORDER: Final = (
    tables.person,
    tables.person_detail,
    tables.enterprise,
    tables.capacity,
    tables.application,
    tables.relation,
)

Row = Sequence[Any]
Rows = dict[str, list[Row]]


def contents_digest() -> str:
    """Return what tells databases filled by this program from those filled by an earlier or a later one."""
    here = Path(__file__)
    contents = b"".join(file.read_bytes() for file in (here, here.with_name("dataset.py")))
    return hashlib.sha256(contents).hexdigest()[:12]


def load(url: str, key_file: Path, dataset: Dataset) -> int:
    """Fill an empty database (made as far as it has to be) and return how many facts are in it."""
    database = Database(url, ensure_key_file(key_file))
    try:
        database.upgrade()
        chunks = _chunks(dataset, database.key)
        facts = (_fill_sqlite if database.dialect == "sqlite" else _fill_postgresql)(url, chunks)
    finally:
        database.close()
    return facts


def _fill_postgresql(url: str, chunks: Iterable[Rows]) -> int:
    facts, plain = 0, make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        for chunk in chunks:
            for table in _ORDER:
                rows = chunk[table.name]
                with connection.cursor().copy(f"COPY {table.name} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                facts += len(rows) if table is not tables.person else 0
        connection.execute("INSERT INTO revision VALUES (1, %s)", (SINCE,))
        connection.execute("UPDATE revision_counter SET revision = 1, recorded_at = %s", (SINCE,))
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")
    return facts


def _fill_sqlite(url: str, chunks: Iterable[Rows]) -> int:
    facts, path = 0, make_url(url).database or ""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        for chunk in chunks:
            for table in _ORDER:
                rows = chunk[table.name]
                places = ", ".join("?" * len(table.columns))
                connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)  # noqa: S608 - own names
                facts += len(rows) if table is not tables.person else 0
            connection.commit()
        connection.execute("INSERT INTO revision VALUES (1, ?)", (SINCE,))
        connection.execute("UPDATE revision_counter SET revision = 1, recorded_at = ?", (SINCE,))
        connection.commit()
        connection.execute("PRAGMA synchronous = FULL")
        # No ANALYZE: the service makes no statistics on SQLite either.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return facts


def _chunks(dataset: Dataset, key: Key) -> Iterator[Rows]:
    enterprises = dataset.enterprises()
    yield {table.name: [] for table in _ORDER} | {tables.application.name: list(_applications())}
    while chunk := list(itertools.islice(enterprises, _CHUNK)):
        rows: Rows = {table.name: [] for table in _ORDER}
        for enterprise in chunk:
            _add(rows, enterprise, key)
        rows[tables.relation.name].sort(key=lambda row: tuple(row[:6]))  # as the key wants them
        yield rows


def _applications() -> Iterator[Row]:
    for code, offered_to in APPLICATIONS.items():
        offered = json.dumps(sorted(offered_to), separators=(",", ":"))
        yield code, code, "social_security", offered, "none", "", '["portal"]', 0, *_PERIODS


def _add(rows: Rows, enterprise: Enterprise, key: Key) -> None:
    own, name = enterprise.id, f"Enterprise {enterprise.index}"
    about = (own, enterprise.number, name, "private_employer", "active", SINCE, SINCE, SINCE, False)
    rows[tables.enterprise.name].append((*about, *_PERIODS))
    identifier = ("enterprise_number", enterprise.number)
    for capacity in enterprise.capacities:
        rows[tables.capacity.name].append((capacity.id, own, capacity.type, "social_security", *identifier, *_PERIODS))
    ids = []
    for place in range(enterprise.people):
        number = enterprise.person(place)
        digits, who = national_number(number), person_id(number)
        ids.append(who)
        rows[tables.person.name].append((who, key.hash_of(digits), key.seal(who, digits), key.version))
        rows[tables.person_detail.name].append((who, "First", "Last", "nl", True, '["eid","itsme"]', *_PERIODS))
    rows[tables.relation.name] += _relations(enterprise, ids)


def _relations(enterprise: Enterprise, ids: Sequence[str]) -> Iterator[Row]:
    own, index = enterprise.id, enterprise.index

    def held(place: int, kind: RelationKind, name: str, capacity: str = "", thing: str = "", state: str = "") -> Row:
        return own, ids[place], kind.value, capacity, name, thing, "", "", state, "[]", *_PERIODS

    for place in range(enterprise.people):
        if place in enterprise.representatives:
            function = "managing_director"
            yield held(place, RelationKind.LEGAL_FUNCTION, f"l{index:06d}.{place}", "", function, "signing")
        else:
            yield held(place, RelationKind.EMPLOYMENT, f"w{index:06d}.{place}")
    yield held(enterprise.chief, RelationKind.CHIEF_ACCESS_MANAGER, f"g{index:06d}.{enterprise.chief}")
    for place in enterprise.co_chiefs:
        yield held(place, RelationKind.CO_CHIEF_ACCESS_MANAGER, f"g{index:06d}.{place}")
    for account in enterprise.accounts:
        state = "blocked" if account.blocked else "active"
        yield held(account.place, RelationKind(account.kind.value), account.id, account.capacity, "", state)
        for code in account.applications:
            grant = (f"{account.id}/{code}", account.capacity, code)
            yield held(account.place, RelationKind.APPLICATION_GRANT, *grant)
