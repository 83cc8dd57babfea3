"""Callers (AuthZEN 11.2, 11.3): who has no key in force is told so, the same way whatever it sent."""

import itertools

import pytest

from authz_service.domain.callers import Caller
from authz_service.domain.moments import now
from authz_service.domain.vocabulary import Scope
from tests.support.reference import ALLOWED, Reference
from tests.support.wire import EVALUATION, EVALUATIONS, Reply, Wire

NOBODY = "authz_" + "x" * 43


def comparable(reply: Reply) -> tuple[int, bytes, dict[str, str]]:
    return reply.status, reply.body, {name: value for name, value in reply.headers.items() if name != "x-request-id"}


@pytest.mark.parametrize("send", [EVALUATION, EVALUATIONS])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {NOBODY}",
        f"Bearer\t{NOBODY}",
        f"Bearer {NOBODY} more",
        f"Bearer {NOBODY},{NOBODY}",
        NOBODY,
        f"Basic {NOBODY}",
        "Basic dXNlcjpwYXNzd29yZA==",
        "Bearer \xe9",
        "Bearer ' OR 1=1 --",
        "Bearer " + "a" * 60_000,
        "undefined",
    ],
    ids=lambda value: repr(value)[:20],
)
def test_no_key_in_force_is_401(wire: Wire, send: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    reply = wire.with_key("").send(send, ALLOWED, **headers)
    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Bearer ")
    assert NOBODY not in reply.message


def test_the_scheme_is_read_in_any_case(wire: Wire) -> None:
    for scheme in ("bearer", "BEARER", "Bearer"):
        reply = wire.with_key("").evaluate(ALLOWED, authorization=f"{scheme} {wire.key}")
        assert reply.json()["decision"] is True


def test_the_caller_is_asked_for_before_the_question(wire: Wire) -> None:
    """Who may not ask learns nothing about what it sent."""
    stranger = wire.with_key(NOBODY)
    bodies = (b"", b"broken", b"[]", b"{}", b" " * (2 * 1024 * 1024))
    replies = {comparable(stranger.evaluate(body))[:2] for body in bodies}
    assert replies == {comparable(stranger.evaluate(ALLOWED))[:2]}
    assert stranger.evaluate(ALLOWED, content_type="text/plain").status == 401


def test_known_and_unknown_keys_get_the_same_answer(every_reference: Reference) -> None:
    """A key that was revoked or has ended, one that never was, and none: nobody can tell them apart."""
    callers = every_reference.callers
    revoked, ended = (
        every_reference.add_caller("revoked"),
        callers.add("ended", tuple(Scope), ends_at=now() - 1),
    )
    callers.revoke("revoked")
    wire = every_reference.wire()
    answers = [comparable(wire.with_key(key).evaluate(ALLOWED)) for key in (revoked, ended, NOBODY, revoked[:-1], "")]
    assert all(one == other for one, other in itertools.pairwise(answers))
    assert answers[0][0] == 401


def test_every_key_is_looked_up_the_same_way(reference: Reference) -> None:
    """One search for each request, whether there is such a key or not."""
    asked: list[str] = []

    class Recording:
        def find(self, key_text: str) -> Caller | None:
            asked.append(key_text)
            return reference.callers.find(key_text)

    recorded = Reference(reference.database, Recording(), reference.decisions, reference.explanations)  # type: ignore[arg-type]
    known = reference.add_caller("looked up")
    for key in (known, NOBODY, known):
        recorded.wire(key).evaluate(ALLOWED)
    assert asked == [known, NOBODY, known]


def test_a_revoked_key_is_refused_by_the_very_next_request(every_reference: Reference) -> None:
    key = every_reference.add_caller("short-lived")
    wire, other = every_reference.wire(key), every_reference.wire(key)
    assert wire.evaluate(ALLOWED).status == other.evaluate(ALLOWED).status == 200
    every_reference.callers.revoke("short-lived")
    assert wire.evaluate(ALLOWED).status == other.evaluate(ALLOWED).status == 401


@pytest.mark.parametrize("send", [EVALUATION, EVALUATIONS])
@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.DECIDE])
def test_deciding_needs_its_scope(reference: Reference, send: str, scope: Scope) -> None:
    name = f"only {scope} {send}"
    reply = reference.wire(reference.add_caller(name, [scope])).send(send, ALLOWED)
    assert reply.status == 403
    assert "scope decide" in reply.message
    assert 'error="insufficient_scope", scope="decide"' in reply.headers["www-authenticate"]


@pytest.mark.parametrize("send", [EVALUATION, EVALUATIONS])
@pytest.mark.parametrize(
    ("context", "needed"),
    [
        ({}, None),
        ({"at": "2024-03-15"}, "as_of"),
        ({"at": "nonsense"}, "as_of"),
        ({"at": ""}, "as_of"),
        ({"known_at": "2024-03-15T12:00:00+01:00"}, "as_of"),
        ({"explain": True}, "explain"),
        ({"at": None, "known_at": None, "explain": None}, None),
        ({"explain": False}, None),
        ({"explain": "true"}, None),
        ({"explain": 1}, None),
    ],
    ids=str,
)
def test_the_past_and_explanations_need_theirs(
    reference: Reference, send: str, context: dict[str, object], needed: str | None
) -> None:
    name = f"{send} {context}"
    others = reference.add_caller(name, [Scope.DECIDE, *(scope for scope in Scope if scope != needed)])
    reply = reference.wire(others).send(send, {**ALLOWED, "context": context})
    assert reply.status == (200 if needed is None else 403)
    if needed is None:
        assert "reason_user" not in reply.json()["context"]
    else:
        assert f"scope {needed}" in reply.message
        assert f'error="insufficient_scope", scope="{needed}"' in reply.headers["www-authenticate"]
        exact = reference.add_caller(f"{name} exact", [Scope.DECIDE, Scope(needed)])
        assert reference.wire(exact).send(send, {**ALLOWED, "context": context}).status == 200


def test_the_policy_sees_the_scopes_of_the_caller(reference: Reference) -> None:
    """OPS-01: an operator acts on the service within the scopes of its caller."""
    question = {
        "subject": {"type": "operator", "id": "night shift"},
        "action": {"name": "read_audit"},
        "resource": {"type": "service", "id": "authz"},
    }
    auditing = reference.wire(reference.add_caller("auditor", [Scope.DECIDE, Scope.AUDIT]))
    deciding = reference.wire(reference.add_caller("portal", [Scope.DECIDE]))
    assert auditing.evaluate(question).json()["decision"] is True
    assert deciding.evaluate(question).json()["decision"] is False
    assert auditing.evaluations({"evaluations": [question]}).json()["evaluations"][0]["decision"] is True
