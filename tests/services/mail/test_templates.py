"""The sentences of the mails: complete, in four languages, with the same parameters."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from authz_service.domain.messages import MAIL_LANGUAGES, MailKind
from authz_service.services.mail.composing import Composer
from authz_service.services.mail.templates import MailTemplates, read_templates
from authz_service.services.messages import FOLDER, MessagesError
from tests.services.mail.conftest import START, VALUES, mail

OLD_TERMS = {
    "nl": {"Hoofdtoegangsbeheerder": "vroeger V", "Toegangsbeheerder": "vroeger lokale", "domein": "vroeger:"},
    "fr": {
        "Gestionnaire d'Accès Principal": "anciennement R",
        "Gestionnaire d'Accès": "anciennement gest",
        "domaine": "anciennement\u00a0:",
    },
    "de": {"Hauptzugangsverwalter": "früher V", "Zugangsverwalter": "früher lokale", "Bereich": "früher:"},
    "en": {"Chief Access Manager": "formerly RAE", "Access Manager": "formerly local", "domain": "formerly:"},
}


@pytest.mark.parametrize("language", MAIL_LANGUAGES)
@pytest.mark.parametrize("kind", list(MailKind))
class TestEveryMailInEveryLanguage:
    def test_it_can_be_put_into_words(self, composer: Composer, kind: MailKind, language: str) -> None:
        message = composer.compose(mail(kind, language), "one", START)
        body = message.get_content()
        assert message["Subject"]
        assert VALUES["person_name"] in body.splitlines()[0]
        assert "0123.456.749" in body
        assert not re.search(r"[{}]", body.replace(VALUES["chief_access_manager_name"], ""))

    def test_it_says_the_same_as_in_the_others(self, templates: MailTemplates, kind: MailKind, language: str) -> None:
        body, first = templates.texts[language][f"{kind}.body"], templates.texts["en"][f"{kind}.body"]
        assert body.count("\n\n") == first.count("\n\n"), "as many paragraphs"
        assert body.count("\n- ") == first.count("\n- "), "as long lists"
        assert language == "en" or body != first

    def test_the_old_term_stands_beside_the_new_one(
        self, templates: MailTemplates, kind: MailKind, language: str
    ) -> None:
        """Old terms are still met on the screens (SYS-06 to SYS-09)."""
        texts = {
            MailKind.CHIEF_ACCESS_MANAGER_DESIGNATED: 0,
            MailKind.DESIGNATION_CONFIRMED: 0,
            MailKind.CHIEF_ACCESS_MANAGER_REPLACED: 0,
            MailKind.ACCESS_MANAGER_DESIGNATED: 1,
            MailKind.ACCOUNT_CREATED: 1,
            MailKind.CHECK_CAPACITY_DETAILS: 2,
            MailKind.CHECK_OWN_DETAILS: 2,
        }
        if kind in texts:
            old = list(OLD_TERMS[language].values())[texts[kind]]
            assert old in templates.texts[language][f"{kind}.body"]


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Copy the shipped catalogues, change one of them, and return their folder."""

    def change(language: str, old: str, new: str) -> Path:
        folder = tmp_path / "messages"
        folder.mkdir()
        for path in FOLDER.glob("mail.*.po"):
            shutil.copy(path, folder)
        file = folder / f"mail.{language}.po"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return folder

    return change


@pytest.mark.parametrize(
    ("language", "old", "new", "told"),
    [
        ("fr", 'msgid "footer"', 'msgid "foot"', "no mail needs foot"),
        ("fr", '#. Under every mail.\nmsgid "footer"', '#, fuzzy\nmsgid "footer"', "no translation of footer"),
        ("de", "Ihr Benutzername ist {user_name}", "Ihr Benutzername ist geheim", "other placeholders"),
        ("nl", "Uw gebruikersnaam is {user_name}", "Uw wachtwoord is {password}", "without a parameter: \\['password'\\]"),
        ("nl", "Uw gebruikersnaam is {user_name}", "Uw naam is {user_name.__class__}", "something else than a name"),
        ("nl", "Uw gebruikersnaam is {user_name}", "Uw naam is {user_name!r}", "something else than a name"),
        ("nl", "Uw gebruikersnaam is {user_name}", "Uw naam is {user_name:>9}", "something else than a name"),
        ("nl", "Uw gebruikersnaam is {user_name}", "Uw naam is {user_name", "unexpected '{'"),
        ("en", "You have an account at", "You have\\nan account at", "more than one line"),
        ("en", 'msgid "footer"', 'rubbish "footer"', "is not a PO file"),
    ],
)  # fmt: skip
def test_a_catalogue_that_is_not_right_is_refused(
    changed: Callable[[str, str, str], Path], language: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(MessagesError, match=told) as caught:
        read_templates(changed(language, old, new))
    assert f"mail.{language}.po" in str(caught.value)


def test_a_catalogue_that_is_missing_is_refused(changed: Callable[[str, str, str], Path]) -> None:
    folder = changed("en", "footer", "footer")
    (folder / "mail.en.po").unlink()
    with pytest.raises(MessagesError, match=r"mail\.en\.po cannot be read"):
        read_templates(folder)
