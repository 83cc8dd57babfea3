"""Reading a question: what it names, and what in it cannot be read or is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from authz_service.domain import moments
from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.identifiers import EnterpriseNumber, InvalidIdentifierError, Niss
from authz_service.domain.questions import Question
from authz_service.domain.states import Named
from authz_service.domain.values import value
from authz_service.domain.vocabulary import Action, Reason, ResourceType, Scope, SubjectType

__all__ = ["NOBODY", "Asker", "NamedNumber", "Reading", "moment_asked"]


_SUBJECT_TYPES: Final = {kind.value: kind for kind in SubjectType}
# Each of them is looked up in several steps where it is named as a member of its enumeration.
_PERSON: Final = SubjectType.PERSON
_WITH_NUMBER: Final = frozenset({_PERSON, SubjectType.DECLARED_PERSON})
_RESOURCE_OF: Final = dict(RESOURCE_OF)


@value
class NamedNumber:
    """A person or enterprise that a question names: readable or not, and its digits ("" when not)."""

    named: Named
    digits: str = ""

    def __repr__(self) -> str:
        return f"NamedNumber({self.named.value})"


NOBODY: Final = NamedNumber(Named.MISSING)
_NO_TEXT: Final = NamedNumber(Named.WRONG_TYPE)
_NO_NUMBER: Final = NamedNumber(Named.WRONG_NUMBER)


@value
class Asker:
    """What is known beside the question: the caller's scopes, the present (UTC microseconds), the assurance levels.

    `whole`: read also what the standing does not look at, for an explanation that tells what else could be.
    `numbers`: those that were read, by kind and text, for the questions of one request: many name the same.
    """

    scopes: frozenset[Scope]
    now: int
    levels: Mapping[str, int]
    whole: bool = True
    numbers: dict[tuple[type, str], NamedNumber] = field(default_factory=dict, compare=False, repr=False)

    def number(self, kind: type[Niss | EnterpriseNumber], given: object) -> NamedNumber:
        """Return the number that is given, as far as it is one."""
        if given is None:
            return NOBODY
        if not isinstance(given, str):
            return _NO_TEXT
        found = self.numbers.get((kind, given))
        if found is None:
            found = self.numbers[kind, given] = _number(kind, given)
        return found


class Reading:
    """One question while it is read. `problems` collects the reasons for which it cannot be read."""

    __slots__ = (
        "acting_for",
        "action",
        "asker",
        "at",
        "known_at",
        "means",
        "moment_readable",
        "problems",
        "question",
        "resource_id",
        "resource_type",
        "subject_niss",
        "subject_type",
    )

    def __init__(self, question: Question, action: Action, asker: Asker) -> None:
        self.question = question
        self.action = action
        self.asker = asker
        self.problems: set[Reason] = set()
        self.moment_readable = True
        self.at, self.known_at = asker.now, moments.FOREVER
        if question.context:
            self.at = self._moment("at", asker.now)
            self.known_at = self._moment("known_at", moments.FOREVER)
        self.resource_type = _RESOURCE_OF[action]
        self.resource_id = question.resource_id if question.resource_type == self.resource_type else ""
        self.subject_type = kind = _SUBJECT_TYPES.get(question.subject_type, SubjectType.UNKNOWN)
        self.subject_niss, self.acting_for, self.means = "", NOBODY, None
        if kind in _WITH_NUMBER:
            self.subject_niss = self._digits(Niss, question.subject_id)
            self.acting_for = asker.number(EnterpriseNumber, question.subject_properties.get("acting_for"))
            self._note(self.acting_for)
        if kind is _PERSON:
            self.means = self._means()

    def _moment(self, name: str, absent: int) -> int:
        moment = moment_asked(self.question, name, absent)
        if moment is None:
            self.moment_readable = False
            return absent
        return moment

    def _means(self) -> str | None:
        given = self.question.context.get("authentication_means")
        if given is None:
            given = self.question.subject_properties.get("authentication_means")
        if given is None or isinstance(given, str):
            return given
        self.problems.add(Reason.INVALID_INPUT)
        return None

    def _note(self, number: NamedNumber) -> None:
        if number is _NO_TEXT:
            self.problems.add(Reason.INVALID_INPUT)
        elif number is _NO_NUMBER:
            self.problems.add(Reason.INVALID_IDENTIFIER)

    def _digits(self, kind: type[Niss | EnterpriseNumber], text: str) -> str:
        number = self.asker.number(kind, text)
        self._note(number)
        return number.digits

    def resource_number(self) -> str:
        """Return the digits of a resource that is a person or an enterprise, "" when they cannot be right."""
        if self.question.resource_type != self.resource_type:
            return ""
        return self._digits(Niss if self.resource_type is ResourceType.PERSON else EnterpriseNumber, self.resource_id)

    def person(self, name: str, properties: Mapping[str, Any] | None = None) -> NamedNumber:
        """Return the person that an action property names. What is wrong with it is a need's to tell."""
        return self.asker.number(
            Niss, (self.question.action_properties if properties is None else properties).get(name)
        )

    def enterprise(self, name: str, place: Mapping[str, Any]) -> NamedNumber:
        """Return the enterprise that a property or the context names. What is wrong with it is a need's to tell."""
        return self.asker.number(EnterpriseNumber, place.get(name))

    def text(self, name: str, place: Mapping[str, Any], missing: Reason | None = Reason.MISSING_DATA) -> str:
        """Return a text, "" when it is missing (a problem, unless `missing` is None) or no text (always one)."""
        value = place.get(name)
        if value is None:
            if missing is not None:
                self.problems.add(missing)
            return ""
        if isinstance(value, str):
            return value
        self.problems.add(Reason.INVALID_INPUT)
        return ""

    def one_of(self, name: str, place: Mapping[str, Any], choices: frozenset[str]) -> str:
        """Return a text that is one of the choices, else "": then a problem is noted."""
        value = self.text(name, place)
        if not value or value in choices:
            if value == "" and isinstance(place.get(name), str):
                self.problems.add(Reason.INVALID_INPUT)
            return value
        self.problems.add(Reason.INVALID_INPUT)
        return ""

    def boolean(self, name: str, place: Mapping[str, Any]) -> bool:
        """Return a truth value, False when it is missing (no problem by itself) or none (a problem)."""
        value = place.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.problems.add(Reason.INVALID_INPUT)
        return False

    def codes(self, name: str, place: Mapping[str, Any]) -> tuple[str, ...]:
        """Return a list of one text or more, () when it is missing or empty, or no such list (a problem each)."""
        value = place.get(name)
        if value is None or value == []:
            self.problems.add(Reason.MISSING_DATA)
            return ()
        if isinstance(value, list) and all(isinstance(code, str) for code in value):
            return tuple(value)
        self.problems.add(Reason.INVALID_INPUT)
        return ()

    def record(self, name: str, place: Mapping[str, Any]) -> tuple[Named, Mapping[str, Any]]:
        """Return an object; when it is missing (no problem by itself) or none (a problem), that and an empty one."""
        value = place.get(name)
        if value is None:
            return Named.MISSING, {}
        if isinstance(value, Mapping):
            return Named.GIVEN, value
        self.problems.add(Reason.INVALID_INPUT)
        return Named.WRONG_TYPE, {}


def moment_asked(question: Question, name: str, absent: int) -> int | None:
    """Return a moment of the context (UTC microseconds), `absent` where it has none, None when it cannot be read."""
    given = question.context.get(name)
    if given is None:
        return absent
    try:
        return moments.moment_of(given)
    except (TypeError, ValueError):
        return None


def _number(kind: type[Niss | EnterpriseNumber], text: str) -> NamedNumber:
    try:
        return NamedNumber(Named.GIVEN, kind.parse(text).digits)
    except InvalidIdentifierError:
        return _NO_NUMBER
