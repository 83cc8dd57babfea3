"""Connecting: the first server that can be reached, TLS with its certificate checked, and only then the password.

ldap3 opens the connection, starts TLS and binds. Left to itself it accepts any certificate, waits for ever and keeps
the password for whoever prints it; none of that is left to it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import warnings
from dataclasses import dataclass
from typing import Any, Final

from authz_service.directory.errors import (
    BindRefusedError,
    CertificateRefusedError,
    DirectoryError,
    DirectoryUnreachableError,
    PlainRefusedError,
)
from authz_service.directory.operations import ResultCode, named
from authz_service.directory.servers import Endpoint, ServerSettings
from authz_service.directory.wire import Wire

with warnings.catch_warnings():
    # ldap3 asks pyasn1 for two tables by names that pyasn1 has since changed, and still answers to.
    warnings.filterwarnings("ignore", r"(tagMap|typeMap) is deprecated", DeprecationWarning)
    import ldap3  # type: ignore[import-untyped] # it has no annotations
    from ldap3.core.exceptions import LDAPException, LDAPStartTLSError  # type: ignore[import-untyped]

__all__ = ["connected"]

_NOT_NOW: Final = frozenset({ResultCode.BUSY, ResultCode.UNAVAILABLE})


def connected(settings: ServerSettings) -> tuple[Wire, Endpoint]:
    """Connect and bind; return the connection and where it leads.

    Raises PlainRefusedError, CertificateRefusedError, BindRefusedError (each ends the attempt: another server is asked
    only when one cannot be reached, so that a wrong password is tried once) and DirectoryUnreachableError.
    """
    endpoints = settings.endpoints()
    if not settings.plain_allowed and not all(endpoint.tls or settings.start_tls for endpoint in endpoints):
        raise PlainRefusedError("an unprotected connection is not allowed: use ldaps:// or StartTLS")
    if not settings.bind_dn or not settings.secret.value:
        # A simple bind without a password succeeds, as nobody (RFC 4513 section 5.1.2).
        raise BindRefusedError("a name and a password are needed to bind, neither of them empty")
    tls = _tls_context(settings)
    reasons = []
    for endpoint in endpoints:
        for address in _addresses(endpoint):
            try:
                return _Link(settings, endpoint, address, tls).bound(), endpoint
            except DirectoryUnreachableError as error:
                reasons.append(f"{endpoint.url}: {error}")
        if not reasons or not reasons[-1].startswith(endpoint.url):
            reasons.append(f"{endpoint.url}: nobody knows where this is")
    raise DirectoryUnreachableError("; ".join(reasons))


def _addresses(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the addresses of a server, each once. ldap3, given the name, leaves the connections that failed open."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def _tls_context(settings: ServerSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError:
        raise CertificateRefusedError("the file of certificate authorities cannot be read or holds none") from None


class _CheckedTls(ldap3.Tls):  # type: ignore[misc] # ldap3 has no annotations
    """TLS as the standard library does it: chain, dates and name are checked in the handshake."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context
        self._host = host
        self.failure: OSError | None = None
        """What went wrong in the handshake; ldap3 keeps no more of it than a text."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - ldap3's
        try:
            connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._host)
        except OSError as error:
            self.failure = error
            raise


@dataclass(slots=True)
class _Parting:
    """Ends a connection of ldap3's."""

    connection: Any

    def leave(self) -> None:
        with contextlib.suppress(LDAPException, OSError):
            self.connection.unbind()

    def cut(self) -> None:
        with contextlib.suppress(LDAPException, OSError):
            self.connection.strategy.close()
        if self.connection.socket is not None:
            self.connection.socket.close()  # ldap3 leaves one that did not get as far as being open


class _Link:
    """One attempt at one address of a server."""

    def __init__(self, settings: ServerSettings, endpoint: Endpoint, address: str, tls: ssl.SSLContext) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._tls = _CheckedTls(tls, endpoint.host)
        self._server = ldap3.Server(
            address,
            port=endpoint.port,
            use_ssl=endpoint.tls,
            tls=self._tls,
            get_info=ldap3.NONE,
            connect_timeout=settings.connect_timeout_seconds,
        )
        self._connection = ldap3.Connection(
            self._server,
            client_strategy=ldap3.SAFE_SYNC,
            auto_bind=ldap3.AUTO_BIND_NONE,
            auto_referrals=False,
            check_names=False,
        )

    def bound(self) -> Wire:
        """Open, protect, bind. Raises the errors of `connected`; the connection is closed then."""
        try:
            self._open()
            self._bind()
        except BaseException:
            _Parting(self._connection).cut()
            raise
        connected_socket: socket.socket = self._connection.socket
        return Wire(connected_socket, _Parting(self._connection), self._server.next_message_id())

    def _open(self) -> None:
        """Connect, with TLS as set up. The time-out for connecting holds for the handshake too."""
        try:
            self._connection.open(read_server_info=False)
            if self._settings.start_tls and not self._endpoint.tls:
                self._connection.start_tls(read_server_info=False)
        except (LDAPException, OSError) as error:
            raise self._not_opened(error) from None
        opened: socket.socket = self._connection.socket
        if not isinstance(opened, ssl.SSLSocket) and not self._settings.plain_allowed:
            raise PlainRefusedError("the server does not protect the connection")
        opened.settimeout(self._settings.receive_timeout_seconds)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _not_opened(self, error: Exception) -> DirectoryError:
        failure = self._tls.failure
        if isinstance(failure, ssl.SSLCertVerificationError):
            return CertificateRefusedError(f"the certificate of the server is not accepted: {failure.verify_message}")
        if isinstance(failure, ssl.SSLError):
            return CertificateRefusedError(f"TLS with the server fails ({failure.reason or type(failure).__name__})")
        if failure is None and isinstance(error, LDAPStartTLSError):
            return PlainRefusedError("the server does not offer StartTLS")
        if isinstance(failure, TimeoutError):
            return DirectoryUnreachableError("the server does not answer in time")
        return DirectoryUnreachableError(f"no connection ({type(failure or error).__name__})")

    def _bind(self) -> None:
        connection = self._connection
        connection.user, connection.authentication = self._settings.bind_dn, ldap3.SIMPLE
        connection.password = self._settings.secret.value.encode()
        try:
            # What else it returns holds the password: a local variable of that would be shown with a traceback.
            result = connection.bind(read_server_info=False)[1]
        except (LDAPException, OSError) as error:
            raise DirectoryUnreachableError(f"the server does not answer the bind ({type(error).__name__})") from None
        finally:
            # ldap3 prints what it holds when it prints itself.
            connection.password = connection.request = None
        code = int(result["result"])
        if code in _NOT_NOW:
            raise DirectoryUnreachableError(f"the server is busy or not available ({named(code)})")
        if code != ResultCode.SUCCESS:
            raise BindRefusedError(f"the server does not accept the name and the password ({named(code)})", code)
