"""The branches of the reading statement: each gives one part of a question's facts, in rows of one form."""

# ruff: noqa: S608 - the SQL is put together from constants of these modules; values go as its parameter

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from authz_service.domain.vocabulary import RelationKind
from authz_service.store.conditions import IS_TARGET, NO_TEXT, known, newest, so
from authz_service.store.questions import Need

__all__ = ["NUMBERS", "TEXTS", "Part", "branches"]

TEXTS: Final = 9
"""Text columns of a row; they follow the question's index and the part."""
NUMBERS: Final = 6
"""Number columns of a row; they follow the text columns. The last are there only where some branch has as many."""
_NO_NUMBER: Final = "CAST(NULL AS bigint)"


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


class _Branch(NamedTuple):
    """The rows of one part. `source`: the FROM clause and what follows it."""

    part: Part
    texts: Sequence[str]
    numbers: Sequence[str]
    source: str

    def text(self, numbers: int) -> str:
        """Return the SELECT whose rows have so many number columns."""
        columns = [
            *self.texts,
            *[NO_TEXT] * (TEXTS - len(self.texts)),
            *self.numbers,
            *[_NO_NUMBER] * (numbers - len(self.numbers)),
        ]
        return f"SELECT q.i, {self.part.value}, {', '.join(columns)}\n{self.source}"


def _columns(row: str, names: str) -> list[str]:
    return [f"{row}.{name}" for name in names.split()]


def _number_of(flag: str) -> str:
    return f"CAST(CASE WHEN {flag} THEN 1 ELSE 0 END AS bigint)"


_RELATION: Final = _columns("r", "relation_id enterprise_id person_id kind capacity_id object opens context state")
_RELATION_PERIOD: Final = _columns("r", "valid_from valid_to")
_CAPACITY: Final = _columns("c", "capacity_id enterprise_id type domain")
_CAPACITY_PERIOD: Final = _columns("c", "valid_from valid_to")
_MANDATE: Final = _columns("m", "mandate_id system mandator_id mandatary_id groups")
_MANDATE_INSTANTS: Final = _columns("m", "term_from term_to mandator_signed_at mandatary_signed_at ended_at valid_from")


def branches(needs: Need, one_of: str, entries: str, *, sqlite: bool) -> list[str]:
    """Return the branches that the needs call for, as SELECTs.

    `one_of`: how to look for the subject and the other person at once; `entries`: how to open an array, with the array
    as {}. Branches read the CTEs resolved and, where a question has parties, party. CROSS JOIN keeps SQLite to the
    order written.
    """
    found = [*_always(needs, one_of, sqlite=sqlite), *_of_what_is_named(needs), *_catalogue(needs, entries)]
    numbers = max(len(branch.numbers) for branch in found)
    return [branch.text(numbers) for branch in found]


