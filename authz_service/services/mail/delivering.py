"""Delivering the mails that wait in the outbox: one after the other, again later where that helps, else given up."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from authz_service.delivery.transports import RejectedError, TemporaryError, Transport, UnavailableError
from authz_service.domain.messages import InvalidMailError, Mail, Topic
from authz_service.domain.moments import now
from authz_service.services.mail.composing import Composer, UncomposableError
from authz_service.store.outbox import Outbox, OutboxMessage

__all__ = ["DeliveryReport", "Retrying", "deliver_due"]

log = structlog.get_logger()
SECOND: Final = 1_000_000
LEASE_SECONDS: Final = 600
"""How long a mail is ours once it is taken: longer than any attempt to hand it over lasts."""
MOST_AT_ONCE: Final = 1000
"""Mails in one round, so that a round ends however fast others come in."""
_RANDOM: Final = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often, and after how long. The waiting grows fourfold each time, up to the longest."""

    attempts: int = 8
    first_seconds: float = 60
    longest_seconds: float = 21_600

    def wait(self, attempts: int, random: float) -> int:
        """Return the microseconds to wait after so many attempts; `random` in [0, 1) adds up to half of it.

        It keeps mails that failed together from all coming back together.
        """
        exponent = min(attempts - 1, 32)  # beyond any longest waiting, and still a number that a float can hold
        return int(min(self.first_seconds * 4.0**exponent, self.longest_seconds) * (1 + random / 2) * SECOND)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of the mails that were due. `stopped_by`: why the round ended before its time, or ""."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    stopped_by: str = ""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a mail did not go out; `final`: trying again is of no use; `everywhere`: the next one would not either."""

    told: str
    final: bool = False
    everywhere: bool = False


def deliver_due(
    outbox: Outbox,
    transport: Transport,
    composer: Composer,
    retrying: Retrying,
    *,
    clock: Callable[[], int] = now,
    random: Callable[[], float] = _RANDOM.random,
    stop: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Deliver the mails that are due, and return what became of them.

    Several may deliver at once, here and elsewhere; none sends what another has taken. `clock`: UTC microseconds;
    `stop`: asked before each mail. When nothing can be handed over at all, the round ends with the mail that showed it,
    and the others keep their attempts. Raises StoreUnavailableError.
    """
    sent = retried = dead = 0
    while sent + retried + dead < MOST_AT_ONCE and not stop():
        taken = outbox.take(Topic.MAIL, 1, LEASE_SECONDS, clock())
        if not taken:
            break
        message = taken[0]
        failure = _deliver(message, transport, composer, retrying)
        if failure is None:
            outbox.done(message, clock())
            sent += 1
            continue
        given_up = failure.final or message.attempts >= retrying.attempts
        wait = retrying.wait(message.attempts, random())
        outbox.failed(message, failure.told, None if given_up else clock() + wait)
        log.warning("mail not delivered", message_id=message.message_id, given_up=given_up, why=failure.told)
        retried, dead = retried + (not given_up), dead + given_up
        if failure.everywhere:
            return DeliveryReport(sent, retried, dead, failure.told)
    return DeliveryReport(sent, retried, dead)


def _deliver(message: OutboxMessage, transport: Transport, composer: Composer, retrying: Retrying) -> _Failure | None:
    if message.attempts > retrying.attempts:
        # Whoever took it before never came back to say what happened: it may be the mail that ends them.
        return _Failure("every attempt ended without an outcome", final=True)
    try:
        mail = Mail.from_json(message.content)
        transport.send(composer.compose(mail, message.message_id, message.created_at))
    except (InvalidMailError, UncomposableError, RejectedError) as error:
        return _Failure(str(error), final=True)
    except UnavailableError as error:
        return _Failure(str(error), everywhere=True)
    except TemporaryError as error:
        return _Failure(str(error))
    return None
