"""Structured messages: senders, their channels, and the files of technical users."""

from collections.abc import Mapping
from typing import Any

from .question import CHANNELS, Question
from .rules_mandates import need_mandate
from .rules_standing import need_manager
from .rules_subjects import need_active_account, need_enterprise
from .world import Record, begin_of, end_of, parse_date, parse_timestamp, since

BATCH = frozenset({"ftp", "sftp"})


def _enter(question: Question, capacity: Record) -> Record | None:
    """The manager's menu (SND-GEN-01); gives the active sender, at most one (SND-GEN-02, AMB-16)."""
    enterprise = question.world.enterprise_of(capacity)
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    need_manager(question, capacity)
    for sender in question.world.senders:
        if sender["capacity"] == capacity["id"] and sender["status"] == "active":
            return sender
    return None


def create_sender(question: Question, capacity: Record) -> None:
    """SND-GEN-01, SND-GEN-02, AMB-14: the first channel, with contact person and technical user."""
    if _enter(question, capacity) is not None:
        question.findings.fail("SENDER_EXISTS")
    question.ticked("contact_person_complete", "MISSING_DATA")
    channel = _channel_data(question, capacity)
    if channel in BATCH:
        _need_technical_name(question)


def add_channel(question: Question, capacity: Record) -> None:
    """SND-GEN-01, AMB-14: a further channel of the active sender."""
    if _enter(question, capacity) is None:
        question.findings.fail("NO_SENDER", may=["SENDER_NOT_ACTIVE"])
    _channel_data(question, capacity)


def stop_channel(question: Question, capacity: Record) -> None:
    """SND-GEN-01: the channel is active."""
    sender = _enter(question, capacity)
    _need_channel(question, sender, question.choice("channel", CHANNELS))


def replace_channel_keys(question: Question, capacity: Record) -> None:
    """SND-GEN-01: the channel is active, and its new keys are complete."""
    sender = _enter(question, capacity)
    channel = question.choice("channel", CHANNELS)
    _need_channel(question, sender, channel)
    _need_keys(question, channel)


def stop_sender(question: Question, capacity: Record) -> None:
    """SND-GEN-01: there is an active sender."""
    if _enter(question, capacity) is None:
        question.findings.fail("NO_SENDER", may=["SENDER_NOT_ACTIVE"])


def _need_channel(question: Question, sender: Record | None, channel: str | None) -> None:
    if sender is None:
        question.findings.remark("NO_SENDER", "SENDER_NOT_ACTIVE")
    if channel is not None and (sender is None or _active_channel(sender, channel) is None):
        question.findings.fail("CHANNEL_NOT_ACTIVE")
    elif sender is None:
        question.findings.remark("CHANNEL_NOT_ACTIVE")


def _active_channel(sender: Record, channel: str) -> Record | None:
    found: Record | None = None
    for row in sender.get("channels") or ():
        if row["channel"] == channel and row["status"] == "active":
            found = row
    return found


def _channel_data(question: Question, capacity: Record) -> str | None:
    """Complete data by type of channel (SND-FTP-01, SND-SFTP-01, SND-WS-01)."""
    channel = question.choice("channel", CHANNELS)
    _need_keys(question, channel)
    value = question.properties.get("applications")
    if channel not in BATCH:
        well_typed = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if value is not None and not well_typed:
            question.findings.fail("INVALID_INPUT")
        return channel
    codes = question.codes("applications")
    for code in codes or ():
        application = question.world.application_by_id.get(code)
        if application is None:
            question.findings.fail_one_of("INVALID_INPUT", "APPLICATION_NOT_IN_CAPACITY")
            question.findings.remark("UNKNOWN_APPLICATION")
        elif capacity["type"] not in application["offered_to"]:
            question.findings.fail("APPLICATION_NOT_IN_CAPACITY", may=["APPLICATION_NOT_ON_CHANNEL"])
        elif channel not in application["channels"]:
            question.findings.fail("APPLICATION_NOT_ON_CHANNEL")
    return channel


def _need_keys(question: Question, channel: str | None) -> None:
    """A certificate that has not expired, and for SFTP an SSH public key (SND-CH-04, SND-SFTP-01)."""
    findings = question.findings
    certificate = question.part("certificate", "NO_CERTIFICATE")
    if certificate is not None:
        _need_certificate(question, certificate)
    key = question.properties.get("ssh_public_key")
    if key is not None and not isinstance(key, bool):
        findings.fail("INVALID_INPUT", may=["NO_SSH_KEY"])
    elif channel == "sftp" and key is not True:
        findings.fail("NO_SSH_KEY", may=["MISSING_DATA"] if key is None else [])


def _need_certificate(question: Question, certificate: Mapping[str, Any]) -> None:
    findings = question.findings
    form, expires = certificate.get("format"), certificate.get("expires")
    if form is None:
        findings.fail_one_of("MISSING_DATA", "NO_CERTIFICATE", "INVALID_INPUT")
    elif not isinstance(form, str):
        findings.fail("INVALID_INPUT", may=["NO_CERTIFICATE"])
    elif form != "cer":
        findings.fail_one_of("INVALID_INPUT", "NO_CERTIFICATE")
    if expires is None:
        findings.fail_one_of("MISSING_DATA", "NO_CERTIFICATE", "INVALID_INPUT")
    elif not isinstance(expires, str) or not (parse_date(expires) or parse_timestamp(expires)):
        findings.fail("INVALID_INPUT", may=["NO_CERTIFICATE", "CERTIFICATE_EXPIRED"])
    elif end_of(expires) <= question.at:
        findings.fail("CERTIFICATE_EXPIRED")


