"""Pages of searches (AuthZEN 8.2): the same set at every size, at one moment, and tokens that are good for one search."""

import base64
import json
from typing import Any

import pytest

from authz_service.decision_api.page_tokens import LIFETIME, PageState, PageTokenError, issue, read
from authz_service.domain.vocabulary import Scope
from authz_service.services.search.sought import Progress
from tests.decision_api.test_searches import REQUESTS, WHO, search
from tests.support.national_numbers import national_numbers_in
from tests.support.reference import Reference
from tests.support.wire import Wire

KEY = b"k" * 32
BEGUN = 1_700_000_000_000_000
STATE = PageState(Progress(BEGUN, BEGUN - 5, ("p_anne",)), "policy", 10)


def walked(wire: Wire, kind: str, limit: int, *, again: bool = True) -> list[str]:
    """What page after page gives. `again`: say the limit on every page."""
    told, token, page = [], "", {"limit": limit}
    while True:
        content = search(wire, kind, {**REQUESTS[kind], "page": page}).json()
        assert len(content["results"]) == content["page"]["count"] <= limit
        told += [json.dumps(each) for each in content["results"]]
        token = content["page"]["next_token"]
        if not token:
            return told
        page = {"token": token, **({"limit": limit} if again else {})}


@pytest.mark.parametrize("kind", REQUESTS)
def test_pages_of_every_size_hold_the_same_in_the_same_order(wire: Wire, kind: str) -> None:
    whole = [json.dumps(each) for each in search(wire, kind, REQUESTS[kind]).json()["results"]]
    assert len(whole) > 3
    for limit in (1, 2, len(whole) - 1, len(whole), len(whole) + 1):
        assert walked(wire, kind, limit) == whole
        assert walked(wire, kind, limit, again=False) == whole


def test_a_page_that_holds_the_last_one_says_that_it_is_the_last(wire: Wire) -> None:
    count = search(wire, "subject", WHO).json()["page"]["count"]
    assert search(wire, "subject", {**WHO, "page": {"limit": count}}).json()["page"]["next_token"] == ""
    assert search(wire, "subject", {**WHO, "page": {"limit": count - 1}}).json()["page"]["next_token"] != ""


def test_a_page_of_nothing_is_possible(wire: Wire) -> None:
    content = search(wire, "subject", {**WHO, "page": {"limit": 0}}).json()
    assert content["results"] == []
    assert content["page"]["count"] == 0
    assert content["page"]["next_token"] != ""


def test_an_empty_token_is_the_beginning(wire: Wire) -> None:
    assert search(wire, "subject", {**WHO, "page": {"token": ""}}).body == search(wire, "subject", WHO).body


def test_a_page_holds_no_more_than_a_batch_may(reference: Reference, wire: Wire) -> None:
    narrow = reference.wire(wire.key, items=2)
    content = search(narrow, "subject", WHO).json()
    assert content["page"]["count"] == 2
    assert content["page"]["next_token"] != ""
    assert search(narrow, "subject", {**WHO, "page": {"limit": 999}}).json()["page"]["count"] == 2


def first_token(wire: Wire, request: dict[str, Any] = WHO) -> str:
    token: str = search(wire, "subject", {**request, "page": {"limit": 1}}).json()["page"]["next_token"]
    assert token
    return token


def refused(wire: Wire, request: dict[str, Any], token: str, kind: str = "subject", **page: Any) -> bool:
    reply = search(wire, kind, {**request, "page": {"token": token, **page}})
    if reply.status == 200:
        return False
    assert reply.status == 400
    assert reply.message == "page.token is not one of this search, or no longer: begin again without it"
    return True


def test_a_token_that_was_changed_anywhere_is_refused(wire: Wire) -> None:
    token = first_token(wire)
    assert not refused(wire, WHO, token)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert refused(wire, WHO, token[:place] + other + token[place + 1 :]), place
    for broken in (token[:-1], token + "A", token + "=", token.replace(".", ""), ".", "x", "é", "a.b.c", token * 2):
        assert refused(wire, WHO, broken), broken


def test_a_token_is_good_for_one_caller(reference: Reference, wire: Wire) -> None:
    token = first_token(wire)
    other = reference.add_caller("another portal", tuple(Scope))
    assert refused(wire.with_key(other), WHO, token)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": {"type": "declared_person", "properties": WHO["subject"]["properties"]}},
        {"subject": {"type": "person", "properties": {"authentication_means": "itsme"}}},
        {"action": {"name": "view_capacity"}},
        {"action": {"name": "list_users", "properties": {"candidate": "x"}}},
        {"resource": {"type": "capacity", "id": "kappa.nsso"}},
        {"resource": {"type": "account", "id": "alpha.nsso"}},
        {"context": {"at": "2024-03-15"}},
    ],
)
def test_a_token_is_good_for_one_search(wire: Wire, change: dict[str, Any]) -> None:
    assert refused(wire, {**WHO, **change}, first_token(wire))


def test_a_token_is_good_for_one_endpoint(wire: Wire) -> None:
    token = first_token(wire)
    for kind in ("resource", "action"):
        assert refused(wire, {**WHO, **REQUESTS[kind]}, token, kind)


def test_what_is_ignored_does_not_matter_to_a_token(wire: Wire) -> None:
    more = {"foo": 1, "context": {}, "subject": {**WHO["subject"], "id": "x"}}
    assert not refused(wire, {**WHO, **more}, first_token(wire))


def test_the_limit_stays_what_it_was(wire: Wire) -> None:
    reply = search(wire, "subject", {**WHO, "page": {"token": first_token(wire), "limit": 2}})
    assert reply.status == 400
    assert reply.message == "page.limit must be that of the first page, or be left out"


def test_a_token_tells_nothing_of_the_request_and_holds_no_national_number(wire: Wire) -> None:
    content, _, _ = first_token(wire).partition(".")
    told = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()
    assert national_numbers_in(told) == []
    assert "alpha" not in told
    assert "list_users" not in told


def test_a_token_comes_back_as_it_was() -> None:
    assert read(issue(STATE, ["a"], KEY), ["a"], KEY, "policy", BEGUN + LIFETIME) == STATE


@pytest.mark.parametrize(
    ("bound_to", "key", "policy", "now"),
    [
        (["b"], KEY, "policy", BEGUN),
        (["a"], b"other", "policy", BEGUN),
        (["a"], KEY, "another", BEGUN),
        (["a"], KEY, "policy", BEGUN + LIFETIME + 1),
        (["a"], KEY, "policy", BEGUN - 1),
    ],
    ids=["another request", "another key", "another policy", "too old", "of the future"],
)
def test_a_foreign_or_stale_token_is_refused(bound_to: object, key: bytes, policy: str, now: int) -> None:
    with pytest.raises(PageTokenError):
        read(issue(STATE, ["a"], KEY), bound_to, key, policy, now)
