"""Requests that are too big are cut into acceptable ones that do the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, Change, ChangeKind, Delete, Modify, Rename
from authz_service.directory.requests import message
from authz_service.directory.splitting import Limits, TooLargeError, requests_for
from tests.directory.scripted_server import decoded_request

DN = Dn.parse("cn=group,dc=test")
VALUES = st.lists(st.binary(min_size=1, max_size=60), unique=True, max_size=60)
ATTRIBUTES = st.dictionaries(st.sampled_from(["member", "mail", "cn", "memberUid"]), VALUES.filter(bool), min_size=1)
LIMITS = st.builds(Limits, octets=st.integers(400, 3000), values=st.integers(4, 40))


def replayed(requests: list[bytes], state: dict[str, set[bytes]]) -> list[int]:
    """Carry out the requests on attributes; return how many values each one holds."""
    counts = []
    for request in requests:
        count = 0
        for kind, attribute, values in decoded_request(message(1, request)):
            count += len(values)
            held = state.setdefault(attribute, set())
            if kind == "add":
                assert not held & values, "a value that is there already"
                held |= values
            elif kind == "delete":
                assert held >= values, "a value that is not there"
                held -= values or set(held)
            else:
                held.clear()
                held |= values
        counts.append(count)
    return counts


@given(attributes=ATTRIBUTES, limits=LIMITS)
def test_an_entry_in_parts_ends_up_whole(attributes: dict[str, list[bytes]], limits: Limits) -> None:
    requests = requests_for(Add(DN, attributes), limits)
    state: dict[str, set[bytes]] = {}
    counts = replayed(requests, state)
    assert state == {name: set(values) for name, values in attributes.items()}
    assert max(counts) <= limits.values
    assert all(len(message((1 << 31) - 1, request)) <= limits.octets for request in requests)


@given(attributes=ATTRIBUTES, limits=LIMITS)
def test_every_attribute_has_a_value_from_the_first_request_on(
    attributes: dict[str, list[bytes]], limits: Limits
) -> None:
    state: dict[str, set[bytes]] = {}
    replayed(requests_for(Add(DN, attributes), limits)[:1], state)
    assert all(state[name] for name in attributes)


@given(kept=VALUES, removed=VALUES, added=VALUES, replaced=VALUES, limits=LIMITS)
def test_a_change_in_parts_does_what_it_would_in_one(
    kept: list[bytes], removed: list[bytes], added: list[bytes], replaced: list[bytes], limits: Limits
) -> None:
    removed = [b"-" + value for value in removed]
    added = [b"+" + value for value in added]
    kept = [b"=" + value for value in kept]
    changes = [Change(ChangeKind.DELETE, "member", removed)] if removed else []
    changes += [Change(ChangeKind.REPLACE, "mail", replaced)]
    changes += [Change(ChangeKind.ADD, "member", added)] if added else []
    state = {"member": {*kept, *removed}, "mail": {b"old"}}
    requests = requests_for(Modify(DN, changes), limits, room_for_controls=100)
    counts = replayed(requests, state)
    assert state == {"member": {*kept, *added}, "mail": set(replaced)}
    assert max(counts) <= limits.values
    assert all(len(message((1 << 31) - 1, request)) <= limits.octets - 100 for request in requests)


def test_what_fits_is_one_request_in_the_order_it_was_given() -> None:
    changes = [Change(ChangeKind.DELETE, "mail", [b"a"]), Change(ChangeKind.ADD, "mail", [b"b", b"c"])]
    (request,) = requests_for(Modify(DN, changes), Limits(1000, 10))
    assert [kind for kind, _, _ in decoded_request(message(1, request))] == ["delete", "add"]


@pytest.mark.parametrize(
    ("deleted", "added"), [([b"old"], [b"new"]), ([b"CN=A", b"CN=B"], [b"cn=a", b"cn=b"])], ids=["single", "spelt anew"]
)
def test_a_value_that_has_to_go_first_goes_first(deleted: list[bytes], added: list[bytes]) -> None:
    changes = [Change(ChangeKind.DELETE, "cn", deleted), Change(ChangeKind.ADD, "cn", added)]
    many = Change(ChangeKind.ADD, "member", [b"%d" % number for number in range(20)])
    first = requests_for(Modify(DN, [*changes, many]), Limits(1000, 10))[0]
    assert [kind for kind, _, _ in decoded_request(message(1, first))][:2] == ["delete", "add"]


@pytest.mark.parametrize(
    "operation",
    [
        Add(DN, {"jpegPhoto": [b"x" * 2000]}),
        Modify(DN, [Change(ChangeKind.ADD, "jpegPhoto", [b"x" * 2000])]),
        Delete(Dn.parse(f"cn={'x' * 2000}")),
        Rename(DN, Dn.parse(f"cn={'x' * 2000}")),
    ],
)
def test_what_cannot_be_cut_is_not_sent(operation: Add | Modify | Delete | Rename) -> None:
    with pytest.raises(TooLargeError):
        requests_for(operation, Limits(1000, 10))
