"""What the store reads for one question: frozen values, every period in UTC microseconds, no national number.

`record periods` (when the service knew a fact) never leave the store: a question names the moment of knowledge, and
what was not known then is not here.
"""

from __future__ import annotations

from authz_service.domain.moments import Period
from authz_service.domain.values import value
from authz_service.domain.vocabulary import Domain, MandateSystem, RelationKind

__all__ = [
    "ApplicationFact",
    "CapacityFact",
    "ChannelFact",
    "EnterpriseFact",
    "FactsQuery",
    "FlemishRightFact",
    "MandateFact",
    "PersonFact",
    "QuestionFacts",
    "RelationFact",
    "RequestFact",
    "SenderFact",
]


@value
class PersonFact:
    """A person known to the service. `digital_keys` are means of authentication that the person has activated."""

    person_id: str
    digital_keys: frozenset[str]
    has_card: bool
    """An eID or an electronic foreigner's card (GGA-EXC-01)."""


@value
class EnterpriseFact:
    """An enterprise. `account_active_since` and `ebox_active_since`: UTC microseconds, None when never."""

    enterprise_id: str
    number: str
    kind: str
    account_active_since: int | None
    ebox_active_since: int | None
    approved_for_service_vouchers: bool


@value
class CapacityFact:
    """A qualité of an enterprise, in force from its creation."""

    capacity_id: str
    enterprise_id: str
    type: str
    domain: Domain
    period: Period


@value
class ApplicationFact:
    """An application of the catalogue. `minimum_level` 0: it demands no more than the general minimum."""

    code: str
    domain: Domain
    offered_to: frozenset[str]
    mandate_system: MandateSystem
    mandate_group: str | None
    channels: frozenset[str]
    minimum_level: int


@value
class FlemishRightFact:
    """A right of the Flemish catalogue."""

    code: str
    opens: str
    requires_approved_enterprise: bool
    contexts: frozenset[str]


@value
class RelationFact:
    """Person P holds relation R in enterprise E, in scope S.

    `object`: the application of a grant, the code of a role or right, the name of a legal function, else "".
    `opens`: the application that a role opens, else "". `context`: the context of a Flemish right, else "".
    `state`: of a legal function `signing` or `without_signing`; of an account `active`, `blocked` or `deleted`; of a
    role assignment `pending_acceptance`, `accepted`, `declined` or `ended`; else "".
    """

    relation_id: str
    enterprise_id: str
    person_id: str
    kind: RelationKind
    capacity_id: str
    object: str
    opens: str
    context: str
    state: str
    period: Period


@value
class MandateFact:
    """A mandate between two enterprises. Signatures count from their instant; `ended_at` is the first instant after."""

    mandate_id: str
    system: MandateSystem
    mandator_id: str
    mandatary_id: str
    groups: frozenset[str]
    period: Period
    mandator_signed_at: int | None
    mandatary_signed_at: int | None
    ended_at: int | None


@value
class ChannelFact:
    """A channel of a sender. `applications` None: every application offered to the capacity (AMB-13)."""

    channel: str
    state: str
    applications: frozenset[str] | None
    certificate_serial: str
    certificate_expires_at: int


@value
class SenderFact:
    """The sender of a capacity with its channels and its technical user."""

    sender_id: str
    capacity_id: str
    technical_user: str
    state: str
    channels: tuple[ChannelFact, ...]


@value
class RequestFact:
    """An exceptional request on paper. `filed_at`: UTC microseconds."""

    request_id: str
    enterprise_id: str
    state: str
    filed_at: int


@value
class FactsQuery:
    """What to read for one question: identifiers as they stand on the wire, "" where the question has none.

    `at` and `known_at`: UTC microseconds (`known_at` FOREVER: all that is recorded). Numbers are well formed; a NISS is
    turned into its keyed hash inside the store.
    """

    at: int
    known_at: int
    subject_niss: str = ""
    """A person's number; the subject of the question."""
    agent: str = ""
    technical_user: str = ""
    all_capacities: bool = True
    """Read all capacities of the enterprise, not only the one that the question is about."""
    sender_of_capacity: bool = True
    """Read the sender of the capacity where no technical user is named."""
    other_niss: str = ""
    """Candidate, target, signer, or the person that is the resource."""
    enterprise_number: str = ""
    """The enterprise that is the resource, or the one acted for where the resource names none."""
    capacity: str = ""
    account: str = ""
    role_assignment: str = ""
    request: str = ""
    mandate: str = ""
    mandator_number: str = ""
    mandatary_number: str = ""
    """Parties named in a question about a registry; `mandator_number` alone: who is acted for under a mandate."""
    applications: tuple[str, ...] = ()
    mandate_groups: tuple[str, ...] = ()
    right: str = ""
    all_representatives: bool = False
    """Read the legal functions of everybody in the enterprise, with the holders' cards (GGA-EXC-01)."""


@value
class QuestionFacts:
    """Everything one question reads, at one facts revision.

    `enterprise` is the enterprise the question is about: the resource, or that of the resource (capacity, account,
    role assignment, request, sender), or the one acted for. `relations` are those of the subject and of the other
    person in `enterprise` (and, for a mandate, in both parties), in force or not.
    """

    revision: int = 0
    recorded_at: int = 0
    """When that revision was recorded (UTC microseconds), by the clock of whoever recorded it."""
    subject: PersonFact | None = None
    other: PersonFact | None = None
    agent_known: bool = False
    enterprise: EnterpriseFact | None = None
    capacity: CapacityFact | None = None
    target: RelationFact | None = None
    """The account or the role assignment that is the resource: of several periods the one at `at`, else the latest."""
    request: RequestFact | None = None
    sender: SenderFact | None = None
    """The technical user's sender, or with `sender_of_capacity` the active sender of the capacity."""
    mandate: MandateFact | None = None
    mandator: EnterpriseFact | None = None
    mandatary: EnterpriseFact | None = None
    mandator_capacities: tuple[CapacityFact, ...] = ()
    mandates: tuple[MandateFact, ...] = ()
    """All mandates from `mandator` to `enterprise`."""
    capacities: tuple[CapacityFact, ...] = ()
    """With `all_capacities`: all of `enterprise` (and of a mandate's parties)."""
    relations: tuple[RelationFact, ...] = ()
    representatives_cards: tuple[tuple[RelationFact, bool], ...] = ()
    """With `all_representatives`: each legal function and whether its person has a card."""
    applications: tuple[ApplicationFact, ...] = ()
    """The applications asked for, and those of the mandate groups asked for."""
    rights: tuple[FlemishRightFact, ...] = ()
    """The right asked for, and the rights that open an application asked for."""
