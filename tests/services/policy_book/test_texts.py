"""The texts of the book: the same ones in all languages."""

import shutil
from pathlib import Path

import pytest

from authz_service.services.messages import FOLDER, LANGUAGES, MessagesError, read_catalogue
from authz_service.services.policy_book.texts import BookTexts

TEMPLATES = FOLDER.parent / "services" / "policy_book" / "templates"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The texts, to be spoilt."""
    for path in FOLDER.glob("*.po"):
        shutil.copy(path, tmp_path)
    return tmp_path


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_language_has_the_same_texts() -> None:
    ids = [set(read_catalogue(FOLDER / f"book.{language}.po")) for language in LANGUAGES]
    assert ids[0]
    assert all(some == ids[0] for some in ids)


def test_a_text_that_is_missing_is_named(folder: Path) -> None:
    _replace(folder / "book.fr.po", 'msgid "role.agent"', 'msgid "role.nobody"')
    with pytest.raises(MessagesError, match=r"book\.fr\.po has no translation of role\.agent"):
        BookTexts.load(folder)


def test_a_placeholder_that_is_misspelt_is_named(folder: Path) -> None:
    _replace(folder / "book.de.po", "{resource}", "{ressource}")
    with pytest.raises(MessagesError, match=r"book\.de\.po: authority\.caption has other placeholders"):
        BookTexts.load(folder)


def test_no_text_is_there_that_no_page_says() -> None:
    files = [*TEMPLATES.glob("*.html"), TEMPLATES.parent / "rendering.py"]
    said = "".join(path.read_text("utf-8") for path in files)
    families = {"audience", "answer", "readings", "reason_class", "resource", "role", "switch"}
    variants = {"delivery", "domain", "for", "own", "side", "system", "target_type"}
    for message_id in read_catalogue(FOLDER / "book.en.po"):
        assert f'"{message_id}"' in said or message_id.partition(".")[0] in families | variants, message_id