def _need_technical_name(question: Question) -> None:
    """EXP and a suffix, typed twice alike (SND-TEC-01)."""
    findings = question.findings
    name = question.properties.get("technical_user_name")
    again = question.properties.get("technical_user_name_confirmation")
    for value in (name, again):
        if value is not None and not isinstance(value, str):
            findings.fail("INVALID_INPUT", may=["BAD_TECHNICAL_NAME"])
            return
    if name is None:
        findings.fail("MISSING_DATA", may=["BAD_TECHNICAL_NAME"])
    elif again is None:
        findings.fail_one_of("MISSING_DATA", "BAD_TECHNICAL_NAME")
    prefixed = name is None or (name.startswith("EXP") and name != "EXP")
    alike = name is None or again is None or name == again
    if not (prefixed and alike):
        findings.fail("BAD_TECHNICAL_NAME")


def submit_file(question: Question, application: Record) -> None:
    """SND-CH-03, SND-CH-05, DRV-04, DRV-11, DRV-13: over one's own channels, signed, for oneself or a mandator."""
    world, at, findings = question.world, question.at, question.findings
    sender = find_sender(question)
    if sender is None:
        return
    capacity = world.capacity_by_id[str(sender["capacity"])]
    enterprise = world.enterprise_of(capacity)
    if not since(enterprise.get("portal_account_active_since"), at):
        findings.fail_one_of("ACCOUNT_NOT_ACTIVE", "SENDER_NOT_ACTIVE", "UNKNOWN_SUBJECT", "UNKNOWN_RESOURCE")
    if begin_of(capacity.get("created")) > at:
        findings.fail_one_of("UNKNOWN_RESOURCE", "SENDER_NOT_ACTIVE", "UNKNOWN_SUBJECT", "ACCOUNT_NOT_ACTIVE")
    if sender["status"] != "active":
        findings.fail("SENDER_NOT_ACTIVE")
    row = _used_channel(question, sender)
    if row is None:
        findings.remark("APPLICATION_NOT_ON_CHANNEL")
    else:
        _need_authorised(question, row, capacity, application)
    _need_signed_file(question, row)
    _need_own_or_mandate(question, enterprise, application)


def find_sender(question: Question) -> Record | None:
    """The sender of a technical user; the active one when older ones carried the name too."""
    found: Record | None = None
    for sender in question.world.senders:
        if sender["technical_user"] == question.subject_id and (found is None or found["status"] != "active"):
            found = sender
    return found


def _used_channel(question: Question, sender: Record) -> Record | None:
    channel = question.context.get("channel")
    if channel is None:
        question.findings.fail("MISSING_DATA", may=["CHANNEL_NOT_ACTIVE"])
        return None
    if not isinstance(channel, str):
        question.findings.fail("INVALID_INPUT", may=["CHANNEL_NOT_ACTIVE"])
        return None
    if channel not in CHANNELS:
        question.findings.fail_one_of("INVALID_INPUT", "CHANNEL_NOT_ACTIVE")
        return None
    row = _active_channel(sender, channel)
    if row is None:
        question.findings.fail("CHANNEL_NOT_ACTIVE", may=["CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN"])
    return row


def _need_authorised(question: Question, row: Record, capacity: Record, application: Record) -> None:
    """A web service carries all that is offered to its capacity, other channels their list (AMB-13)."""
    offered = capacity["type"] in application["offered_to"]
    if row["channel"] == "webservice":
        if not offered:
            question.findings.fail_one_of("APPLICATION_NOT_IN_CAPACITY", "APPLICATION_NOT_ON_CHANNEL")
    elif application["id"] not in (row.get("applications") or ()):
        question.findings.fail("APPLICATION_NOT_ON_CHANNEL", may=[] if offered else ["APPLICATION_NOT_IN_CAPACITY"])


def _need_signed_file(question: Question, row: Record | None) -> None:
    findings = question.findings
    is_signed = question.context.get("file_signed")
    serial = question.context.get("certificate_serial")
    if is_signed is not None and not isinstance(is_signed, bool):
        findings.fail("INVALID_INPUT", may=["NO_CERTIFICATE"])
    elif not is_signed:
        findings.fail("NO_CERTIFICATE", may=["MISSING_DATA"] if is_signed is None else [])
    if serial is not None and not isinstance(serial, str):
        findings.fail("INVALID_INPUT", may=["CERTIFICATE_UNKNOWN"])
    if row is None:
        if isinstance(serial, str):
            findings.remark("CERTIFICATE_UNKNOWN")
        return
    certificate = row.get("certificate") or {}
    other = isinstance(serial, str) and serial != certificate.get("serial")
    expired = end_of(certificate.get("expires")) <= question.at
    if not is_signed:
        findings.remark(*["CERTIFICATE_UNKNOWN"] * other, *["CERTIFICATE_EXPIRED"] * expired)
        return
    if other:
        findings.fail("CERTIFICATE_UNKNOWN", may=["CERTIFICATE_EXPIRED"] * expired)
    elif expired:
        findings.fail("CERTIFICATE_EXPIRED")


def _need_own_or_mandate(question: Question, enterprise: Record, application: Record) -> None:
    mandator = question.context.get("for_enterprise")
    if mandator is None or mandator == enterprise["enterprise_number"]:
        return
    number = question.number(mandator)
    if number is not None:
        need_mandate(question, number, enterprise, application)
    elif not application.get("mandate_system"):
        question.findings.remark("APPLICATION_NOT_MANDATABLE")
