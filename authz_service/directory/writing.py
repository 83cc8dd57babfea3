"""Writing: many requests under way at once, and one outcome for each operation, in their order.

A server that commits each write to its disk answers hundreds of them in the time of a few when they do not wait for one
another. It may also carry them out in another order than they came, so that what depends on another operation waits
here until that one has been answered.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from authz_service.directory.answers import ENTRY, REFERENCE, SEARCH_DONE, Answer, Result, result
from authz_service.directory.ber import MalformedError
from authz_service.directory.errors import ConnectionLostError, told
from authz_service.directory.filters import encoded
from authz_service.directory.names import Rdn
from authz_service.directory.operations import Add, Operation, OutcomeKind, Rename, ResultCode, Scope, WriteOutcome
from authz_service.directory.requests import assertion_control, message, search
from authz_service.directory.splitting import Limits, TooLargeError, requests_for
from authz_service.directory.wire import Wire

__all__ = ["Writing"]

_ANSWERS: Final = {0x66: 0x67, 0x68: 0x69, 0x4A: 0x6B, 0x6C: 0x6D, 0x63: SEARCH_DONE}
"""Which answer belongs to which request (RFC 4511 section 4)."""
_ROOM_FOR_CONTROL: Final = 48
_Key = tuple[Rdn, ...]


@dataclass(slots=True)
class _Job:
    """An operation on its way. `requests`: what is still to be sent of it."""

    number: int
    entries: tuple[_Key, ...]
    requests: deque[bytes]
    controls: bytes = b""
    checking: bool = False
    """The request under way asks whether the entry is as the operation wants it."""
    matched: bool = False
    wrote: bool = False
    done: int = 0
    outcome: WriteOutcome | None = None
    octets: int = 0
    answer_tag: int = 0


@dataclass(slots=True)
class Writing:
    """Writes a sequence of operations over a connection.

    `assertion`: the server offers RFC 4528; where it does not, the entry is looked at right before.
    """

    wire: Wire
    limits: Limits
    window: int
    assertion: bool
    _under_way: dict[int, _Job] = field(default_factory=dict)
    _octets: int = 0
    _entries: Counter[_Key] = field(default_factory=Counter)
    _above: Counter[_Key] = field(default_factory=Counter)
    _ended: dict[int, WriteOutcome] = field(default_factory=dict)

    def outcomes(self, operations: Iterable[Operation]) -> Iterator[WriteOutcome]:
        """Yield what became of each operation. Nothing is sent before the first is asked for.

        Raises InvalidFilterError for what an operation is conditional on, before that operation is sent.
        """
        waiting = self._jobs(operations)
        upcoming = next(waiting, None)
        following = 0
        try:
            while upcoming is not None or self._under_way or self._ended:
                upcoming = self._send_more(upcoming, waiting)
                self._take_answers()
                while following in self._ended:
                    yield self._ended.pop(following)
                    following += 1
        finally:
            self._leave_nothing_behind()

    def _jobs(self, operations: Iterable[Operation]) -> Iterator[_Job]:
        for number, operation in enumerate(operations):
            yield self._job(number, operation)

    def _job(self, number: int, operation: Operation) -> _Job:
        names = [operation.dn, operation.new_dn] if isinstance(operation, Rename) else [operation.dn]
        entries = tuple(name.normalised() for name in names)
        condition = None if isinstance(operation, Add) or operation.only_if is None else encoded(operation.only_if)
        room = 0 if condition is None else len(condition) + _ROOM_FOR_CONTROL
        try:
            job = _Job(number, entries, deque(requests_for(operation, self.limits, room)))
        except TooLargeError as error:
            outcome = WriteOutcome(OutcomeKind.REFUSED, None, str(error))
            return _Job(number, entries, deque(), outcome=outcome)
        if condition is not None and self.assertion:
            job.controls = assertion_control(condition)
        elif condition is not None:
            job.checking = True
            job.requests.appendleft(search(operation.dn, Scope.BASE, condition, ["1.1"]))
        return job

    def _send_more(self, upcoming: _Job | None, waiting: Iterator[_Job]) -> _Job | None:
        """Send as many operations as may be under way; return the one that has to wait, None: there are no more."""
        batch: list[bytes] = []
        try:
            while upcoming is not None and len(self._under_way) < self.window and len(self._ended) <= self.window:
                job = upcoming
                if job.outcome is not None or self.wire.is_lost:
                    self._ended[job.number] = job.outcome or _NOT_SENT
                elif self._has_to_wait(job):
                    break
                else:
                    batch.append(self._begun(job))
                upcoming = next(waiting, None)
        finally:
            # Also when the next operation cannot be had: what counts as under way is to be answered.
            self._send(b"".join(batch))
        return upcoming

    def _begun(self, job: _Job) -> bytes:
        """Note the operation as under way; return its first message."""
        for key in job.entries:
            self._entries[key] += 1
            for level in range(1, len(key)):
                self._above[key[level:]] += 1
        return self._next_message(job)

    def _next_message(self, job: _Job) -> bytes:
        message_id = self.wire.next_id()
        self._under_way[message_id] = job
        request = job.requests.popleft()
        job.wrote = job.wrote or not job.checking
        data = message(message_id, request, job.controls)
        job.controls = b""  # the first request changes the entry, which need not match any more
        job.octets, job.answer_tag = len(data), _ANSWERS[request[0]]
        self._octets += job.octets
        return data

    def _has_to_wait(self, job: _Job) -> bool:
        """Return whether a request of this size is too much now, or an operation is under way about the same entry, one
        above it or one below it.
        """
        if not self._under_way:
            return False
        return self._octets + len(job.requests[0]) > self.limits.octets or any(
            key in self._above or any(key[level:] in self._entries for level in range(len(key))) for key in job.entries
        )

    def _send(self, data: bytes) -> None:
        if data:
            try:
                self.wire.send(data)
            except ConnectionLostError as error:
                self._connection_lost(str(error))

    def _take_answers(self) -> None:
        """Wait for an answer if one is due, and take those that came with it."""
        try:
            while self._under_way:
                self._answered(self.wire.receive(self._under_way))
                if not self.wire.has_message():
                    break
        except ConnectionLostError as error:
            self._connection_lost(str(error))

    def _answered(self, answer: Answer) -> None:
        job = self._under_way[answer.message_id]
        if job.checking and answer.tag in {ENTRY, REFERENCE}:
            job.matched = job.matched or answer.tag == ENTRY
            return
        try:
            ended = result(answer)
        except MalformedError as error:
            raise self.wire.lose(f"the server sends {error}") from None
        if answer.tag != job.answer_tag:
            raise self.wire.lose("the server sends another kind of answer than was asked for")
        del self._under_way[answer.message_id]
        self.wire.answered(answer.message_id)
        self._octets -= job.octets
        self._stepped(job, ended)

    def _stepped(self, job: _Job, ended: Result) -> None:
        """Go on with an operation of which one request was answered."""
        if ended.code == ResultCode.SUCCESS and job.checking and not job.matched:
            ended = Result(ResultCode.ASSERTION_FAILED, "the entry is not as it should be")
        if ended.code != ResultCode.SUCCESS:
            self._end(job, WriteOutcome(OutcomeKind.REFUSED, ended.code, told(ended.text), job.done > 0))
            return
        job.done += not job.checking
        job.checking = False
        if job.requests:
            self._send(self._next_message(job))
        else:
            self._end(job, WriteOutcome(OutcomeKind.DONE, ended.code))

    def _end(self, job: _Job, outcome: WriteOutcome) -> None:
        self._ended[job.number] = outcome
        for key in job.entries:
            _count_down(self._entries, key)
            for level in range(1, len(key)):
                _count_down(self._above, key[level:])

    def _connection_lost(self, reason: str) -> None:
        """Nobody knows what becomes of the writes that were sent."""
        for job in self._under_way.values():
            kind = OutcomeKind.UNKNOWN if job.wrote else OutcomeKind.NOT_SENT
            self._ended[job.number] = WriteOutcome(kind, None, reason, job.done > 0)
        self._under_way.clear()
        self._octets = 0

    def _leave_nothing_behind(self) -> None:
        """Where nobody wants the rest of the outcomes, wait for the answers all the same: they are not for the next."""
        while self._under_way:
            self._take_answers()


_NOT_SENT: Final = WriteOutcome(OutcomeKind.NOT_SENT, None, "the connection was lost before")


def _count_down(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
