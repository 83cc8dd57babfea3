"""What every way of sending e-mail has in common."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol

__all__ = ["DeliveryError", "RejectedError", "TemporaryError", "Transport", "UnavailableError"]


class DeliveryError(Exception):
    """The mail was not handed over. The message is one line, without an address and without the other side's words."""


class TemporaryError(DeliveryError):
    """This mail was not taken now; it may be later."""


class UnavailableError(TemporaryError):
    """No mail can be handed over at present: nobody answers, or we are not let in."""


class RejectedError(DeliveryError):
    """This mail will never be taken as it is."""


class Transport(Protocol):
    """A way of sending e-mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand over a mail to its one recipient. When this returns, the other side has taken it.

        Raises TemporaryError, UnavailableError, RejectedError.
        """
