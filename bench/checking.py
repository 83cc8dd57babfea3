"""Whether a peer answers as the oracle does. Who is wrong once is not timed."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.peers.interface import Call, HttpRequest, Peer, Shape
from bench.questions import Question

__all__ = ["Checked", "check", "send"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one peer in one shape found. `first` describes the first wrong answer; "" where none is."""

    asked: int
    allowed: int
    wrong: int
    first: str = ""


class _Line:
    """One connection to a server."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def send(self, request: HttpRequest) -> bytes:
        """Return the body of the reply. Raises ValueError for any status but 200, OSError."""
        self._connection.request(request.method, urlsplit(request.url).path, request.body, dict(request.headers))
        reply = self._connection.getresponse()
        body = reply.read()
        if reply.status != http.HTTPStatus.OK:
            raise ValueError(f"status {reply.status}")
        return body

    def close(self) -> None:
        self._connection.close()


def send(request: HttpRequest) -> bytes:
    """Send one request on a connection of its own and return the reply's body. Raises ValueError, OSError."""
    line = _Line(request.url)
    try:
        return line.send(request)
    finally:
        line.close()


def check(peer: Peer, shape: Shape, batches: Sequence[Sequence[Question]]) -> Checked:
    """Ask all of them, one request after the other, and compare every answer with the right one."""
    asked = allowed = wrong = 0
    first, line = "", None
    for questions in batches:
        request = peer.request(questions, shape)
        try:
            if isinstance(request, HttpRequest):
                line = line or _Line(request.url)
                reply = line.send(request)
            else:
                reply = _call(request)
            answers = peer.answers(reply)
            if len(answers) != len(questions):
                raise ValueError(f"{len(answers)} answers to {len(questions)} questions")  # noqa: TRY301 - told below
        except (ValueError, LookupError, TypeError, OSError, http.client.HTTPException) as error:
            wrong += len(questions)
            first = first or f"{type(error).__name__}: {error}"
            line = None
            answers = [question.expected for question in questions]
        for question, answer in zip(questions, answers, strict=True):
            asked, allowed = asked + 1, allowed + answer
            if answer is not question.expected:
                wrong += 1
                first = first or f"{question.action.value} on {question.capacity} was {_word(answer)}"
    if line is not None:
        line.close()
    return Checked(asked, allowed, wrong, first)


def _call(call: Call) -> bytes:
    return call()


def _word(answer: bool) -> str:  # noqa: FBT001 - an answer is one
    return "allowed" if answer else "denied"
