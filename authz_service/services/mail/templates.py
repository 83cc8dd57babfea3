"""The sentences of the mails, read once and checked: every kind in every language, with the same parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final

from authz_service.domain.messages import MAIL_LANGUAGES, PARAMETERS, MailKind
from authz_service.services.messages import FOLDER, MessagesError, read_catalogue

__all__ = ["FOOTER", "PORTAL", "MailTemplates", "read_templates"]

FOOTER: Final = "footer"
"""The message id of what stands under every mail."""
PORTAL: Final = "portal_url"
"""The parameter that any text may use: where to log in."""


@dataclass(frozen=True, slots=True)
class MailTemplates:
    """For every language, each text by its message id: `<kind>.subject`, `<kind>.body` and `footer`."""

    texts: Mapping[str, Mapping[str, str]]


def read_templates(folder: Path = FOLDER) -> MailTemplates:
    """Read `mail.nl.po`, `mail.fr.po`, `mail.de.po` and `mail.en.po` of a folder.

    Raises MessagesError: a file cannot be read, lacks a text or has one that is asked for nowhere, or a text has a
    placeholder that its mail has no parameter for, or not the placeholders that it has in the other languages.
    """
    texts = {language: MappingProxyType(_texts(folder / f"mail.{language}.po")) for language in MAIL_LANGUAGES}
    first, *others = MAIL_LANGUAGES
    for needed in _needed():
        for language in others:
            if _placeholders(texts[language][needed]) != _placeholders(texts[first][needed]):
                raise MessagesError(f"mail.{language}.po: {needed} has other placeholders than in mail.{first}.po")
    return MailTemplates(MappingProxyType(texts))


def _needed() -> dict[str, frozenset[str]]:
    """Return the message ids there must be, each with the placeholders its text may have."""
    needed = {FOOTER: frozenset({PORTAL})}
    for kind in MailKind:
        for part in ("subject", "body"):
            needed[f"{kind}.{part}"] = frozenset({*PARAMETERS[kind], PORTAL})
    return needed


def _texts(path: Path) -> dict[str, str]:
    needed = _needed()
    texts = read_catalogue(path)
    for message_id, text in texts.items():
        if message_id not in needed:
            raise MessagesError(f"{path.name}: no mail needs {message_id}")
        try:
            unknown = _placeholders(text) - needed[message_id]
        except ValueError as error:
            raise MessagesError(f"{path.name}: {message_id}: {error}") from None
        if unknown:
            raise MessagesError(f"{path.name}: {message_id} has placeholders without a parameter: {sorted(unknown)}")
        if message_id.endswith(".subject") and "\n" in text:
            raise MessagesError(f"{path.name}: {message_id} has more than one line")
    for message_id in needed:
        if message_id not in texts:
            raise MessagesError(f"{path.name} has no translation of {message_id}")
    return texts


def _placeholders(text: str) -> frozenset[str]:
    """Return the names in braces. Raises ValueError for a brace by itself and for more than a name in braces."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError("braces hold something else than a name")
        found.add(name)
    return frozenset(found)
