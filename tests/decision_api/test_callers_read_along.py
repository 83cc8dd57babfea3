"""A question by itself is read together with who asks it: one round trip, and the same answers as with two."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.evaluations import Decides
from authz_service.decision_api.settings import DecisionSettings
from authz_service.domain.moments import now
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import Scope
from authz_service.store.database import Database
from tests.support.reference import ALLOWED, DENIED, Reference
from tests.support.wire import Reply, Wire

NOBODY = "authz_" + "x" * 43
OPERATOR = {"subject": {"type": "operator", "id": "someone"}, "action": {"name": "read_audit"}}
CONTEXTS: list[object] = [
    *({}, None, [], {"at": "2024-03-15"}, {"known_at": "x"}, {"explain": True}, {"explain": 1}),
    *({"min_facts": facts} for facts in (0, -1, "1", 2**62)),
]
SUBJECTS: list[object] = [None, [], {}, {"type": "person"}, {"type": 1, "id": "x"}]
BODIES: list[object] = [
    ALLOWED,
    DENIED,
    *({**ALLOWED, "context": context} for context in CONTEXTS),
    *({**ALLOWED, "subject": subject} for subject in SUBJECTS),
    {**ALLOWED, "action": {"name": "unheard_of"}},
    {**OPERATOR, "resource": {"type": "service", "id": "authz"}},
    {**ALLOWED, "surplus": "x" * 20_000},
    *(b"", b"broken", b"[]", b"{}", b'{"a":1,"a":1}', b"[" * 100, b" " * 2_000_000),
]


def along(reference: Reference, decisions: Decides | None = None) -> Wire:
    """Return the decision endpoints, with callers read along."""
    application = DecisionApplication(
        decisions or reference.decisions,
        reference.searches,
        reference.callers,
        reference.explanations,
        dict,
        DecisionSettings(public_url="http://localhost"),
        callers_sought=reference.callers.ahead,
    )
    return Wire(application)


def told(reply: Reply) -> tuple[int, str, Any]:
    """What a reply says, without what is new in each."""
    content = json.loads(reply.body)
    for name in ("evaluation_id", "at"):
        content.get("context", {}).pop(name, None)
    return reply.status, reply.headers.get("www-authenticate", ""), content


@pytest.fixture(scope="module")
def keys_of() -> dict[int, list[str]]:
    return {}


def keys(reference: Reference, made: dict[int, list[str]]) -> list[str]:
    """Return keys of all kinds: with scopes, without the one that is needed, revoked, ended, nobody's."""
    if id(reference) not in made:
        callers = reference.callers
        sets = [tuple(Scope), (Scope.DECIDE,), (Scope.DECIDE, Scope.AUDIT), (Scope.SEARCH,), ()]
        found = [callers.add(f"along {number}", scopes) for number, scopes in enumerate(sets)]
        ended, revoked = callers.add("along ended", tuple(Scope), ends_at=now() - 1), callers.add("along revoked", ())
        callers.revoke("along revoked")
        made[id(reference)] = [*found, ended, revoked, NOBODY, "", "é"]
    return made[id(reference)]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body)[-30:])
def test_whoever_asks_whatever_hears_the_same(
    every_reference: Reference, keys_of: dict[int, list[str]], body: object
) -> None:
    wire, apart = along(every_reference), every_reference.wire()
    for key in keys(every_reference, keys_of):
        assert told(wire.with_key(key).evaluate(body)) == told(apart.with_key(key).evaluate(body))


def test_it_is_one_round_trip(every_reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    key = every_reference.add_caller("one round trip")
    wire = along(every_reference).with_key(key)
    wire.evaluate(ALLOWED)
    counted: list[str] = []
    query = Database.query

    def counting(database: Database, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        counted.append(statement)
        return query(database, statement, parameters)

    monkeypatch.setattr(Database, "query", counting)
    assert wire.evaluate(ALLOWED).json()["decision"] is True
    assert len(counted) == 1
    assert wire.with_key(NOBODY).evaluate(ALLOWED).status == 401
    assert len(counted) == 2


class Deciding:
    """Has questions decided, and keeps what came of it; `idle`: decides nothing, and looks at nothing."""

    def __init__(self, decisions: Decides, *, idle: bool = False) -> None:
        self.decisions = decisions
        self.idle = idle
        self.known = decisions.decide([Question("person", "", "list_users", "capacity", "")], frozenset())
        self.decided: list[Decision] = []

    def decide(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        self.decided = self.known if self.idle else self.decisions.decide(questions, scopes)
        return self.decided


def test_nothing_is_decided_for_a_stranger(every_reference: Reference) -> None:
    deciding = Deciding(every_reference.decisions)
    wire = along(every_reference, deciding)
    may_search = every_reference.add_caller("along without decide", [Scope.SEARCH])
    for key, status in ((NOBODY, 401), (may_search, 403)):
        assert wire.with_key(key).evaluate(ALLOWED).status == status
        assert deciding.decided == []
    assert wire.with_key(every_reference.add_caller("along with all")).evaluate(ALLOWED).status == 200
    assert len(deciding.decided) == 1


def test_a_stranger_is_refused_even_where_no_facts_are_read(every_reference: Reference) -> None:
    wire = along(every_reference, Deciding(every_reference.decisions, idle=True))
    assert wire.with_key(NOBODY).evaluate(ALLOWED).status == 401
    assert wire.with_key(every_reference.add_caller("along, idle")).evaluate(ALLOWED).status == 200


def test_a_revoked_key_is_refused_by_the_very_next_question(every_reference: Reference) -> None:
    wire, other = along(every_reference), along(every_reference)
    for _ in range(5):
        key = every_reference.add_caller("along, short-lived")
        assert wire.with_key(key).evaluate(ALLOWED).status == other.with_key(key).evaluate(ALLOWED).status == 200
        every_reference.callers.revoke("along, short-lived")
        assert wire.with_key(key).evaluate(ALLOWED).status == other.with_key(key).evaluate(ALLOWED).status == 401


def test_what_was_sought_for_one_request_says_nothing_of_the_next(every_reference: Reference) -> None:
    key = every_reference.add_caller("along, by turns")
    wire = along(every_reference)
    for turn in range(6):
        assert wire.with_key(NOBODY if turn % 2 else key).evaluate(ALLOWED).status == (401 if turn % 2 else 200)
        assert wire.with_key(NOBODY if turn % 2 else key).evaluations({"evaluations": [ALLOWED]}).status == (
            401 if turn % 2 else 200
        )
