"""The sender of a capacity, its channels, and the files a technical user sends (policies/senders.polar)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authz_service.domain import moments
from authz_service.domain.facts import ChannelFact, FactsQuery, QuestionFacts, SenderFact
from authz_service.domain.standings import SenderStanding, SubmissionStanding
from authz_service.domain.states import Certificate, Named
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, MandateSystem, Reason
from authz_service.services.standings.common import (
    application_of,
    asked_by,
    begun,
    capacity_standing,
    own_enterprise,
    shared,
)
from authz_service.services.standings.mandating import covering, mandate_system
from authz_service.services.standings.reading import Reading

CHANNELS: Final = frozenset({"ftp", "sftp", "webservice"})
BATCH_CHANNELS: Final = frozenset({"ftp", "sftp"})
HANDS_IN_CERTIFICATE: Final = frozenset({Action.ADD_CHANNEL, Action.CREATE_SENDER, Action.REPLACE_CHANNEL_KEYS})
HANDS_IN_APPLICATIONS: Final = frozenset({Action.ADD_CHANNEL, Action.CREATE_SENDER})
ACTIONS: Final = (*sorted(HANDS_IN_CERTIFICATE), Action.STOP_CHANNEL, Action.STOP_SENDER)
CERTIFICATE_FORMATS: Final = frozenset({"cer"})
TECHNICAL_NAME_PREFIX: Final = "EXP"

_setting_up: Final = remembered(SenderStanding)
_sending: Final = remembered(SubmissionStanding)


class SenderQuestion:
    """A question about setting up a sender."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        action, properties = reading.action, reading.question.action_properties
        self._channel = "" if action is Action.STOP_SENDER else reading.one_of("channel", properties, CHANNELS)
        self._applications: tuple[str, ...] = ()
        self._certificate = Certificate.ABSENT
        self._ssh_public_key = self._names_agree = False
        if action in HANDS_IN_CERTIFICATE:
            self._certificate = self._read_certificate(*reading.record("certificate", properties))
            self._ssh_public_key = reading.boolean("ssh_public_key", properties)
        if action in HANDS_IN_APPLICATIONS and self._channel in BATCH_CHANNELS:
            self._applications = reading.codes("applications", properties)
        if action is Action.CREATE_SENDER:
            if not reading.boolean("contact_person_complete", properties):
                reading.problems.add(Reason.MISSING_DATA)
            self._names_agree = self._read_names(properties)

    def _read_certificate(self, named: Named, certificate: Mapping[str, Any]) -> Certificate:
        """Return the state of the certificate handed in (SND-CH-04: a .cer file that has not expired)."""
        if named is Named.MISSING:
            return Certificate.ABSENT
        if named is Named.WRONG_TYPE:
            return Certificate.UNREADABLE
        form = self._reading.one_of("format", certificate, CERTIFICATE_FORMATS)
        expires = self._reading.text("expires", certificate)
        try:
            if expires and moments.end_of(expires) <= self._reading.at:
                return Certificate.EXPIRED
        except ValueError:
            self._reading.problems.add(Reason.INVALID_INPUT)
            return Certificate.UNREADABLE
        return Certificate.VALID if form and expires else Certificate.UNREADABLE

    def _read_names(self, properties: Mapping[str, Any]) -> bool:
        if self._channel not in BATCH_CHANNELS:
            return False
        name = self._reading.text("technical_user_name", properties)
        twice = self._reading.text("technical_user_name_confirmation", properties)
        begins_well = name.startswith(TECHNICAL_NAME_PREFIX) and len(name) > len(TECHNICAL_NAME_PREFIX)
        return begins_well and name == twice

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(
            *asked_by(self._reading, sender_of_capacity=True),
            capacity=self._reading.resource_id,
            applications=self._applications,
        )

    def standing(self, facts: QuestionFacts) -> SenderStanding:
        """Return the standing."""
        at = self._reading.at
        enterprise = own_enterprise(facts, at)
        active = facts.sender is not None and facts.sender.state == "active"
        channel = _channel(facts.sender, self._channel)
        by_code = {application.code: application for application in facts.applications}
        capacity_type = facts.capacity.type if facts.capacity else ""
        wanted = [by_code.get(code) for code in self._applications]
        return _setting_up(
            *shared(self._reading, facts, enterprise, resource_known=begun(facts.capacity, at)),
            capacity=capacity_standing(facts, enterprise, facts.capacity, at),
            sender_active=active,
            channel=self._channel or "none",
            channel_active=active and channel is not None and channel.state == "active",
            certificate=self._certificate,
            ssh_public_key=self._ssh_public_key,
            applications_offered=all(a is not None and capacity_type in a.offered_to for a in wanted),
            applications_on_channel=all(a is None or self._channel in a.channels for a in wanted),
            technical_names_agree=self._names_agree,
        )


class SubmissionQuestion:
    """May a technical user send a file?"""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        context = reading.question.context
        self._channel = reading.one_of("channel", context, CHANNELS)
        self._signed = reading.boolean("file_signed", context)
        self._serial = reading.text("certificate_serial", context, missing=None)
        self._mandator = reading.enterprise("for_enterprise", context)

    def query(self) -> FactsQuery:
        """Return what to read."""
        application = self._reading.resource_id
        return FactsQuery(
            *asked_by(self._reading, sender_of_capacity=True),
            applications=(application,) if application else (),
            mandator_number=self._mandator.digits,
        )

    def standing(self, facts: QuestionFacts) -> SubmissionStanding:
        """Return the standing."""
        at, sender = self._reading.at, facts.sender
        application = application_of(facts, self._reading.resource_id)
        channel = _channel(sender, self._channel)
        own = facts.enterprise is not None and facts.enterprise.number == self._mandator.digits
        mandates = covering(facts, application, at)
        return _sending(
            *shared(self._reading, facts, own_enterprise(facts, at), resource_known=application is not None),
            sender_active=sender is not None and sender.state == "active" and begun(facts.capacity, at),
            channel=self._channel or "none",
            channel_active=channel is not None and channel.state == "active",
            application_on_channel=application is not None
            and channel is not None
            and self._carries(channel, facts, application.code, application.offered_to),
            file_signed=self._signed,
            registered_certificate=not self._serial or channel is None or channel.certificate_serial == self._serial,
            certificate_expired=channel is not None and channel.certificate_expires_at <= at,
            mandator=Named.MISSING if own else self._mandator.named,
            mandate_system=mandate_system(application) if application else MandateSystem.NONE,
            mandate_exists=bool(facts.mandates),
            mandate_covers=bool(mandates),
            mandates=mandates,
        )

    @staticmethod
    def _carries(channel: ChannelFact, facts: QuestionFacts, code: str, offered_to: frozenset[str]) -> bool:
        """A web-service channel has no list and carries every application offered to its capacity (AMB-13)."""
        if channel.applications is not None:
            return code in channel.applications
        return facts.capacity is not None and facts.capacity.type in offered_to


def _channel(sender: SenderFact | None, name: str) -> ChannelFact | None:
    """Return the channel of that kind, an active one before a stopped one."""
    if sender is None:
        return None
    channels = [channel for channel in sender.channels if channel.channel == name]
    return min(channels, key=lambda channel: channel.state != "active", default=None)
