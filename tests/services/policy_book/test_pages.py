"""The page is complete, valid, and needs nothing but itself."""

import itertools
import re
from collections.abc import Mapping

import pytest

from authz_service.domain.vocabulary import Action, Reason
from authz_service.policy.clauses import headings_of
from authz_service.services.messages import LANGUAGES
from authz_service.services.policy_book.book import Book
from authz_service.services.policy_book.rendering import page
from authz_service.services.policy_book.texts import BookTexts
from tests.services.policy_book.documents import Document
from tests.support.national_numbers import national_numbers_in

pytestmark = pytest.mark.parametrize("language", LANGUAGES)
SENTENCE = {
    "nl": "Wie mag wat",
    "fr": "Qui peut faire quoi",
    "de": "Wer darf was",
    "en": "Who may do what",
}


@pytest.fixture
def document(pages: Mapping[str, Document], language: str) -> Document:
    return pages[language]


def test_it_says_which_language_it_is_in(document: Document, language: str) -> None:
    assert document.root.attributes["lang"] == language
    assert next(document["authority"].all("h2")).text == SENTENCE[language]


def test_it_names_the_policy_revision_and_no_day(document: Document, book: Book) -> None:
    assert book.text.revision in document.root.one("title").text
    assert book.text.revision in next(document.root.all("header")).text
    assert not re.search(r"\b20[2-9][0-9]-[0-9]{2}-[0-9]{2}T", document.source)


def test_it_runs_nothing_and_loads_nothing(document: Document) -> None:
    for element in document.root.all():
        assert element.tag not in {"script", "link", "img", "iframe", "object", "form"}
        assert not {"src", "srcset", "style", "action"} & element.attributes.keys()
        assert not any(name.startswith("on") for name in element.attributes)
    style = document.root.one("style").text
    assert not re.search(r"url\(|@import|http", style)
    assert "<" not in style


def test_every_link_leads_to_a_place_in_it(document: Document) -> None:
    targets = [element.attributes["href"] for element in document.root.all("a")]
    assert len(targets) > 1000
    assert [target for target in targets if target[0] != "#" or target[1:] not in document] == []


def test_every_heading_is_one_level_below_the_one_above_it_at_most(document: Document) -> None:
    levels = [int(element.tag[1]) for element in document.root.all() if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_rule_stands_in_it_with_sentence_source_and_text(document: Document, book: Book) -> None:
    headings = [heading for source in book.text.sources for heading in headings_of(source)]
    assert len(headings) > 90
    for heading in headings:
        told = document[heading.rule].plain
        assert " ".join(heading.sentence.split()) in told
        assert " ".join(heading.source.split()) in told
        assert list(document[heading.rule].all("div", class_="clause")), heading.rule


def test_every_action_and_reason_stands_in_it_with_its_words(
    document: Document, texts: BookTexts, language: str
) -> None:
    for action in Action:
        assert texts.action(language, action) in document[f"action-{action}"].plain
    reasons = document["reasons"].plain
    for reason in Reason:
        assert document[reason].text == reason
        for audience in ("user", "admin"):
            assert " ".join(texts.reason(language, audience, reason).split()) in reasons


def test_every_case_stands_in_it_and_at_each_rule_that_it_exercises(document: Document, book: Book) -> None:
    cases = [case for table in book.contents.tables for case in table.cases]
    assert len(cases) > 400
    linked = {rule.id: {link.text for link in document[rule.id].all("a")} for rule in book.contents.rules}
    for case in cases:
        row = document[case.id]
        assert row.attributes["class"] == ("allowed" if case.allowed else "denied")
        told = row.plain
        assert all(word in told for word in (" ".join(case.why.split()), *case.reasons, *case.rules)), case.id
        assert [rule for rule in case.rules if case.id not in linked[rule]] == []


def test_every_rule_has_cases_both_ways(document: Document, book: Book) -> None:
    for rule in book.contents.rules:
        lists = list(document[rule.id].all("ul", class_="cases"))
        assert len(lists) == 2, rule.id
        assert all(list(some.all("li")) for some in lists), rule.id


def test_every_settled_question_stands_in_it(document: Document, book: Book) -> None:
    assert {reading.kind for reading in book.readings} == {"AMB", "S"}
    for reading in book.readings:
        told = document[reading.id].plain
        assert all(text.replace("`", "") in told for text in (reading.question, reading.settled, reading.place))


def test_the_whole_policy_stands_in_it_line_by_line(document: Document, book: Book) -> None:
    for source in book.text.sources:
        for number, line in enumerate(source.text.splitlines(), start=1):
            assert document[f"{source.name}-{number}"].text == line


def test_every_switch_and_level_of_the_revision_stands_in_it(document: Document, book: Book) -> None:
    rows = [[cell.plain for cell in row.all("td")] for row in document["reading"].all("tr")]
    for name, value in {**book.text.settled, **book.text.levels}.items():
        assert [name, str(value)] in [row[:2] for row in rows]


def test_no_number_of_a_person_is_in_it(document: Document) -> None:
    assert not national_numbers_in(document.source)


def test_the_same_policy_makes_the_same_page(document: Document, book: Book, texts: BookTexts, language: str) -> None:
    assert page(book, texts, language) == document.source
