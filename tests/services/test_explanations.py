"""Explanations: in four languages, from the catalogue alone, and complete before the first question."""

import re
import shutil
from pathlib import Path

import pytest

from authz_service.domain.questions import Answer, Decision
from authz_service.domain.vocabulary import Action, Reason
from authz_service.services.explanations import Explanations
from authz_service.services.messages import FOLDER, LANGUAGES, Messages, MessagesError, read_messages


@pytest.fixture(scope="module")
def explanations() -> Explanations:
    return Explanations.load()


@pytest.fixture(scope="module")
def messages() -> Messages:
    return read_messages()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sentences that may be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "messages"))


def denied(*reasons: Reason, error: str | None = None) -> Decision:
    return Decision(Answer(allowed=False, reasons=reasons, rules=("UM-MGT-01", "DRV-02")), "p", 1, 0, error)


ALLOWED = Decision(Answer(allowed=True, reasons=(), rules=("UM-MGT-01",)), "p", 1, 0)


class TestExplaining:
    def test_an_allow(self, explanations: Explanations) -> None:
        told = explanations.explain("create_user", ALLOWED)
        assert told.keys() == {"reason_user", "reason_admin"}
        assert told["reason_user"] == {
            "nl": "U mag een gebruiker aanmaken.",
            "fr": "Vous pouvez créer un utilisateur.",
            "de": "Sie dürfen einen Benutzer anlegen.",
            "en": "You are allowed to create a user.",
        }
        assert told["reason_admin"]["en"] == "The subject is allowed to create a user. [UM-MGT-01]"

    def test_a_denial(self, explanations: Explanations, messages: Messages) -> None:
        told = explanations.explain("create_user", denied(Reason.ASSURANCE_TOO_LOW, Reason.ACCOUNT_BLOCKED))
        english = messages.texts["en"]
        assert told["reason_user"]["en"] == " ".join(
            (
                "Your request to create a user is refused:",
                english["reason.user.ASSURANCE_TOO_LOW"],
                english["reason.user.ACCOUNT_BLOCKED"],
            )
        )
        assert told["reason_admin"]["en"] == " ".join(
            (
                "The subject's request to create a user is refused:",
                f"{english['reason.admin.ASSURANCE_TOO_LOW']} (ASSURANCE_TOO_LOW)",
                f"{english['reason.admin.ACCOUNT_BLOCKED']} (ACCOUNT_BLOCKED)",
                "[UM-MGT-01, DRV-02]",
            )
        )

    def test_a_reason_is_told_once(self, explanations: Explanations, messages: Messages) -> None:
        told = explanations.explain(
            "create_user", denied(Reason.WRONG_DOMAIN, Reason.NOT_CONFIRMED, Reason.WRONG_DOMAIN)
        )
        sentence = messages.texts["fr"]["reason.user.WRONG_DOMAIN"]
        assert told["reason_user"]["fr"].count(sentence) == 1
        assert told["reason_admin"]["fr"].count("(WRONG_DOMAIN)") == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("action", Action)
    def test_every_action_in_every_language(self, explanations: Explanations, language: str, action: Action) -> None:
        for decision in (ALLOWED, denied(Reason.NOT_A_MANAGER)):
            told = explanations.explain(action, decision)
            for sentences in told.values():
                assert sentences[language]
                assert not re.search(r"[{}]|  |None", sentences[language])

    @pytest.mark.parametrize("action", ["85091291489", "", "{action}", "create_user ", "unknown"])
    def test_an_unknown_action_is_never_repeated(
        self, explanations: Explanations, messages: Messages, action: str
    ) -> None:
        told = explanations.explain(action, denied(Reason.UNKNOWN_ACTION))
        for language in LANGUAGES:
            assert told["reason_user"][language] == messages.texts[language]["reason.user.UNKNOWN_ACTION"]
            assert "85091291489" not in told["reason_admin"][language]

    def test_what_was_not_decided_was_not_refused(self, explanations: Explanations, messages: Messages) -> None:
        told = explanations.explain("create_user", denied(Reason.ENGINE_ERROR, error="not decided"))
        for language in LANGUAGES:
            assert told["reason_user"][language] == messages.texts[language]["reason.user.ENGINE_ERROR"]


class TestReadingTheSentences:
    @pytest.mark.parametrize(
        "needed",
        [
            "reason.user.ACCOUNT_BLOCKED",
            "reason.admin.WRONG_ENTERPRISE",
            "action.create_user",
            "decision.allowed.user",
            "decision.denied.admin",
        ],
    )
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_one_that_is_missing_is_named(self, folder: Path, language: str, needed: str) -> None:
        path = folder / f"{language}.po"
        path.write_text(path.read_text().replace(f'msgid "{needed}"', f'msgid "other.{needed}"'))
        with pytest.raises(MessagesError, match=rf"{language}\.po has no translation of {re.escape(needed)}"):
            read_messages(folder)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('msgid "action.create_user"', '#, fuzzy\nmsgid "action.create_user"'),
            ('msgid "action.create_user"\nmsgstr "create a user"', 'msgid "action.create_user"\nmsgstr ""'),
        ],
        ids=["fuzzy", "empty"],
    )
    def test_one_that_is_not_settled_is_missing(self, folder: Path, old: str, new: str) -> None:
        path = folder / "en.po"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        with pytest.raises(MessagesError, match=r"action\.create_user"):
            read_messages(folder)

    def test_one_without_a_place_for_the_action_is_refused(self, folder: Path) -> None:
        path = folder / "de.po"
        path.write_text(path.read_text().replace("Sie dürfen {action}.", "Sie dürfen."))
        with pytest.raises(MessagesError, match=r"de\.po: decision\.allowed\.user has no place for \{action\}"):
            read_messages(folder)

    def test_a_file_that_is_not_there_is_named(self, folder: Path) -> None:
        (folder / "fr.po").unlink()
        with pytest.raises(MessagesError, match=r"fr\.po cannot be read"):
            read_messages(folder)

    @pytest.mark.parametrize("octets", [b"this is no catalogue\n", b'msgid "a\n', b"\xff\xfe\x00"])
    def test_a_file_that_is_none_is_named(self, folder: Path, octets: bytes) -> None:
        (folder / "fr.po").write_bytes(octets)
        with pytest.raises(MessagesError, match=r"fr\.po"):
            read_messages(folder)


class TestDigest:
    def test_is_that_of_the_sentences(self, folder: Path, explanations: Explanations, messages: Messages) -> None:
        assert re.fullmatch("[0-9a-f]{64}", messages.digest)
        assert explanations.digest == messages.digest == read_messages(folder).digest

    def test_changes_with_any_of_them(self, folder: Path, messages: Messages) -> None:
        path = folder / "nl.po"
        path.write_text(path.read_text().replace("een gebruiker aanmaken", "een gebruiker maken"))
        assert read_messages(folder).digest != messages.digest

    def test_does_not_change_with_what_is_said_about_them(self, folder: Path, messages: Messages) -> None:
        path = folder / "nl.po"
        path.write_text(
            "# another comment\n" + path.read_text().replace("PO-Revision-Date: 2026", "PO-Revision-Date: 2027")
        )
        assert read_messages(folder).digest == messages.digest
