"""The mails of an installation: delivering what waits in its outbox, reminders, and what administrators do there.

All of it is an operator's act. It has no action of its own; whoever may say what the facts are may do it (OPS-01).
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from authz_service.bootstrap.databases import checked_database
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.operators import require
from authz_service.delivery.console import ConsoleTransport
from authz_service.delivery.folder import FolderTransport
from authz_service.delivery.smtp import SmtpTransport
from authz_service.delivery.transports import Transport
from authz_service.domain.moments import now
from authz_service.domain.vocabulary import Action
from authz_service.services.mail.composing import Composer
from authz_service.services.mail.delivering import DeliveryReport, Retrying, deliver_due
from authz_service.services.mail.reminding import SILENCE, ReminderReport, remind
from authz_service.services.mail.templates import read_templates
from authz_service.services.messages import MessagesError
from authz_service.settings import MailTransport, Settings
from authz_service.store.database import Database
from authz_service.store.outbox import Outbox

__all__ = ["MailDelivery", "build_mail_delivery", "opened_mail_delivery", "opened_outbox", "put_reminders"]

DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class MailDelivery:
    """Delivers the mails of one outbox. `kept`: how long a delivered mail is kept, in microseconds."""

    outbox: Outbox
    transport: Transport
    composer: Composer
    retrying: Retrying
    kept: int

    def deliver(self, stop: Callable[[], bool] = lambda: False) -> DeliveryReport:
        """Deliver what is due; `stop` is asked before each mail. Raises StoreUnavailableError."""
        return deliver_due(self.outbox, self.transport, self.composer, self.retrying, stop=stop)

    def forget_delivered(self) -> int:
        """Delete the mails that were delivered too long ago to keep, return how many. Raises StoreUnavailableError.

        Reminders stay at least as long as there is to be no other.
        """
        present = now()
        return self.outbox.forget_done(present - self.kept, once_before=present - SILENCE)


def build_mail_delivery(settings: Settings, database: Database) -> MailDelivery:
    """Return what delivers the mails of a database as the settings say. Raises StartError."""
    mail = settings.mail
    try:
        templates = read_templates()
    except MessagesError as error:
        raise StartError(str(error)) from None
    return MailDelivery(
        outbox=Outbox(database),
        transport=_transport(settings),
        composer=Composer(templates, sender=mail.sender, portal_url=mail.portal_url),
        retrying=Retrying(mail.attempts, mail.first_retry_seconds, mail.longest_retry_seconds),
        kept=mail.kept_days * DAY,
    )


@contextmanager
def opened_mail_delivery(settings: Settings) -> Iterator[MailDelivery]:
    """Open the database for the operator, yield what delivers its mails, and close it.

    Raises RefusedError, StartError, StoreError.
    """
    with _administered(settings) as database:
        yield build_mail_delivery(settings, database)


@contextmanager
def opened_outbox(settings: Settings) -> Iterator[Outbox]:
    """Open the database for the operator, yield its outbox, and close it.

    Raises RefusedError, StartError, StoreError.
    """
    with _administered(settings) as database:
        yield Outbox(database)


def put_reminders(settings: Settings) -> ReminderReport:
    """Put a reminder into the outbox for all that nobody looked at for as long as the settings say.

    Raises RefusedError, StartError, StoreError.
    """
    with _administered(settings) as database:
        return remind(database, settings.administration.check_days, now())


@contextmanager
def _administered(settings: Settings) -> Iterator[Database]:
    """Open the database for the operator, if the policy lets him, and close it at the end."""
    with checked_database(settings) as database:
        require(settings, database, Action.LOAD_FACTS)
        yield database


def _transport(settings: Settings) -> Transport:
    match settings.mail.transport:
        case MailTransport.FOLDER:
            return FolderTransport(settings.mail.folder or settings.key_file.parent / "mail")
        case MailTransport.CONSOLE:
            return ConsoleTransport(sys.stderr)
        case MailTransport.SMTP:
            try:
                return SmtpTransport(settings.mail.smtp_server())
            except (OSError, ssl.SSLError):
                raise StartError(f"no certificates can be read from mail.ca_file {settings.mail.ca_file}") from None
