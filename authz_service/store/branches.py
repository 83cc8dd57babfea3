"""The branches of the reading statement: each gives one part of a question's facts, in rows of one form."""

# ruff: noqa: S608 - the SQL is put together from constants of these modules; values go as its parameter

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from authz_service.domain.vocabulary import RelationKind
from authz_service.store.conditions import IS_TARGET, KNOWN, known, newest, so
from authz_service.store.questions import LATEST, Need

__all__ = [
    "CAPACITY",
    "CAPACITY_PERIOD",
    "IN_CAPACITY",
    "NUMBERS",
    "RELATION",
    "RELATION_PERIOD",
    "TEXTS",
    "Branch",
    "Part",
    "branches",
]

TEXTS: Final = 9
"""Text columns of a row; they follow the question's index and the part."""
NUMBERS: Final = 6
"""Number columns of a row; they follow the text columns. The last are there only where some branch has as many."""
IN_CAPACITY: Final = Need.CAPACITY | Need.TARGET | Need.TECHNICAL_USER
"""Where a capacity is named, or is that of what is named."""


class Part(IntEnum):
    """What a row tells of its question."""

    RESOLVED = 0
    PERSON = 1
    ENTERPRISE = 2
    CAPACITY_OF_PARTY = 3
    CAPACITY = 4
    RELATION = 5
    TARGET = 6
    REPRESENTATIVE = 7
    REQUEST = 8
    SENDER = 9
    MANDATE = 10
    MANDATE_BETWEEN = 11
    APPLICATION = 12
    RIGHT = 13


class Branch(NamedTuple):
    """The rows of one part. `source`: what follows `FROM resolved AS q`."""

    part: Part
    texts: Sequence[str]
    numbers: Sequence[str]
    source: str


def _columns(row: str, names: str) -> list[str]:
    return [f"{row}.{name}" for name in names.split()]


def _number_of(flag: str) -> str:
    return f"CAST(CASE WHEN {flag} THEN 1 ELSE 0 END AS bigint)"


RELATION: Final = _columns("r", "relation_id enterprise_id person_id kind capacity_id object opens context state")
RELATION_PERIOD: Final = _columns("r", "valid_from valid_to")
CAPACITY: Final = _columns("c", "capacity_id enterprise_id type domain")
CAPACITY_PERIOD: Final = _columns("c", "valid_from valid_to")
_MANDATE: Final = _columns("m", "mandate_id system mandator_id mandatary_id groups")
_MANDATE_INSTANTS: Final = _columns("m", "term_from term_to mandator_signed_at mandatary_signed_at ended_at valid_from")


class Ways(NamedTuple):
    """How a dialect looks for one of several, as the right side of a condition, and opens an array (in place of {})."""

    one_of: str
    """With what it is compared in place of {}, separated by commas."""
    entries: str


WAYS: Final = {
    "sqlite": Ways("IN ({})", "json_each({}) AS j"),
    "postgresql": Ways("= ANY (ARRAY[{}])", "json_array_elements_text({}) AS j(value)"),
}


def branches(needs: Need, dialect: str) -> list[Branch]:
    """Return the branches that the needs call for. CROSS JOIN keeps SQLite to the order written."""
    ways = WAYS[dialect]
    return [
        _resolved(needs, dialect),
        *_always(needs, ways),
        *_of_what_is_named(needs),
        *_catalogue(needs, ways.entries),
    ]


def _resolved(needs: Need, dialect: str) -> Branch:
    moment = KNOWN if needs & Need.THEN else LATEST
    revision, recorded_at = (
        f"(SELECT v.{name} FROM revision AS v WHERE v.recorded_at <= {moment} ORDER BY v.recorded_at DESC LIMIT 1)"
        for name in ("revision", "recorded_at")
    )
    source = ""
    if dialect == "postgresql" and needs & Need.ALONE:
        # One look for both; of several questions each would look again.
        last = f"SELECT * FROM revision AS v WHERE v.recorded_at <= {moment} ORDER BY v.recorded_at DESC LIMIT 1"
        revision, recorded_at = "v.revision", "v.recorded_at"
        source = f" LEFT JOIN LATERAL ({last}) AS v ON true"
    agent = f"(SELECT 1 FROM agent AS g WHERE g.agent_id = q.agent AND {so('g')} LIMIT 1)"
    texts = _columns("q", "enterprise_id capacity_id mandator_id mandatary_id subject_id other_id")
    texts.append("(SELECT k.fingerprint FROM key_check AS k WHERE k.one = 1)")
    if needs & Need.CALLER:
        texts += _columns("q", "caller_name caller_scopes")
    return Branch(Part.RESOLVED, texts, [revision, recorded_at, *([agent] if needs & Need.AGENT else [])], source)


