"""Keeping mails as files."""

import stat
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from authz_service.delivery.folder import FolderTransport
from authz_service.delivery.transports import RejectedError, UnavailableError


def mail(
    message_id: str = "<3f2a-9@example.org>", to: str = "carla@alpha.example", text: str = "Bonjour\n"
) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "access@example.org"
    message["To"] = to
    message["Subject"] = "Désignée"
    message["Message-ID"] = message_id
    message.set_content(text)
    return message


def test_a_mail_becomes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    FolderTransport(folder).send(mail())
    (file,) = folder.iterdir()
    assert file.name == "3f2a-9.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["To"], message["Subject"]) == ("carla@alpha.example", "Désignée")


def test_a_mail_that_comes_again_replaces_itself(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path / "mail")
    transport.send(mail(text="once\n"))
    transport.send(mail(text="twice\n"))
    (file,) = (tmp_path / "mail").iterdir()
    assert b"twice" in file.read_bytes()


def test_an_address_beyond_ascii_stays_readable(tmp_path: Path) -> None:
    FolderTransport(tmp_path).send(mail(to="hélène@alpha.example"))
    assert "To: hélène@alpha.example".encode() in (tmp_path / "3f2a-9.eml").read_bytes()


@pytest.mark.parametrize("message_id", ["<../../etc/passwd@example.org>", "none", "<a b@example.org>"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, message_id: str) -> None:
    with pytest.raises(RejectedError):
        FolderTransport(tmp_path / "mail").send(mail(message_id))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, no folder")
    with pytest.raises(UnavailableError, match="cannot be written to"):
        FolderTransport(tmp_path / "mail").send(mail())


def test_nothing_is_left_of_a_file_that_cannot_be_finished(tmp_path: Path) -> None:
    (tmp_path / "3f2a-9.eml").mkdir()
    with pytest.raises(UnavailableError):
        FolderTransport(tmp_path).send(mail())
    assert [path.name for path in tmp_path.iterdir()] == ["3f2a-9.eml"]
