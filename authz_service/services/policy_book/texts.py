"""The texts of the book in its four languages, read once and checked: every one in every language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final, Self

from authz_service.domain.vocabulary import Action, Reason, ReasonClass, ResourceType, SubjectType
from authz_service.policy.text import SWITCHES
from authz_service.services.messages import FOLDER, LANGUAGES, MessagesError, read_catalogue, read_messages
from authz_service.services.policy_book.circumstances import VARIANTS
from authz_service.services.policy_book.roles import BookRole

__all__ = ["BookTexts"]

_FIRST: Final = LANGUAGES[-1]


@dataclass(frozen=True, slots=True)
class BookTexts:
    """For every language, each text by its message id: those of the book, and the names of actions and reasons."""

    texts: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read `book.<language>.po` of a folder, and the sentences of decisions.

        Raises MessagesError: a file cannot be read, lacks a text that another has or that the book needs, or a text has
        other placeholders than in English.
        """
        own = {language: read_catalogue(folder / f"book.{language}.po") for language in LANGUAGES}
        needed = {*own[_FIRST], *_named()}
        for language, texts in own.items():
            for message_id in sorted(needed):
                if message_id not in texts:
                    raise MessagesError(f"book.{language}.po has no translation of {message_id}")
                if _slots(texts[message_id]) != _slots(own[_FIRST][message_id]):
                    raise MessagesError(f"book.{language}.po: {message_id} has other placeholders than in English")
        told = read_messages(folder).texts
        return cls({language: MappingProxyType({**told[language], **own[language]}) for language in LANGUAGES})

    def text(self, language: str, message_id: str, **values: object) -> str:
        """Return a text with its placeholders filled."""
        text = self.texts[language][message_id]
        return text.format_map(values) if values else text

    def action(self, language: str, action: Action) -> str:
        """Return what an action is called, as the beginning of a line."""
        name = self.texts[language][f"action.{action}"]
        return name[0].upper() + name[1:]

    def reason(self, language: str, audience: str, reason: Reason) -> str:
        """Return the sentence of a reason for an audience ("user", "admin")."""
        return self.texts[language][f"reason.{audience}.{reason}"]


def _named() -> Iterator[str]:
    """Yield the ids of the texts that are asked for by a word of the vocabulary."""
    yield from (f"role.{role}" for role in BookRole)
    yield from (f"resource.{resource}" for resource in ResourceType)
    yield from (f"audience.{kind}" for kind in SubjectType if kind is not SubjectType.UNKNOWN)
    yield from (f"reason_class.{kind}" for kind in ReasonClass)
    yield from (f"switch.{name}" for name in SWITCHES)
    yield from (name for variants in VARIANTS.values() for name, _ in variants)


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
