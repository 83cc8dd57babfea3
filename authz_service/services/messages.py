"""The sentences of the service in its four languages, read once when it starts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.pofile import PoFileError, read_po

from authz_service.domain.vocabulary import Action, Reason

__all__ = ["AUDIENCES", "FOLDER", "LANGUAGES", "Messages", "MessagesError", "read_catalogue", "read_messages"]

LANGUAGES: Final = ("nl", "fr", "de", "en")
AUDIENCES: Final = ("user", "admin")
"""Whom a sentence speaks to: the person who asked, or somebody who helps that person."""
FOLDER: Final = Path(__file__).parent.parent / "messages"
ACTION_SLOT: Final = "{action}"


class MessagesError(Exception):
    """The sentences are not complete; the message names the file and what it lacks."""


@dataclass(frozen=True, slots=True)
class Messages:
    """For every language, each sentence by its message id. `digest`: hexadecimal SHA-256 over all of them."""

    texts: Mapping[str, Mapping[str, str]]
    digest: str


def read_messages(folder: Path = FOLDER) -> Messages:
    """Read `nl.po`, `fr.po`, `de.po` and `en.po` of a folder.

    Raises MessagesError when a file cannot be read or lacks a sentence that the service may have to say.
    """
    texts = {language: MappingProxyType(_sentences(folder / f"{language}.po")) for language in LANGUAGES}
    canonical = json.dumps({language: dict(sentences) for language, sentences in texts.items()}, sort_keys=True)
    return Messages(MappingProxyType(texts), hashlib.sha256(canonical.encode()).hexdigest())


def read_catalogue(path: Path) -> dict[str, str]:
    """Return each text of a PO file by its message id: those that are translated, and not as a guess (fuzzy).

    Raises MessagesError when the file cannot be read or is none.
    """
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except OSError as error:
        raise MessagesError(f"{path.name} cannot be read: {error.strerror}") from None
    except (PoFileError, UnicodeDecodeError) as error:
        raise MessagesError(f"{path.name} is not a PO file: {error}") from None
    texts = {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string and not message.fuzzy
    }
    texts.pop("", None)  # the head of the file: who translated it and when shapes no answer
    return texts


def _sentences(path: Path) -> dict[str, str]:
    sentences = read_catalogue(path)
    for needed in _needed():
        if needed not in sentences:
            raise MessagesError(f"{path.name} has no translation of {needed}")
        if needed.startswith("decision.") and ACTION_SLOT not in sentences[needed]:
            raise MessagesError(f"{path.name}: {needed} has no place for {ACTION_SLOT}")
    return sentences


def _needed() -> Iterator[str]:
    for audience in AUDIENCES:
        yield f"decision.allowed.{audience}"
        yield f"decision.denied.{audience}"
        yield from (f"reason.{audience}.{reason}" for reason in Reason)
    yield from (f"action.{action}" for action in Action)