def _of_what_is_named(needs: Need) -> Iterator[Branch]:
    if needs & Need.TARGET:
        yield Branch(
            Part.TARGET,
            RELATION,
            RELATION_PERIOD,
            f" CROSS JOIN relation AS r WHERE {IS_TARGET} AND {known('r')}"
            " AND r.enterprise_id = q.target_enterprise_id AND r.capacity_id = q.capacity_id",
        )
    if needs & IN_CAPACITY:
        # It can be of another enterprise, or those of the enterprise are not asked for.
        yield Branch(
            Part.CAPACITY,
            CAPACITY,
            CAPACITY_PERIOD,
            f" CROSS JOIN capacity AS c WHERE c.capacity_id = q.capacity_id AND {known('c')}",
        )
    if needs & Need.REPRESENTATIVES:
        card = newest("has_card", "person_detail AS d", "d.person_id = r.person_id")
        yield Branch(
            Part.REPRESENTATIVE,
            RELATION,
            [*RELATION_PERIOD, _number_of(card)],
            " CROSS JOIN relation AS r WHERE r.enterprise_id = q.enterprise_id"
            f" AND r.kind = CASE WHEN q.representatives = 1 THEN '{RelationKind.LEGAL_FUNCTION}' END AND {known('r')}",
        )
    if needs & Need.REQUEST:
        yield Branch(
            Part.REQUEST,
            _columns("t", "request_id enterprise_id state"),
            _columns("t", "valid_from valid_to"),
            f" CROSS JOIN request AS t WHERE t.request_id = q.request AND t.valid_from <= q.at AND {known('t')}",
        )
    if needs & Need.TECHNICAL_USER:
        yield _senders("s.technical_user = q.technical_user")
    if needs & Need.SENDER_OF_CAPACITY:
        yield _senders("q.sender_of_capacity = 1 AND s.capacity_id = q.capacity_id")
    if needs & Need.PARTIES:
        yield _mandates(Part.MANDATE, "m.mandate_id = q.mandate")
        yield _mandates(
            Part.MANDATE_BETWEEN,
            "q.is_under_mandate = 1 AND m.mandator_id = q.mandator_id AND m.mandatary_id = q.enterprise_id",
        )


def _always(needs: Need, ways: Ways) -> Iterator[Branch]:
    person, enterprise = "= q.subject_id", "= q.enterprise_id"
    if needs & Need.OTHER:
        person = ways.one_of.format("q.subject_id, q.other_id")
    if needs & Need.PARTIES:
        enterprise = ways.one_of.format("q.enterprise_id, q.mandator_id, q.mandatary_id")
    yield Branch(
        Part.PERSON,
        ["d.person_id", "d.digital_keys"],
        [_number_of("d.has_card"), "d.valid_from"],
        f" CROSS JOIN person_detail AS d WHERE d.person_id {person} AND {so('d')}",
    )
    yield Branch(
        Part.ENTERPRISE,
        _columns("e", "enterprise_id number kind"),
        [
            "e.account_active_since",
            "e.ebox_active_since",
            _number_of("e.approved_for_service_vouchers"),
            "e.valid_from",
        ],
        f" CROSS JOIN enterprise AS e WHERE e.enterprise_id {enterprise} AND {so('e')}",
    )
    if needs & Need.ALL_CAPACITIES:
        yield Branch(
            Part.CAPACITY_OF_PARTY,
            CAPACITY,
            CAPACITY_PERIOD,
            f" CROSS JOIN capacity AS c WHERE q.all_capacities = 1 AND c.enterprise_id {enterprise} AND {known('c')}",
        )
    yield Branch(
        Part.RELATION,
        RELATION,
        RELATION_PERIOD,
        f" CROSS JOIN relation AS r WHERE r.enterprise_id {enterprise} AND r.person_id {person} AND {known('r')}",
    )


def _senders(condition: str) -> Branch:
    """Senders, a row for each of their channels and one for a sender without any."""
    return Branch(
        Part.SENDER,
        [
            *_columns("s", "sender_id capacity_id technical_user state"),
            *_columns("h", "channel state applications certificate_serial"),
        ],
        ["s.valid_from", "h.valid_from", "h.certificate_expires_at"],
        f" CROSS JOIN sender AS s LEFT JOIN channel AS h ON h.sender_id = s.sender_id AND {so('h')}"
        f" WHERE {condition} AND {so('s')}",
    )


def _mandates(part: Part, condition: str) -> Branch:
    return Branch(part, _MANDATE, _MANDATE_INSTANTS, f" CROSS JOIN mandate AS m WHERE {condition} AND {so('m')}")


def _catalogue(needs: Need, entries: str) -> Iterator[Branch]:
    if needs & Need.APPLICATION:
        yield _applications("", "a.code = q.application")
        yield _rights("", "f.opens = q.application")
    if needs & Need.APPLICATIONS:
        wanted = f" CROSS JOIN {entries.format('q.applications')}"
        yield _applications(wanted, "a.code = j.value")
        yield _rights(wanted, "f.opens = j.value")
    if needs & Need.MANDATE_GROUPS:
        yield _applications(f" CROSS JOIN {entries.format('q.mandate_groups')}", "a.mandate_group = j.value")
    if needs & Need.RIGHT:
        yield _rights("", "f.code = q.right_code")


def _applications(wanted: str, condition: str) -> Branch:
    return Branch(
        Part.APPLICATION,
        _columns("a", "code domain offered_to mandate_system mandate_group channels"),
        ["CAST(a.minimum_level AS bigint)", "a.valid_from"],
        f"{wanted} CROSS JOIN application AS a WHERE {condition} AND {so('a')}",
    )


def _rights(wanted: str, condition: str) -> Branch:
    return Branch(
        Part.RIGHT,
        _columns("f", "code opens contexts"),
        [_number_of("f.requires_approved_enterprise"), "f.valid_from"],
        f"{wanted} CROSS JOIN flemish_right AS f WHERE {condition} AND {so('f')}",
    )
