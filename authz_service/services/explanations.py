"""Explaining a decision in sentences, in four languages, for the person who asked and for who helps that person.

The shape is the one that clients of AuthZEN know (Authorization API 1.0, 5.5.2): `reason_user` and `reason_admin`, each
an object of sentences by language. They are put together from the catalogue alone: nothing of what a caller sent is in
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

from authz_service.domain.questions import Decision
from authz_service.domain.vocabulary import Action, Reason
from authz_service.services.explaining.explanation import explain
from authz_service.services.explaining.telling import Telling
from authz_service.services.messages import ACTION_SLOT, FOLDER, LANGUAGES, Messages, read_messages

__all__ = ["Explanations"]

Sentences = dict[str, str]
"""A sentence by language."""


class Explanations:
    """Explains decisions. `digest` says which sentences it uses: it belongs in the policy revision."""

    def __init__(self, messages: Messages) -> None:
        self.digest: Final = messages.digest
        self._texts = messages.texts
        self._actions = frozenset(Action)
        self._telling = Telling(messages)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read the sentences of a folder. Raises MessagesError."""
        return cls(read_messages(folder))

    def explain(self, question_action: str, decision: Decision) -> dict[str, Sentences]:
        """Return `reason_user` and `reason_admin`: on an allow what is allowed, on a deny why it is not.

        The administrator also reads the reason codes and the ids of the rules. There is no lead-in ("your request to …
        is refused") when the action is unknown, because its name is the caller's text, nor when nothing was decided,
        because that is no refusal.
        """
        return {
            "reason_user": {language: self._user(language, question_action, decision) for language in LANGUAGES},
            "reason_admin": {language: self._admin(language, question_action, decision) for language in LANGUAGES},
        }

    def explanation(self, question_action: str, decision: Decision) -> dict[str, Any] | None:
        """Return `explanation`: the needs, the chain of an allow, the nearest way out of a deny (docs/explanation.md).

        None when nothing was decided or the action is unknown. Raises PolicyEvaluationError.
        """
        why = explain(decision)
        if why is None:
            return None
        return self._telling.tell(
            why, {language: self._lead_in(language, "user", question_action, decision) for language in LANGUAGES}
        )

    def _user(self, language: str, action: str, decision: Decision) -> str:
        said = (self._texts[language][f"reason.user.{reason}"] for reason in _once(decision.answer.reasons))
        return _joined(self._lead_in(language, "user", action, decision), said)

    def _admin(self, language: str, action: str, decision: Decision) -> str:
        reasons = _once(decision.answer.reasons)
        said = [f"{self._texts[language][f'reason.admin.{reason}']} ({reason})" for reason in reasons]
        return _joined(self._lead_in(language, "admin", action, decision), [*said, _rules(decision)])

    def _lead_in(self, language: str, audience: str, action: str, decision: Decision) -> str:
        if action not in self._actions or decision.error is not None:
            return ""
        texts = self._texts[language]
        outcome = "allowed" if decision.answer.allowed else "denied"
        return texts[f"decision.{outcome}.{audience}"].replace(ACTION_SLOT, texts[f"action.{action}"])


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))


def _rules(decision: Decision) -> str:
    return f"[{', '.join(decision.answer.rules)}]" if decision.answer.rules else ""


def _joined(lead_in: str, sentences: Iterable[str]) -> str:
    return " ".join(part for part in (lead_in, *sentences) if part)
