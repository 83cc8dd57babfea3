"""Showing mail instead of sending it: for development."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Final, TextIO

from authz_service.delivery.transports import UnavailableError

__all__ = ["ConsoleTransport"]

SHOWN: Final = ("From", "To", "Subject", "Message-ID")
LINE: Final = "-" * 72


class ConsoleTransport:
    """Writes each mail to a stream as a reader would see it. It shows the address: not for what is kept as a log."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, message: EmailMessage) -> None:
        """Write the mail. Raises UnavailableError when the stream is closed or takes no more."""
        heads = "".join(f"{name}: {message[name]}\n" for name in SHOWN if message[name])
        try:
            self._stream.write(f"{LINE}\n{heads}\n{message.get_content().rstrip()}\n{LINE}\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise UnavailableError(f"the console cannot be written to ({type(error).__name__})") from None
