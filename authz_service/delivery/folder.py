"""Keeping mail as files: for an installation without a mail server, and for whoever wants to look at it."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Final

from authz_service.delivery.transports import RejectedError, UnavailableError

__all__ = ["FolderTransport"]

_LOCAL_PART: Final = re.compile(r"<([0-9A-Za-z-]{1,100})@")


class FolderTransport:
    """Writes each mail to a file of its own, `<local part of the Message-ID>.eml`, that only its owner can read.

    A mail that is delivered once more replaces itself. May be used from any thread and by several processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail; it is there whole or not at all. Raises UnavailableError, RejectedError (no Message-ID)."""
        name = _LOCAL_PART.match(message["Message-ID"] or "")
        if name is None:
            raise RejectedError("the mail has no Message-ID that a file could be named after")
        policy = SMTP if str(message["To"]).isascii() else SMTPUTF8
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder / f"{name.group(1)}.eml", message.as_bytes(policy=policy))
        except OSError as error:
            raise UnavailableError(f"the folder for mails cannot be written to ({type(error).__name__})") from None


def _write(path: Path, content: bytes) -> None:
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # its mode is 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(unfinished).unlink()
        raise
