"""Gives SpiceDB, which comes as a library without a server, a port: run as a program by bench/peers/spicedb.py.

As thin as can be. The body of a request is a mask (its length in an octet before it) and the request as the library
wants it (Protocol Buffers); the reply is the same mask and the library's response. The mask is what the caller knows by
himself and is only handed through. Each connection has a thread, and the library works outside of Python's lock.
"""

from __future__ import annotations

import ctypes
import json
import socket
import sys
import threading
from collections.abc import Callable
from typing import Final

__all__ = ["main"]

_OUT: Final = ctypes.POINTER(ctypes.c_void_p)
_RPCS: Final = {
    b"/check": "spicedb_permissions_check_permission",
    b"/bulk": "spicedb_permissions_check_bulk_permissions",
    b"/schema": "spicedb_schema_write_schema",
}
_REPLY: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
_FAILED: Final = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"


class LibraryError(RuntimeError):
    """The library did not do what was asked."""


class Library:
    """SpiceDB on a datastore. Raises LibraryError when it cannot be started."""

    def __init__(self, path: str, datastore: str) -> None:
        self._library = ctypes.CDLL(path)
        self._library.spicedb_start.restype = ctypes.c_void_p
        self._library.spicedb_free.argtypes = [ctypes.c_void_p]
        self._library.spicedb_free_bytes.argtypes = [ctypes.c_void_p]
        options = json.dumps({"datastore": "postgres", "datastore_uri": datastore}).encode()
        told = self._library.spicedb_start(options)
        if not told:
            raise LibraryError("no answer")
        answer = json.loads(ctypes.string_at(told))
        self._library.spicedb_free(told)
        if not answer.get("success"):
            raise LibraryError(str(answer.get("error")))
        self._handle = ctypes.c_ulonglong(answer["data"]["handle"])

    def rpc(self, name: str) -> Callable[[bytes], bytes]:
        """Return a function of the library as one from request to response. It raises LibraryError."""
        call = self._library[name]
        call.restype = None
        call.argtypes = [ctypes.c_ulonglong, ctypes.c_char_p, ctypes.c_int, _OUT, ctypes.POINTER(ctypes.c_int), _OUT]

        def ask(request: bytes) -> bytes:
            response, length, error = ctypes.c_void_p(), ctypes.c_int(), ctypes.c_void_p()
            call(self._handle, request, len(request), response, length, error)
            if error.value:
                told = ctypes.string_at(error.value).decode("utf-8", "replace")
                self._library.spicedb_free(error)
                raise LibraryError(told)
            if not response.value:
                return b""
            try:
                return ctypes.string_at(response.value, length.value)
            finally:
                self._library.spicedb_free_bytes(response)

        return ask


def serve(connection: socket.socket, rpcs: dict[bytes, Callable[[bytes], bytes]]) -> None:
    """Answer the requests of one connection until it is closed."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    with connection:
        while True:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                more = connection.recv(65536)
                if not more:
                    return
                received += more
                continue
            head = received[:end].lower()
            begin = head.index(b"content-length:") + 15
            length = int(head[begin:].partition(b"\r\n")[0])
            whole = end + 4 + length
            while len(received) < whole:
                received += connection.recv(65536)
            body, path = received[end + 4 : whole], head.split(b" ", 2)[1]
            received = received[whole:]
            connection.sendall(reply(rpcs[path], body))


def reply(rpc: Callable[[bytes], bytes], body: bytes) -> bytes:
    """Return the reply to the body of a request."""
    known = 1 + body[0]
    try:
        response = rpc(body[known:])
    except LibraryError as error:
        told = str(error).encode()
        return _FAILED % len(told) + told
    return _REPLY % (known + len(response)) + body[:known] + response


def main() -> None:
    """Start, print the port and serve. The path of the library is the argument, the datastore a line of the input."""
    library = Library(sys.argv[1], sys.stdin.readline().strip())
    rpcs = {path: library.rpc(name) for path, name in _RPCS.items()}
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=serve, args=(connection, rpcs), daemon=True).start()


if __name__ == "__main__":
    main()
