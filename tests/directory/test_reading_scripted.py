"""Reading from servers that no real one here can be brought to be: limits, ranges, pages without end, nonsense."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from authz_service.directory.errors import ConnectionLostError, DirectoryError, IncompleteReadError
from authz_service.directory.names import Dn
from authz_service.directory.operations import Change, ChangeKind, FoundEntry, OutcomeKind
from authz_service.directory.servers import SecretText, ServerSettings, Vendor
from authz_service.directory.session import Session, open_session
from tests.directory.scripted_server import AD_CAPABILITY, Script, ScriptedServer, done, entry, reference

BASE = Dn.parse("dc=test")
LAST = b""
DOMAIN_SCOPE = b"1.2.840.113556.1.4.1339"


def settings_for(server: ScriptedServer, page_size: int = 2) -> ServerSettings:
    return ServerSettings(
        (server.url,),
        "cn=sync",
        SecretText("secret"),
        plain_allowed=True,
        receive_timeout_seconds=5,
        page_size=page_size,
    )


@contextmanager
def talking(script: Script, root: dict[str, Sequence[bytes]] | None = None) -> Iterator[Session]:
    with ScriptedServer(script, root) as server, open_session(settings_for(server)) as session:
        yield session


def found(session: Session) -> list[FoundEntry]:
    return list(session.search(BASE, "(cn=*)", ["member"]))


def one(message_id: int, name: str = "cn=a,dc=test", **attributes: Sequence[bytes]) -> bytes:
    return entry(message_id, name, dict(attributes))


@pytest.mark.parametrize("code", [1, 3, 4, 10, 11, 12, 32, 50, 51, 52, 53, 80])
@pytest.mark.parametrize("page", [1, 2])
def test_any_code_but_success_on_any_page_makes_the_read_incomplete(code: int, page: int) -> None:
    pages = iter(range(1, 3))

    def script(_kind: str, message_id: int, _operation: Any) -> list[bytes]:
        last = next(pages) == page
        return [one(message_id), done(message_id, code=code if last else 0, cookie=LAST if last else b"more")]

    with talking(script) as session, pytest.raises(IncompleteReadError, match=f"code {code}") as caught:
        found(session)
    assert caught.value.code == code


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_without_a_word_on_the_next_makes_the_read_incomplete(page: int) -> None:
    pages = iter(range(1, 3))

    def script(_kind: str, message_id: int, _operation: Any) -> list[bytes]:
        return [one(message_id), done(message_id, cookie=None if next(pages) == page else b"more")]

    with talking(script) as session, pytest.raises(IncompleteReadError, match="next page"):
        found(session)


def test_an_empty_page_in_between_is_no_end() -> None:
    pages = iter([(True, b"1"), (False, b"2"), (True, LAST)])

    def script(_kind: str, message_id: int, _operation: Any) -> list[bytes]:
        full, cookie = next(pages)
        return [*([one(message_id)] if full else []), done(message_id, cookie=cookie)]

    with talking(script) as session:
        assert len(found(session)) == 2


def test_a_server_that_goes_round_in_circles() -> None:
    with (
        talking(lambda _kind, message_id, _operation: [done(message_id, cookie=b"same")]) as session,
        pytest.raises(IncompleteReadError, match="same empty page"),
    ):
        found(session)


def test_a_pointer_to_another_server_makes_the_read_incomplete() -> None:
    def script(_kind: str, message_id: int, _operation: Any) -> list[bytes]:
        return [one(message_id), reference(message_id, "ldap://other/dc=test"), done(message_id, cookie=LAST)]

    with talking(script) as session, pytest.raises(IncompleteReadError):
        found(session)


def test_a_server_without_pages_is_read_at_once_and_held_to_its_code() -> None:
    codes = iter([0, 4])
    with (
        ScriptedServer(
            lambda _kind, message_id, _operation: [one(message_id), done(message_id, code=next(codes))],
            {"supportedControl": [b"1.2.3"]},
        ) as server,
        open_session(settings_for(server)) as session,
    ):
        assert len(found(session)) == 1
        with pytest.raises(IncompleteReadError, match="code 4"):
            found(session)


class TestRanges:
    """AD gives a long attribute in ranges."""

    MEMBERS = tuple(b"cn=%d" % number for number in range(7))

    def read(self, *ranges: tuple[str, Sequence[bytes]] | None) -> tuple[bytes, ...]:
        """Read an entry of which the ranges come as listed, one an answer; None: an answer without any."""
        coming = iter(ranges)

        def script(_kind: str, message_id: int, operation: Any) -> list[bytes]:
            given = next(coming)
            attributes = {} if given is None else {f"member;range={given[0]}": given[1]}
            if str(operation["scope"]) != "baseObject":
                attributes = {"member": [], **attributes}
            return [entry(message_id, "cn=a,dc=test", attributes), done(message_id, cookie=LAST)]

        with talking(script) as session:
            (read,) = found(session)
        return read.attributes["member"]

    def test_all_ranges_are_followed(self) -> None:
        members = self.MEMBERS
        assert self.read(("0-2", members[:3]), ("3-5", members[3:6]), ("6-*", members[6:])) == members

    def test_a_single_range(self) -> None:
        assert self.read(("0-*", self.MEMBERS)) == self.MEMBERS

    @pytest.mark.parametrize(
        "ranges",
        [
            [("0-2", MEMBERS[:3]), None],
            [("0-2", MEMBERS[:2])],
            [("0-2", MEMBERS[:3]), ("4-*", MEMBERS[4:])],
            [("0-2", MEMBERS[:3]), ("0-2", MEMBERS[:3])],
            [("1-*", MEMBERS[1:])],
        ],
        ids=["the rest is missing", "fewer than said", "a gap", "the same again", "not from the start"],
    )
    def test_a_range_that_is_short_makes_the_read_incomplete(self, ranges: list[Any]) -> None:
        with pytest.raises(IncompleteReadError, match="long attribute"):
            self.read(*ranges)

    def test_a_range_that_is_refused_makes_the_read_incomplete(self) -> None:
        answers = iter([0, 51])

        def script(_kind: str, message_id: int, _operation: Any) -> list[bytes]:
            code = next(answers)
            return [
                entry(message_id, "cn=a", {"member;range=0-0": [b"cn=1"]}),
                done(message_id, code=code, cookie=LAST),
            ]

        with talking(script) as session, pytest.raises(IncompleteReadError, match="code 51"):
            found(session)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x30\x80\x00\x00",
        b"\x30\x89" + b"\x01" * 9,
        b"\x30\x84\x7f\xff\xff\xff\x02\x01",
        b"\x30\x05\x04\x01\x03\x65\x00",
        b"\x30\x00",
        b"\x30\x07\x02\x01\x03\x65\x05\x0a\x01",
        b"\x30\x03\x02\x09\x01",
    ],
)
def test_what_is_no_ldap_ends_the_session(nonsense: bytes) -> None:
    with talking(lambda *_: [nonsense]) as session:
        with pytest.raises(ConnectionLostError):
            found(session)
        assert session.is_lost


@pytest.mark.parametrize("cut", range(2, 60, 3))
def test_an_entry_that_is_cut_within_never_passes(cut: int) -> None:
    """Each length says one thing and the next another: whatever is noticed, nothing is made up."""

    def script(_kind: str, message_id: int, _operation: Any) -> list[bytes]:
        whole = bytearray(one(message_id, member=[b"cn=1", b"cn=2"]))
        whole[1] = len(whole) - 2
        position = min(cut, len(whole) - 1)
        whole[position] ^= 0x55
        return [bytes(whole), done(message_id, cookie=LAST)]

    with talking(script) as session:
        try:
            entries = found(session)
        except DirectoryError:
            return
    assert len(entries) <= 1


def test_an_answer_to_what_was_not_asked_ends_the_session() -> None:
    with (
        talking(lambda _kind, message_id, _operation: [done(message_id + 1000, cookie=LAST)]) as session,
        pytest.raises(ConnectionLostError, match="not asked"),
    ):
        found(session)


def test_a_server_that_says_it_disconnects() -> None:
    with (
        talking(lambda *_: [done(0)]) as session,
        pytest.raises(ConnectionLostError, match="disconnects"),
    ):
        found(session)


def test_a_write_that_is_answered_by_another_kind_of_answer_is_unknown() -> None:
    with talking(lambda _kind, message_id, _operation: [done(message_id, "addResponse")]) as session:
        outcome = session.delete(BASE)
    assert outcome.kind is OutcomeKind.UNKNOWN


def test_a_connection_that_ends_after_a_part_is_told_so() -> None:
    parts = iter([True, False])

    def script(_kind: str, message_id: int, _operation: Any) -> list[bytes] | None:
        return [done(message_id, "modifyResponse")] if next(parts) else None

    with talking(script) as session:
        values = [b"%d" % number for number in range(1500)]
        outcome = session.modify(BASE, [Change(ChangeKind.ADD, "member", values)])
    assert (outcome.kind, outcome.partly) == (OutcomeKind.UNKNOWN, True)


def test_a_connection_that_ends_while_the_condition_is_looked_at_has_written_nothing() -> None:
    with talking(lambda *_: None) as session:
        assert session.delete(BASE, "(cn=a)").kind is OutcomeKind.NOT_SENT


def test_the_words_of_a_server_are_made_fit_for_a_log() -> None:
    number = "730111" + "36173"
    text = f"no\nsuch\x00 {number} thing {'x' * 1000}"
    with talking(lambda _kind, message_id, _operation: [done(message_id, "delResponse", 53, text)]) as session:
        outcome = session.delete(BASE)
    assert outcome.code == 53
    assert outcome.text.startswith("no such (number) thing xxx")
    assert len(outcome.text) <= 300


@pytest.mark.parametrize(
    ("root", "vendor", "identity"),
    [
        ({"supportedCapabilities": [AD_CAPABILITY.encode()]}, Vendor.ACTIVE_DIRECTORY, "objectGUID"),
        ({"vendorName": [b"389 Project"]}, Vendor.DS_389, "nsUniqueId"),
        ({"vendorName": [b"Somebody"]}, Vendor.UNKNOWN, "entryUUID"),
    ],
)
def test_whose_server_it_is(root: dict[str, Sequence[bytes]], vendor: Vendor, identity: str) -> None:
    with talking(lambda *_: None, root) as session:
        assert (session.features.vendor, session.features.entry_id_attribute) == (vendor, identity)


@pytest.mark.parametrize(
    ("root", "token"),
    [
        (
            {"supportedCapabilities": [AD_CAPABILITY.encode()], "highestCommittedUSN": [b"12"]},
            "highestCommittedUSN 12 ",
        ),
        ({"vendorName": [b"389 Project"], "lastChangeNumber": [b"7"]}, "lastChangeNumber 7 "),
    ],
)
def test_the_token_of_a_server_that_counts_names_the_server(root: dict[str, Sequence[bytes]], token: str) -> None:
    with talking(lambda *_: None, root) as session:
        assert session.change_token(BASE) == f"{token}{session.features.url}"


def test_no_token_where_the_server_counts_nothing() -> None:
    with talking(lambda *_: None, {"vendorName": [b"389 Project"]}) as session:
        assert session.change_token(BASE) is None


def test_a_domain_is_read_without_its_pointers_to_others_where_the_server_knows_how() -> None:
    root = {"supportedControl": [DOMAIN_SCOPE, b"1.2.840.113556.1.4.319"]}
    with (
        ScriptedServer(lambda _kind, message_id, _operation: [done(message_id, cookie=LAST)], root) as server,
        open_session(settings_for(server)) as session,
    ):
        found(session)
        (request,) = server.requests
    assert DOMAIN_SCOPE.decode() in {str(control["controlType"]) for control in request["controls"]}


def test_octets_that_are_no_text_stay_what_they_are() -> None:
    value = bytes(range(256))
    with talking(
        lambda _kind, message_id, _operation: [one(message_id, member=[value, b""]), done(message_id, cookie=LAST)]
    ) as session:
        (read,) = found(session)
    assert read.attributes["member"] == (value, b"")


def test_a_name_that_is_none_makes_the_read_incomplete() -> None:
    with (
        talking(
            lambda _kind, message_id, _operation: [one(message_id, "no name"), done(message_id, cookie=LAST)]
        ) as session,
        pytest.raises(IncompleteReadError, match="no name"),
    ):
        found(session)


def test_a_long_answer_in_small_pieces() -> None:
    values = [b"%06d" % number for number in range(30_000)]
    with talking(
        lambda _kind, message_id, _operation: [one(message_id, member=values), done(message_id, cookie=LAST)]
    ) as session:
        (read,) = found(session)
    assert list(read.attributes["member"]) == values


def test_messages_of_another_kind_within_a_search_end_the_session() -> None:
    with (
        talking(lambda _kind, message_id, _operation: [done(message_id, "delResponse")]) as session,
        pytest.raises(ConnectionLostError, match="no answer to a search"),
    ):
        found(session)