def _of_what_is_named(needs: Need) -> Iterator[_Branch]:
    if needs & Need.TARGET:
        yield _Branch(
            Part.TARGET,
            _RELATION,
            _RELATION_PERIOD,
            f"FROM resolved AS q CROSS JOIN relation AS r WHERE {IS_TARGET} AND {known('r')}"
            " AND r.enterprise_id = q.target_enterprise_id AND r.capacity_id = q.capacity_id",
        )
    if needs & (Need.TARGET | Need.REQUEST | Need.PARTIES | Need.CAPACITY):
        # It is not among those of the enterprise, or can be of another one.
        yield _Branch(
            Part.CAPACITY,
            _CAPACITY,
            _CAPACITY_PERIOD,
            f"FROM resolved AS q CROSS JOIN capacity AS c WHERE c.capacity_id = q.capacity_id AND {known('c')}",
        )
    if needs & Need.REPRESENTATIVES:
        card = newest("has_card", "person_detail AS d", "d.person_id = r.person_id")
        yield _Branch(
            Part.REPRESENTATIVE,
            _RELATION,
            [*_RELATION_PERIOD, _number_of(card)],
            "FROM resolved AS q CROSS JOIN relation AS r WHERE q.representatives = 1"
            f" AND r.enterprise_id = q.enterprise_id AND r.kind = '{RelationKind.LEGAL_FUNCTION}' AND {known('r')}",
        )
    if needs & Need.REQUEST:
        yield _Branch(
            Part.REQUEST,
            _columns("t", "request_id enterprise_id state"),
            _columns("t", "valid_from valid_to"),
            "FROM resolved AS q CROSS JOIN request AS t"
            f" WHERE t.request_id = q.request AND t.valid_from <= q.at AND {known('t')}",
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


def _always(needs: Need, one_of: str, *, sqlite: bool) -> Iterator[_Branch]:
    party = "party" if needs & Need.PARTIES else "resolved"
    agent = f"(SELECT 1 FROM agent AS g WHERE g.agent_id = q.agent AND {so('g')} LIMIT 1)"
    revision, recorded_at = (
        f"(SELECT v.{name} FROM revision AS v WHERE v.recorded_at <= q.known ORDER BY v.recorded_at DESC LIMIT 1)"
        for name in ("revision", "recorded_at")
    )
    source = "FROM resolved AS q"
    if not sqlite and needs & Need.ALONE:
        # One look for both; of several questions each would look again.
        last = "SELECT * FROM revision AS v WHERE v.recorded_at <= q.known ORDER BY v.recorded_at DESC LIMIT 1"
        revision, recorded_at = "v.revision", "v.recorded_at"
        source += f" LEFT JOIN LATERAL ({last}) AS v ON true"
    yield _Branch(
        Part.RESOLVED,
        [
            *_columns("q", "enterprise_id capacity_id mandator_id mandatary_id subject_id other_id"),
            "(SELECT k.fingerprint FROM key_check AS k WHERE k.one = 1)",
            *(_columns("q", "caller_name caller_scopes") if needs & Need.CALLER else []),
        ],
        [revision, recorded_at, *([agent] if needs & Need.AGENT else [])],
        source,
    )
    yield _Branch(
        Part.PERSON,
        ["d.person_id", "d.digital_keys"],
        [_number_of("d.has_card"), "d.valid_from"],
        f"FROM resolved AS q CROSS JOIN person_detail AS d WHERE d.person_id {one_of} AND {so('d')}",
    )
    yield _Branch(
        Part.ENTERPRISE,
        _columns("e", "enterprise_id number kind"),
        [
            "e.account_active_since",
            "e.ebox_active_since",
            _number_of("e.approved_for_service_vouchers"),
            "e.valid_from",
        ],
        f"FROM {party} AS q CROSS JOIN enterprise AS e WHERE e.enterprise_id = q.enterprise_id AND {so('e')}",
    )
    if needs & Need.ALL_CAPACITIES:
        yield _Branch(
            Part.CAPACITY_OF_PARTY,
            _CAPACITY,
            _CAPACITY_PERIOD,
            f"FROM {party} AS q CROSS JOIN capacity AS c"
            f" WHERE q.all_capacities = 1 AND c.enterprise_id = q.enterprise_id AND {known('c')}",
        )
    yield _Branch(
        Part.RELATION,
        _RELATION,
        _RELATION_PERIOD,
        f"FROM {party} AS q CROSS JOIN relation AS r"
        f" WHERE r.enterprise_id = q.enterprise_id AND r.person_id {one_of} AND {known('r')}",
    )


def _senders(condition: str) -> _Branch:
    """Senders, a row for each of their channels and one for a sender without any."""
    return _Branch(
        Part.SENDER,
        [
            *_columns("s", "sender_id capacity_id technical_user state"),
            *_columns("h", "channel state applications certificate_serial"),
        ],
        ["s.valid_from", "h.valid_from", "h.certificate_expires_at"],
        f"FROM resolved AS q CROSS JOIN sender AS s LEFT JOIN channel AS h ON h.sender_id = s.sender_id AND {so('h')}"
        f" WHERE {condition} AND {so('s')}",
    )


def _mandates(part: Part, condition: str) -> _Branch:
    source = f"FROM resolved AS q CROSS JOIN mandate AS m WHERE {condition} AND {so('m')}"
    return _Branch(part, _MANDATE, _MANDATE_INSTANTS, source)


def _catalogue(needs: Need, entries: str) -> Iterator[_Branch]:
    if needs & Need.APPLICATION:
        yield _applications("", "a.code = q.application")
        yield _rights("CROSS JOIN", "f.opens = q.application")
    if needs & Need.APPLICATIONS:
        yield _applications(f"CROSS JOIN {entries.format('q.applications')}", "a.code = j.value")
        yield _rights(f"CROSS JOIN {entries.format('q.applications')} CROSS JOIN", "f.opens = j.value")
    if needs & Need.MANDATE_GROUPS:
        yield _applications(f"CROSS JOIN {entries.format('q.mandate_groups')}", "a.mandate_group = j.value")
    if needs & Need.RIGHT:
        yield _rights("CROSS JOIN", "f.code = q.right_code")


def _applications(wanted: str, condition: str) -> _Branch:
    return _Branch(
        Part.APPLICATION,
        _columns("a", "code domain offered_to mandate_system mandate_group channels"),
        ["CAST(a.minimum_level AS bigint)", "a.valid_from"],
        f"FROM resolved AS q {wanted} CROSS JOIN application AS a WHERE {condition} AND {so('a')}",
    )


def _rights(joined: str, condition: str) -> _Branch:
    return _Branch(
        Part.RIGHT,
        _columns("f", "code opens contexts"),
        [_number_of("f.requires_approved_enterprise"), "f.valid_from"],
        f"FROM resolved AS q {joined} flemish_right AS f WHERE {condition} AND {so('f')}",
    )
