"""An issuer's keys as it publishes them (OpenID Connect Discovery 1.0, section 4).

Nothing that is fetched is followed anywhere else than to `jwks_uri`, and no answer may be large, slow or redirected.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from authz_service.identity.failures import IssuerUnreachableError
from authz_service.identity.issuers import Issuer, is_loopback
from authz_service.identity.key_sets import KeySet, key_set_of

__all__ = ["fetch_keys"]

DEADLINE_SECONDS: Final = 5.0
"""For one document, from the connection to the last octet."""
MAX_OCTETS: Final = 256 * 1024


def fetch_keys(issuer: Issuer, deadline_seconds: float = DEADLINE_SECONDS) -> KeySet:
    """Return the keys that the issuer publishes now. Raises IssuerUnreachableError, which tells why."""
    address = issuer.url.rstrip("/") + "/.well-known/openid-configuration"
    metadata = _json_object(_fetch(address, "metadata", deadline_seconds))
    if metadata.get("issuer") != issuer.url:
        raise IssuerUnreachableError("the metadata are those of another issuer")
    keys_address = metadata.get("jwks_uri")
    if not isinstance(keys_address, str) or not _may_fetch(keys_address, issuer):
        raise IssuerUnreachableError("the metadata name no address of keys that may be used: it must be https")
    text = _fetch(keys_address, "keys", deadline_seconds)
    try:
        return key_set_of(text, issuer.algorithms)
    except ValueError as error:
        raise IssuerUnreachableError(f"the keys are of no use: {error}") from None


def _may_fetch(address: str, issuer: Issuer) -> bool:
    """TLS is asked, unless both the issuer and the address are on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    here = is_loopback(urlsplit(issuer.url).hostname) and is_loopback(parts.hostname)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and here)
    return is_safe and bool(parts.hostname) and address.isascii()


def _json_object(text: bytes) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise IssuerUnreachableError("the metadata are no JSON object")
    return value


def _fetch(address: str, what: str, deadline_seconds: float) -> bytes:
    parts = urlsplit(address)
    begun = time.monotonic()
    try:
        with _connected(parts, deadline_seconds) as connection:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers={"Accept": "application/json"})
            with contextlib.closing(connection.getresponse()) as response:
                if response.status != http.HTTPStatus.OK:
                    raise IssuerUnreachableError(f"the {what} answer with status {response.status}")
                text = response.read(MAX_OCTETS + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise IssuerUnreachableError(f"the {what} cannot be fetched ({type(error).__name__})") from None
    if time.monotonic() - begun >= deadline_seconds:
        raise IssuerUnreachableError(f"the {what} take longer than {deadline_seconds:g} seconds")
    if len(text) > MAX_OCTETS:
        raise IssuerUnreachableError(f"the {what} are larger than {MAX_OCTETS} octets")
    return text


@contextlib.contextmanager
def _connected(parts: SplitResult, deadline_seconds: float) -> Iterator[http.client.HTTPConnection]:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=deadline_seconds, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=deadline_seconds)
    with contextlib.closing(connection):
        connection.connect()
        # A time-out of a socket counts anew with every octet: only hanging up ends what drips.
        timer = threading.Timer(deadline_seconds, _hang_up, [connection.sock])
        timer.daemon = True
        timer.start()
        try:
            yield connection
        finally:
            timer.cancel()


def _hang_up(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
