"""Structured messages: senders, their channels, and the files of technical users."""

from .standing_applications import need_mandate
from .standing_case import Case
from .standing_powers import need_manager
from .standing_subject import enter, need_active_account

BATCH = frozenset({"ftp", "sftp"})


def create_sender(case: Case) -> None:
    """SND-GEN-01, SND-GEN-02, AMB-14: the first channel, with contact person and technical user."""
    _enter(case)
    if case.facts["sender_active"]:
        case.findings.fail("SENDER_EXISTS")
    _need_channel_data(case)
    if case.facts["channel"] in BATCH and not case.facts["technical_names_agree"]:
        if case.problems:
            # A name that is missing or no text is a problem of the question already.
            case.findings.remark("BAD_TECHNICAL_NAME")
        else:
            case.findings.fail("BAD_TECHNICAL_NAME")


def add_channel(case: Case) -> None:
    """SND-GEN-01, AMB-14: a further channel of the active sender."""
    _enter(case)
    _need_sender(case)
    _need_channel_data(case)


def stop_channel(case: Case) -> None:
    """SND-GEN-01: the channel is active."""
    _enter(case)
    if not case.facts["sender_active"]:
        case.findings.remark("NO_SENDER", "SENDER_NOT_ACTIVE")
    _need_channel(case)


def replace_channel_keys(case: Case) -> None:
    """SND-GEN-01: the channel is active, and its new keys are complete."""
    _enter(case)
    if not case.facts["sender_active"]:
        case.findings.remark("NO_SENDER", "SENDER_NOT_ACTIVE")
    _need_channel(case)
    _need_keys(case)


def stop_sender(case: Case) -> None:
    """SND-GEN-01: there is an active sender."""
    _enter(case)
    _need_sender(case)


def _enter(case: Case) -> None:
    enter(case)
    need_manager(case)


def _need_sender(case: Case) -> None:
    if not case.facts["sender_active"]:
        case.findings.fail("NO_SENDER", may=["SENDER_NOT_ACTIVE"])


def _need_channel(case: Case) -> None:
    if case.facts["channel"] == "none":
        # Missing or unreadable: a problem of the question.
        case.findings.fail_one_of("CHANNEL_NOT_ACTIVE", *case.problems)
    elif not case.facts["channel_active"]:
        case.findings.fail("CHANNEL_NOT_ACTIVE")


def _need_channel_data(case: Case) -> None:
    """Complete data by type of channel (SND-FTP-01, SND-SFTP-01, SND-WS-01)."""
    _need_keys(case)
    if case.facts["channel"] == "webservice":
        return
    if not case.facts["applications_offered"]:
        case.findings.fail("APPLICATION_NOT_IN_CAPACITY")
    if not case.facts["applications_on_channel"]:
        case.findings.fail("APPLICATION_NOT_ON_CHANNEL")


def _need_keys(case: Case) -> None:
    """A certificate that has not expired, and for SFTP an SSH public key (SND-CH-04, SND-SFTP-01)."""
    certificate, findings = case.facts["certificate"], case.findings
    if certificate == "absent":
        findings.fail("NO_CERTIFICATE", may=["MISSING_DATA"])
    elif certificate == "expired":
        findings.fail("CERTIFICATE_EXPIRED")
    elif certificate == "unreadable":
        findings.fail_one_of("NO_CERTIFICATE", "INVALID_INPUT", "MISSING_DATA")
        findings.remark("CERTIFICATE_EXPIRED")
    if case.facts["channel"] == "sftp" and not case.facts["ssh_public_key"]:
        findings.fail("NO_SSH_KEY", may=["MISSING_DATA"])


def submit_file(case: Case) -> None:
    """SND-CH-03, SND-CH-05, DRV-04, DRV-11, DRV-13: over one's own channels, signed, for oneself or a mandator."""
    facts, findings = case.facts, case.findings
    need_active_account(case)
    if not facts["sender_active"]:
        findings.fail("SENDER_NOT_ACTIVE")
    usable = facts["channel"] != "none" and facts["channel_active"]
    _need_channel(case)
    if not facts["application_on_channel"]:
        if usable:
            findings.fail("APPLICATION_NOT_ON_CHANNEL", may=["APPLICATION_NOT_IN_CAPACITY"])
        else:
            findings.remark("APPLICATION_NOT_ON_CHANNEL")
    _need_signed_file(case, usable)
    if facts["mandator"] == "missing":
        return
    if case.given("mandator", []):
        need_mandate(case)
    elif facts["mandate_system"] == "none":
        findings.remark("APPLICATION_NOT_MANDATABLE")


def _need_signed_file(case: Case, usable: bool) -> None:
    """Signed with the registered certificate, which has not expired (SND-CH-03)."""
    facts, findings = case.facts, case.findings
    other, expired = not facts["registered_certificate"], facts["certificate_expired"]
    if not facts["file_signed"]:
        findings.fail("NO_CERTIFICATE", may=["MISSING_DATA"])
    if not usable or not facts["file_signed"]:
        findings.remark(*["CERTIFICATE_UNKNOWN"] * other, *["CERTIFICATE_EXPIRED"] * expired)
    elif other:
        findings.fail("CERTIFICATE_UNKNOWN", may=["CERTIFICATE_EXPIRED"] * expired)
    elif expired:
        findings.fail("CERTIFICATE_EXPIRED")
