"""A large world, written straight into PostgreSQL: one very large enterprise among many small ones.

Two million facts: people with their details, enterprises and capacities, employments, accounts, applications in
profiles, access managers, chiefs and legal representatives, and a provider that many gave a mandate.
"""

import datetime
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from authz_service.domain.moments import FOREVER
from authz_service.store.database import Database

SINCE: Final = 1_600_000_000_000_000
PERIODS: Final = (SINCE, FOREVER, SINCE, FOREVER)
FIRST_BIRTH: Final = datetime.date(1940, 1, 1)
APPLICATIONS: Final = ("DMFA", "DIMONA", "EBOX", "MAHIS_CONSULT")
CAPACITIES: Final = 12
"""Capacities of a large enterprise; a small one has two."""


@dataclass(frozen=True)
class Size:
    """How many there are: people of the large enterprise, small enterprises, and people in each of those."""

    large: int = 50_000
    small: int = 20_500
    people: int = 15


def person_id(number: int) -> str:
    return f"p_{number:026d}"


def national_number(number: int) -> str:
    """The number of a person: those born between 1940 and 1999."""
    born = FIRST_BIRTH + datetime.timedelta(days=number // 990)
    digits = f"{born:%y%m%d}{number % 990 + 1:03d}"
    return f"{digits}{97 - int(digits) % 97:02d}"


def enterprise_number(number: int) -> str:
    digits = f"{9_000_00 + number:08d}"
    return f"{digits}{97 - int(digits) % 97:02d}"


def enterprise_id(number: int) -> str:
    """Number 0 is the large one, number 1 the provider."""
    return f"e{number:06d}"


def capacity_id(enterprise: int, number: int) -> str:
    return f"{enterprise_id(enterprise)}.{number:02d}"


def staff(size: Size, enterprise: int) -> range:
    """The numbers of the people of an enterprise: the first is its representative, the second its GAP."""
    if enterprise == 0:
        return range(size.large)
    begin = size.large + (enterprise - 1) * size.people
    return range(begin, begin + size.people)


def relations(size: Size) -> Iterator[Sequence[Any]]:
    """What everybody holds: the third of the staff is a titular access manager, the others are users."""
    ids = itertools.count()
    for enterprise in range(size.small + 1):
        capacities = CAPACITIES if enterprise == 0 else 2

        def held(
            number: int,
            kind: str,
            capacity: str = "",
            thing: str = "",
            state: str = "",
            at: str = enterprise_id(enterprise),
        ) -> Sequence[Any]:
            return (at, person_id(number), kind, capacity, f"r{next(ids):08d}", thing, "", "", state, "[]", *PERIODS)

        for place, number in enumerate(staff(size, enterprise)):
            capacity = capacity_id(enterprise, place % capacities)
            yield held(number, "employment")
            if place == 0:
                yield held(number, "legal_function", thing="managing_director", state="signing")
            elif place == 1:
                yield held(number, "chief_access_manager")
            elif place < 2 + capacities:
                yield held(number, "access_manager", capacity_id(enterprise, place - 2), state="active")
            else:
                yield held(number, "user", capacity, state="active")
                for offset in range(3):
                    yield held(
                        number, "application_grant", capacity, APPLICATIONS[(place + offset) % len(APPLICATIONS)]
                    )


def _persons(size: Size, database: Database) -> Iterator[Sequence[Any]]:
    key = database.key
    for number in range(staff(size, size.small).stop):
        digits = national_number(number)
        yield person_id(number), key.hash_of(digits), key.seal(person_id(number), digits), key.version


def _mandates(size: Size) -> Iterator[Sequence[Any]]:
    for enterprise in range(2, size.small + 1, 4):
        parties = (enterprise_id(enterprise), enterprise_id(1))
        signed = ("", SINCE, "", SINCE)
        yield (f"m{enterprise:06d}", "mahis", *parties, '["dmfa_dimona"]', SINCE, FOREVER, *signed, None, *PERIODS)


def _small_tables(size: Size) -> Iterator[tuple[str, Iterator[Sequence[Any]]]]:
    everybody, enterprises = range(staff(size, size.small).stop), range(size.small + 1)
    yield (
        "person_detail",
        ((person_id(n), "First", "Last", "nl", True, '["eid","itsme"]', *PERIODS) for n in everybody),
    )
    yield (
        "enterprise",
        (
            (enterprise_id(n), enterprise_number(n), f"Enterprise {n}", "social_service_provider" if n == 1 else "private_employer",
             "active", SINCE, SINCE, SINCE, False, *PERIODS)
            for n in enterprises
        ),
    )  # fmt: skip
    yield (
        "capacity",
        (
            (capacity_id(n, place), enterprise_id(n), "nsso_employer", "social_security", "nsso_number", "", *PERIODS)
            for n in enterprises
            for place in range(CAPACITIES if n == 0 else 2)
        ),
    )
    yield (
        "application",
        (
            (code, code, "social_security", '["nsso_employer"]', "mahis", "dmfa_dimona", '["portal"]', 0, *PERIODS)
            for code in APPLICATIONS
        ),
    )
    yield "mandate", _mandates(size)


def fill(database: Database, size: Size) -> int:
    """Fill an empty PostgreSQL database, and return how many facts there are in it."""
    url, facts = make_url(str(database.engine.url.render_as_string(hide_password=False))), 0
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        tables = [("person", _persons(size, database)), *_small_tables(size), ("relation", relations(size))]
        for table, rows in tables:
            count = 0
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
                    count += 1
            facts += count if table != "person" else 0
        connection.execute("INSERT INTO revision VALUES (1, %s)", (SINCE,))
        connection.execute("UPDATE revision_counter SET revision = 1, recorded_at = %s", (SINCE,))
    with psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute("VACUUM ANALYZE")
    return facts
