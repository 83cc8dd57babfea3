"""From a mail of the outbox to the message that is sent."""

from __future__ import annotations

import datetime
import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Final

from authz_service.domain.messages import Mail
from authz_service.domain.moments import text_of
from authz_service.domain.national_numbers import holds_national_number
from authz_service.services.mail.templates import FOOTER, PORTAL, MailTemplates

__all__ = ["Composer", "UncomposableError"]

LONGEST_VALUE: Final = 200
"""Characters of a name; what is longer is cut."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of signs that are no part of a name: line ends, other controls, direction marks, unassigned."""


class UncomposableError(Exception):
    """The mail cannot be put together. The message repeats no value."""


class Composer:
    """Puts mails together. May be used from any thread."""

    def __init__(self, templates: MailTemplates, *, sender: str, portal_url: str) -> None:
        """`sender`: `address` or `Name <address>`; `portal_url`: where the receivers log in."""
        self._templates = templates
        name, address = parseaddr(sender)
        local, _, self._domain = address.rpartition("@")
        self._sender = Address(name, local, self._domain)
        self._portal_url = portal_url

    def compose(self, mail: Mail, message_id: str, at: int) -> EmailMessage:
        """Return the message for a mail of the outbox.

        `message_id`: the one of the outbox; `at`: when the mail was put there, in UTC microseconds. The same mail
        always makes the same message, so that its Message-ID tells a receiver that it came twice (RFC 5322 3.6.4).
        Raises UncomposableError: a national number would be in it, or the domain of the address cannot be one.
        """
        values = {name: _shown(name, value) for name, value in mail.parameters} | {PORTAL: self._portal_url}
        texts = self._templates.texts[mail.language]
        subject = texts[f"{mail.kind}.subject"].format_map(values)
        body = "\n\n".join(texts[name].format_map(values).strip() for name in (f"{mail.kind}.body", FOOTER)) + "\n"
        if any(holds_national_number(text) for text in (subject, body, mail.to)):
            raise UncomposableError("the mail would hold a national number")
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = _recipient(mail.to)
        message["Subject"] = subject
        message["Date"] = datetime.datetime.fromisoformat(text_of(at)).replace(microsecond=0)
        message["Message-ID"] = f"<{message_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice is to answer it
        message.set_content(body, cte="quoted-printable")
        message["Content-Language"] = mail.language
        return message


def _recipient(address: str) -> Address:
    local, _, domain = address.rpartition("@")
    try:
        return Address(username=local, domain=domain if domain.isascii() else domain.encode("idna").decode("ascii"))
    except (UnicodeError, ValueError):
        raise UncomposableError("the domain of the e-mail address cannot be one") from None


def _shown(name: str, value: str) -> str:
    """Return a value as a reader sees it, on one line: nothing in it ends a header or hides what stands next to it."""
    visible = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in value)
    text = " ".join(visible.split())
    if name == "enterprise_number" and len(text) == 10 and text.isascii() and text.isdigit():
        return f"{text[:4]}.{text[4:7]}.{text[7:]}"
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
