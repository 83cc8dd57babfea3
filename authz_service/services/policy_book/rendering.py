"""From the book to a page: one static HTML document in one language, with its style inside and nothing else."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.vocabulary import Action, Reason, ReasonClass, SubjectType
from authz_service.policy.text import SWITCHES
from authz_service.services.policy_book.book import Book
from authz_service.services.policy_book.contents import Chapter, RuleEntry
from authz_service.services.policy_book.linking import Linker
from authz_service.services.policy_book.readings import Reading
from authz_service.services.policy_book.texts import BookTexts
from authz_service.services.policy_cases.tables import Case, CaseTable

__all__ = ["page"]

TEMPLATES: Final = Path(__file__).parent / "templates"
TOLD: Final = 6
"""Cases of a rule that are described where the rule stands; of the others there is the number."""


def page(book: Book, texts: BookTexts, language: str) -> str:
    """Return the book as an HTML document. The same book, texts and language always make the same document."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    view = _View(book, texts, language)
    return environment.get_template("book.html").render(
        book=book,
        view=view,
        language=language,
        t=view.text,
        resource_of=RESOURCE_OF,
        switches=SWITCHES,
        reason_classes=tuple(ReasonClass),
        style=Markup((TEMPLATES / "book.css").read_text("utf-8")),  # noqa: S704 - a file of ours
    )


class _View:
    """What the templates ask."""

    def __init__(self, book: Book, texts: BookTexts, language: str) -> None:
        self._book = book
        self._texts = texts
        self._language = language
        self._linker = Linker(frozenset(book.anchors))
        self.linked = self._linker.linked
        self.prose = self._linker.prose
        self.link = self._linker.link

    def text(self, message_id: str, **values: object) -> str:
        return self._texts.text(self._language, message_id, **values)

    @property
    def case_count(self) -> int:
        return sum(len(table.cases) for table in self._book.contents.tables)

    @property
    def guides(self) -> list[Chapter]:
        """The files of the policy that hold no rule: what it says of itself."""
        return [chapter for chapter in self._book.contents.chapters if not chapter.rules]

    @property
    def levels(self) -> list[tuple[str, int]]:
        """The means of authentication, the strongest first."""
        return sorted(self._book.text.levels.items(), key=lambda means: (-means[1], means[0]))

    @property
    def readings(self) -> list[tuple[str, list[Reading]]]:
        """The readings by their kind."""
        return [(kind, list(some)) for kind, some in groupby(self._book.readings, key=lambda reading: reading.kind)]

    def uncommented(self, lines: tuple[str, ...]) -> Markup:
        """Return the comments of a file as text."""
        return self.linked("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))

    def switched(self, table: CaseTable) -> str:
        return ", ".join(f"{name} = {value}" for name, value in sorted(table.switches.items()))

    def asked(self, case: Case) -> str:
        """Return the name of the action asked for, and of who asks when that is no person."""
        action, kind = case.question.action, case.question.subject_type
        name = self.action(Action(action)) if action in set(Action) else action
        if kind == SubjectType.PERSON or kind not in set(SubjectType):
            return name
        return f"{name} ({self.text(f'audience.{kind}')})"

    def action(self, action: Action) -> str:
        return self._texts.action(self._language, action)

    def reason(self, audience: str, reason: Reason) -> str:
        return self._texts.reason(self._language, audience, reason)

    def labelled(self, message_id: str, value: str) -> Markup:
        """Return a value behind its label, with the colon that the language sets between them."""
        return Markup.escape(self.text("labelled")).format(label=self.text(message_id), value=value)

    def place(self, anchor: str, name: str) -> Markup:
        """Return a link to a part of the page, by its name."""
        return Markup('<a href="#{}">{}</a>').format(anchor, name)

    def links(self, anchors: tuple[str, ...]) -> Markup:
        """Return links to entries, with commas between them."""
        return Markup(", ").join(self._linker.link(str(anchor)) for anchor in anchors)

    def described(self, rule: RuleEntry, *, allowed: bool) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
        """Return the cases of a rule that are described beside it, and the others.

        Described are those that rest on the fewest rules: there this one matters most.
        """
        cases = rule.allowed if allowed else rule.denied
        telling = {case.id for case in sorted(cases, key=lambda case: (len(case.rules), case.id))[:TOLD]}
        return tuple(case for case in cases if case.id in telling), tuple(
            case for case in cases if case.id not in telling
        )
