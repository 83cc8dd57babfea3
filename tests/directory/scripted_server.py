"""A server that answers as a test says, for what no real server here can be brought to do.

It understands requests and makes its answers with ldap3's and pyasn1's own codecs, which the code under test does not use.
"""

from __future__ import annotations

import socket
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

from authz_service.directory import connecting as _imported_first  # noqa: F401 - it imports ldap3 without its warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from ldap3.operation.search import compile_filter, parse_filter  # type: ignore[import-untyped] # it has no annotations
    from ldap3.protocol import rfc2696, rfc4511  # type: ignore[import-untyped] # it has no annotations
    from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped] # it has no annotations

__all__ = [
    "AD_CAPABILITY",
    "PAGED",
    "Script",
    "ScriptedServer",
    "decoded_request",
    "done",
    "encoded_by_ldap3",
    "entry",
    "message",
    "reference",
]

PAGED: Final = "1.2.840.113556.1.4.319"
AD_CAPABILITY: Final = "1.2.840.113556.1.4.800"
_SUCCESS: Final = 0

Script = Callable[[str, int, Any], Sequence[bytes] | None]
"""Told the kind of a request, its message id and the request; gives messages to answer, None to hang up."""


def message(message_id: int, kind: str, operation: Any, controls: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Return a message that carries this answer."""
    made = rfc4511.LDAPMessage()
    made["messageID"] = message_id
    made["protocolOp"] = rfc4511.ProtocolOp().setComponentByName(kind, operation)
    if controls:
        listed = rfc4511.Controls()
        for position, (oid, value) in enumerate(controls):
            control = rfc4511.Control()
            control["controlType"], control["criticality"], control["controlValue"] = oid, False, value
            listed[position] = control
        made["controls"] = listed
    encoded: bytes = encoder.encode(made)
    return encoded


def done(
    message_id: int, kind: str = "searchResDone", code: int = 0, text: str = "", cookie: bytes | None = None
) -> bytes:
    """Return the end of an operation. `cookie`: with the control for pages."""
    types = {
        "searchResDone": rfc4511.SearchResultDone,
        "bindResponse": rfc4511.BindResponse,
        "addResponse": rfc4511.AddResponse,
        "modifyResponse": rfc4511.ModifyResponse,
        "delResponse": rfc4511.DelResponse,
    }
    operation = types[kind]()
    operation["resultCode"], operation["matchedDN"], operation["diagnosticMessage"] = code, "", text
    return message(message_id, kind, operation, [] if cookie is None else [(PAGED, _page(cookie))])


def entry(message_id: int, name: str, attributes: dict[str, Sequence[bytes]]) -> bytes:
    """Return an entry that was found."""
    operation = rfc4511.SearchResultEntry()
    operation["object"] = name
    listed = rfc4511.PartialAttributeList()
    for position, (kind, values) in enumerate(attributes.items()):
        attribute = rfc4511.PartialAttribute()
        attribute["type"] = kind
        for place, value in enumerate(values):
            attribute["vals"][place] = value
        if not values:
            attribute["vals"].clear()
        listed[position] = attribute
    operation["attributes"] = listed
    return message(message_id, "searchResEntry", operation)


def reference(message_id: int, url: str) -> bytes:
    """Return a pointer to another server."""
    operation = rfc4511.SearchResultReference()
    operation[0] = url
    return message(message_id, "searchResRef", operation)


def encoded_by_ldap3(search_filter: str) -> bytes:
    """Return a filter as ldap3 would send it."""
    parsed = parse_filter(search_filter, None, False, False, None, False)
    encoded: bytes = encoder.encode(compile_filter(parsed.elements[0]))
    return encoded


def decoded_request(data: bytes) -> list[tuple[str, str, set[bytes]]]:
    """Return the changes in an add or a modify: add, delete or replace; the attribute; its values."""
    request, rest = decoder.decode(data, asn1Spec=rfc4511.LDAPMessage())
    assert not rest
    operation = request["protocolOp"].getComponent()
    if request["protocolOp"].getName() == "addRequest":
        return [("add", str(part["type"]), set(map(bytes, part["vals"]))) for part in operation["attributes"]]
    return [
        (
            change["operation"].prettyPrint(),
            str(change["modification"]["type"]),
            set(map(bytes, change["modification"]["vals"])),
        )
        for change in operation["changes"]
    ]


def _page(cookie: bytes) -> bytes:
    value = rfc2696.RealSearchControlValue()
    value["size"], value["cookie"] = 0, cookie
    encoded: bytes = encoder.encode(value)
    return encoded


class ScriptedServer:
    """Lets everybody in, tells of itself what `root` says, and puts every other request to the script."""

    def __init__(self, script: Script, root: Mapping[str, Sequence[bytes]] | None = None, bind_code: int = 0) -> None:
        self._script = script
        self._root = {"supportedControl": [PAGED.encode()], **(root or {})}
        self._bind_code = bind_code
        self.requests: list[Any] = []
        """The requests put to the script."""

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self._attend(connection)

    def _attend(self, connection: socket.socket) -> None:
        received = b""
        try:
            while data := connection.recv(1 << 16):
                received += data
                while (size := _size(received)) is not None:
                    answers = self._answers(received[:size])
                    received = received[size:]
                    if answers is None:
                        return
                    connection.sendall(b"".join(answers))
        except OSError:
            return

    def _answers(self, data: bytes) -> Sequence[bytes] | None:
        request, _ = decoder.decode(data, asn1Spec=rfc4511.LDAPMessage())
        message_id, kind = int(request["messageID"]), str(request["protocolOp"].getName())
        operation = request["protocolOp"].getComponent()
        if kind == "unbindRequest":
            return None
        if kind == "bindRequest":
            return [done(message_id, "bindResponse", self._bind_code)]
        if kind == "searchRequest" and not str(operation["baseObject"]):
            return [entry(message_id, "", self._root), done(message_id)]
        self.requests.append(request)
        return self._script(kind, message_id, operation)


def _size(data: bytes) -> int | None:
    """Return how long the first message is; None: not all of it is here."""
    if len(data) < 2:
        return None
    length, start = data[1], 2
    if length >= 0x80:
        start = 2 + length - 0x80
        length = int.from_bytes(data[2:start])
    return start + length if len(data) >= start + length else None
