"""A world to profile decisions in: enterprises with their managers and users, and questions about them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Table, insert

from authz_service.domain.moments import FOREVER
from authz_service.store import tables
from authz_service.store.callers import hash_of_key
from authz_service.store.database import Database

__all__ = ["KEY", "PEOPLE", "body_of", "fill", "questions"]

SINCE: Final = 1_600_000_000_000_000
PERIODS: Final = (SINCE, FOREVER, SINCE, FOREVER)
APPLICATIONS: Final = ("DMFA", "DIMONA", "EBOX", "MAHIS_CONSULT", "CHECKIN", "LIMOSA")
PEOPLE: Final = 24
"""People of an enterprise: a representative, a GAP, an access manager for each of its two capacities, and users."""
CAPACITIES: Final = 2
GRANTS: Final = 3
CHUNK: Final = 20_000
KEY: Final = "profile" * 7
"""The key of the caller who asks."""


def national_number(person: int) -> str:
    day, serial = divmod(person, 990)
    digits = f"{40 + day // 336:02d}{day % 336 // 28 + 1:02d}{day % 28 + 1:02d}{serial + 1:03d}"
    return f"{digits}{97 - int(digits) % 97:02d}"


def enterprise_number(enterprise: int) -> str:
    digits = f"{9_000_00 + enterprise:08d}"
    return f"{digits}{97 - int(digits) % 97:02d}"


def person_id(enterprise: int, place: int) -> str:
    return f"p_{enterprise * PEOPLE + place:026d}"


def capacity_id(enterprise: int, place: int) -> str:
    return f"e{enterprise:06d}.{place % CAPACITIES}"


def account_id(enterprise: int, place: int) -> str:
    return f"a{enterprise:06d}.{place}"


def _relations(enterprises: int) -> Iterator[Sequence[Any]]:
    for enterprise in range(enterprises):
        own = f"e{enterprise:06d}"
        for place in range(PEOPLE):
            person, capacity = person_id(enterprise, place), capacity_id(enterprise, place)

            def held(kind: str, name: str, where: str = "", thing: str = "", state: str = "") -> Sequence[Any]:
                return own, person, kind, where, name, thing, "", "", state, "[]", *PERIODS  # noqa: B023 - called at once

            account = account_id(enterprise, place)
            yield held("employment", f"w{account}")
            if place == 0:
                yield held("legal_function", f"l{account}", thing="managing_director", state="signing")
            elif place == 1:
                yield held("chief_access_manager", f"c{account}")
            elif place < 2 + CAPACITIES:
                yield held("access_manager", account, capacity, state="active")
            else:
                yield held("user", account, capacity, state="blocked" if place % 12 == 7 else "active")
                for grant in range(GRANTS):
                    code = APPLICATIONS[(place + grant) % len(APPLICATIONS)]
                    yield held("application_grant", f"g{account}.{grant}", capacity, code)


def _contents(database: Database, enterprises: int) -> Iterator[tuple[Table, Iterator[Sequence[Any]]]]:
    key = database.key
    numbers = range(enterprises * PEOPLE)
    everybody = [(f"p_{number:026d}", national_number(number)) for number in numbers]
    yield tables.person, ((name, key.hash_of(digits), b"-", key.version) for name, digits in everybody)
    yield (
        tables.person_detail,
        ((name, "First", "Last", "nl", True, '["eid","itsme"]', *PERIODS) for name, _ in everybody),
    )
    yield (
        tables.enterprise,
        (
            (f"e{n:06d}", enterprise_number(n), "Name", "private_employer", "active", *[SINCE] * 3, False, *PERIODS)
            for n in range(enterprises)
        ),
    )
    yield (
        tables.capacity,
        (
            (capacity_id(n, place), f"e{n:06d}", "nsso_employer", "social_security", "nsso_number", "", *PERIODS)
            for n in range(enterprises)
            for place in range(CAPACITIES)
        ),
    )
    yield (
        tables.application,
        (
            (code, code, "social_security", '["nsso_employer"]', "mahis", "dmfa_dimona", '["portal"]', 0, *PERIODS)
            for code in APPLICATIONS
        ),
    )
    yield tables.relation, _relations(enterprises)
    yield tables.caller, iter([("profile", hash_of_key(KEY), '["decide"]', "", SINCE, FOREVER, FOREVER)])


def fill(database: Database, enterprises: int) -> int:
    """Fill an empty database, and return how many facts there are in it."""
    facts = 0
    for table, rows in _contents(database, enterprises):
        names = [column.name for column in table.columns]
        while chunk := [dict(zip(names, row, strict=True)) for _, row in zip(range(CHUNK), rows, strict=False)]:
            facts += len(chunk)
            with database.engine.begin() as connection:
                connection.execute(insert(table), chunk)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return facts


# --- questions --------------------------------------------------------------------------------------------------------


def _entity(kind: str, name: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "id": name, "properties": properties}


def _question(chance: random.Random, enterprises: int, action: str) -> dict[str, Any]:
    enterprise, place = chance.randrange(enterprises), chance.randrange(PEOPLE)
    # Half of those who ask manage something: most of what is asked beside applications is a manager's.
    asking = place if action == "use_application" else chance.choice([1, 2, 3, place])
    subject = _entity(
        "person",
        national_number(enterprise * PEOPLE + asking),
        acting_for=enterprise_number(enterprise),
        authentication_means="eid",
    )
    context: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    if action == "use_application":
        resource = _entity("application", chance.choice(APPLICATIONS))
        context["capacity"] = capacity_id(enterprise, place + chance.randrange(4) // 3)
    elif action == "grant_application":
        resource = _entity("account", account_id(enterprise, max(place, 2)))
        properties["application"] = chance.choice(APPLICATIONS)
    else:
        resource = _entity("capacity", capacity_id(enterprise, place))
        if action == "create_user":
            properties["candidate"] = national_number(enterprise * PEOPLE + place)
    return {
        "subject": subject,
        "action": {"name": action, "properties": properties},
        "resource": resource,
        "context": context,
    }


ACTIONS: Final = (
    "use_application",
    "use_application",
    "use_application",
    "list_users",
    "create_user",
    "grant_application",
)


def questions(enterprises: int, number: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return questions about enterprises of the world: half of them uses of an application."""
    chance = random.Random(seed)  # noqa: S311 - the same questions each time
    return [_question(chance, enterprises, ACTIONS[turn % len(ACTIONS)]) for turn in range(number)]


def body_of(content: object) -> bytes:
    """Return the JSON that a client would send."""
    return json.dumps(content).encode()
