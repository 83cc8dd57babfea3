"""The one statement that reads the facts of questions, for each database.

It takes the questions as one JSON text, finds what they are about (`located`, `resolved`), and gives back rows of one
form, each tagged with the question it belongs to and the part it is (`Part`). Every access is by an index. CROSS JOIN
keeps SQLite to the order written: questions first.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.store.questions import FIELDS

__all__ = ["NUMBERS", "READ", "TEXTS", "Part"]

TEXTS: Final = 9
"""Text columns of a row; they follow the question's index and the part."""
NUMBERS: Final = 6
"""Number columns of a row; they follow the text columns."""


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
    CHANNEL = 10
    MANDATE = 11
    MANDATE_BETWEEN = 12
    APPLICATION = 13
    RIGHT = 14


def _known(row: str, question: str) -> str:
    return f"{row}.recorded_from <= {question}.known AND {row}.recorded_to > {question}.known"


def _in_force(row: str, question: str) -> str:
    return f"{row}.valid_from <= {question}.at AND {row}.valid_to > {question}.at"


def _so(row: str, question: str) -> str:
    return f"{_known(row, question)} AND {_in_force(row, question)}"


def _nearest(column: str, table: str, condition: str) -> str:
    """One value of the row in force, else of the latest begun, else of the earliest to come; NULL when there is none.

    `table`: with an alias of one letter. SQLite knows no column from outside in ORDER BY, hence the inner SELECT.
    """
    row = table[-1]
    return f"""(
    SELECT n.value FROM (
      SELECT
        {row}.{column} AS value,
        CASE WHEN {_in_force(row, "q")} THEN 0 WHEN {row}.valid_from <= q.at THEN 1 ELSE 2 END AS phase,
        CASE WHEN {row}.valid_from <= q.at THEN -{row}.valid_from ELSE {row}.valid_from END AS distance,
        {row}.enterprise_id AS enterprise_id,
        {row}.capacity_id AS capacity_id
      FROM {table} WHERE {condition} AND {_known(row, "q")}
    ) AS n ORDER BY n.phase, n.distance, n.enterprise_id, n.capacity_id LIMIT 1)"""


def _words(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_OF_TARGET: Final = (
    "r.relation_id = q.target AND (CASE WHEN q.target_is_role = 1"
    f" THEN r.kind = '{RelationKind.ROLE_ASSIGNMENT}' ELSE r.kind IN ({_words(sorted(ACCOUNT_KINDS))}) END)"
)


def _first(column: str, table: str, condition: str, order: str) -> str:
    """One value of the first row, NULL when there is none."""
    return f"(SELECT {column} FROM {table} WHERE {condition} ORDER BY {order} LIMIT 1)"


def _enterprise_with(number: str) -> str:
    condition = f"e.number = q.{number} AND {_so('e', 'q')}"
    return _first("e.enterprise_id", "enterprise AS e", condition, "e.valid_from DESC, e.enterprise_id")


def _of_target(column: str) -> str:
    return _nearest(column, "relation AS r", _OF_TARGET)


def _of_mandate(column: str) -> str:
    return _first(
        f"m.{column}", "mandate AS m", f"m.mandate_id = q.mandate AND {_so('m', 'q')}", "m.valid_from DESC"
    )


_LOCATED: Final = f"""
SELECT
  q.*,
  (SELECT p.person_id FROM person AS p WHERE p.niss_hash = q.subject) AS subject_id,
  (SELECT p.person_id FROM person AS p WHERE p.niss_hash = q.other) AS other_id,
  {_enterprise_with("enterprise_number")} AS named_id,
  coalesce({_of_mandate("mandator_id")}, {_enterprise_with("mandator_number")}) AS mandator_id,
  coalesce({_of_mandate("mandatary_id")}, {_enterprise_with("mandatary_number")}) AS mandatary_id,
  {_of_target("enterprise_id")} AS target_enterprise_id,
  coalesce(
    {_of_target("capacity_id")},
    q.capacity,
    CASE WHEN q.sender_leads = 1 THEN
      {_first(
          "s.capacity_id",
          "sender AS s",
          f"s.technical_user = q.technical_user AND {_so('s', 'q')}",
          "s.valid_from DESC, s.sender_id",
      )}
    END
  ) AS capacity_id
FROM question AS q
"""

# Whose the target, the request or the capacity is, else the one named. In what concerns both parties of a mandate, the
# enterprise is the one acted for, wherever the rest may lie.
_RESOLVED: Final = f"""
SELECT
  q.*,
  CASE WHEN q.is_of_parties = 1 THEN q.named_id ELSE coalesce(
    q.target_enterprise_id,
    {_first("t.enterprise_id", "request AS t", f"t.request_id = q.request AND {_so('t', 'q')}", "t.valid_from DESC")},
    {_nearest("enterprise_id", "capacity AS c", "c.capacity_id = q.capacity_id")},
    q.named_id
  ) END AS enterprise_id
FROM located AS q
"""

_PARTY: Final = " UNION ".join(
    f"SELECT q.i, q.at, q.known, q.{column} AS enterprise_id, q.subject_id, q.other_id"
    f" FROM resolved AS q WHERE q.{column} IS NOT NULL"
    for column in ("enterprise_id", "mandator_id", "mandatary_id")
)

_SENDER: Final = f"""
SELECT q.i, q.at, q.known, s.sender_id, s.capacity_id, s.technical_user, s.state, s.valid_from
FROM question AS q CROSS JOIN sender AS s
WHERE s.technical_user = q.technical_user AND {_so("s", "q")}
UNION ALL
SELECT q.i, q.at, q.known, s.sender_id, s.capacity_id, s.technical_user, s.state, s.valid_from
FROM resolved AS q CROSS JOIN sender AS s
WHERE q.sender_of_capacity = 1 AND s.capacity_id = q.capacity_id AND {_so("s", "q")}
"""


def _number_of(flag: str) -> str:
    return f"CASE WHEN {flag} THEN 1 ELSE 0 END"


def _part(part: Part, texts: Sequence[str], numbers: Sequence[str], source: str) -> str:
    padded_texts = [*texts, *["CAST(NULL AS text)"] * (TEXTS - len(texts))]
    padded_numbers = [*numbers, *["CAST(NULL AS bigint)"] * (NUMBERS - len(numbers))]
    return f"SELECT q.i, {part.value}, {', '.join([*padded_texts, *padded_numbers])}\n{source.strip()}"


def _columns(row: str, names: str) -> list[str]:
    return [f"{row}.{name}" for name in names.split()]


_RELATION: Final = _columns(
    "r", "relation_id enterprise_id person_id kind capacity_id object opens context state"
)
_PERIOD: Final = _columns("r", "valid_from valid_to")
_CAPACITY: Final = _columns("c", "capacity_id enterprise_id type domain")
_MANDATE: Final = _columns("m", "mandate_id system mandator_id mandatary_id groups")
_MANDATE_INSTANTS: Final = _columns(
    "m", "term_from term_to mandator_signed_at mandatary_signed_at ended_at valid_from"
)
_APPLICATION: Final = _columns("a", "code domain offered_to mandate_system mandate_group channels")
_RIGHT: Final = _columns("f", "code opens contexts")
_RIGHT_NUMBERS: Final = [_number_of("f.requires_approved_enterprise"), "f.valid_from"]


def _parts(one_of: str, entries: str) -> list[str]:
    """Return the branches. `one_of`: how to look for two persons at once; `entries`: the function that opens an array."""
    card = _first(
        _number_of("d.has_card"),
        "person_detail AS d",
        f"d.person_id = r.person_id AND {_so('d', 'q')}",
        "d.valid_from DESC",
    )
    agent = f"(SELECT 1 FROM agent AS g WHERE g.agent_id = q.agent AND {_so('g', 'q')} LIMIT 1)"
    revision = _first("v.revision", "revision AS v", "v.recorded_at <= q.known", "v.recorded_at DESC")
    return [
        _part(
            Part.RESOLVED,
            [
                *_columns("q", "enterprise_id capacity_id mandator_id mandatary_id subject_id other_id"),
                "(SELECT k.fingerprint FROM key_check AS k WHERE k.one = 1)",
            ],
            [revision, agent],
            "FROM resolved AS q",
        ),
        _part(
            Part.PERSON,
            ["d.person_id", "d.digital_keys"],
            [_number_of("d.has_card"), "d.valid_from"],
            f"FROM resolved AS q CROSS JOIN person_detail AS d WHERE d.person_id {one_of} AND {_so('d', 'q')}",
        ),
        _part(
            Part.ENTERPRISE,
            _columns("e", "enterprise_id number kind"),
            [
                "e.account_active_since",
                "e.ebox_active_since",
                _number_of("e.approved_for_service_vouchers"),
                "e.valid_from",
            ],
            f"FROM party AS q CROSS JOIN enterprise AS e WHERE e.enterprise_id = q.enterprise_id AND {_so('e', 'q')}",
        ),
        _part(
            Part.CAPACITY_OF_PARTY,
            _CAPACITY,
            _columns("c", "valid_from valid_to"),
            f"FROM party AS q CROSS JOIN capacity AS c WHERE c.enterprise_id = q.enterprise_id AND {_known('c', 'q')}",
        ),
        _part(
            Part.CAPACITY,
            _CAPACITY,
            _columns("c", "valid_from valid_to"),
            f"FROM resolved AS q CROSS JOIN capacity AS c WHERE c.capacity_id = q.capacity_id AND {_known('c', 'q')}",
        ),
        _part(
            Part.RELATION,
            _RELATION,
            _PERIOD,
            "FROM party AS q CROSS JOIN relation AS r"
            f" WHERE r.enterprise_id = q.enterprise_id AND r.person_id {one_of} AND {_known('r', 'q')}",
        ),
        _part(
            Part.TARGET,
            _RELATION,
            _PERIOD,
            f"FROM resolved AS q CROSS JOIN relation AS r WHERE {_OF_TARGET} AND {_known('r', 'q')}"
            " AND r.enterprise_id = q.target_enterprise_id AND r.capacity_id = q.capacity_id",
        ),
        _part(
            Part.REPRESENTATIVE,
            _RELATION,
            [*_PERIOD, card],
            "FROM resolved AS q CROSS JOIN relation AS r WHERE q.representatives = 1"
            f" AND r.enterprise_id = q.enterprise_id AND r.kind = '{RelationKind.LEGAL_FUNCTION}' AND {_known('r', 'q')}",
        ),
        _part(
            Part.REQUEST,
            _columns("t", "request_id enterprise_id state"),
            _columns("t", "valid_from valid_to"),
            "FROM question AS q CROSS JOIN request AS t"
            f" WHERE t.request_id = q.request AND t.valid_from <= q.at AND {_known('t', 'q')}",
        ),
        _part(
            Part.SENDER,
            _columns("q", "sender_id capacity_id technical_user state"),
            ["q.valid_from"],
            "FROM found_sender AS q",
        ),
        _part(
            Part.CHANNEL,
            _columns("h", "sender_id channel state applications certificate_serial"),
            _columns("h", "certificate_expires_at valid_from"),
            f"FROM found_sender AS q CROSS JOIN channel AS h WHERE h.sender_id = q.sender_id AND {_so('h', 'q')}",
        ),
        _part(
            Part.MANDATE,
            _MANDATE,
            _MANDATE_INSTANTS,
            f"FROM question AS q CROSS JOIN mandate AS m WHERE m.mandate_id = q.mandate AND {_so('m', 'q')}",
        ),
        _part(
            Part.MANDATE_BETWEEN,
            _MANDATE,
            _MANDATE_INSTANTS,
            "FROM resolved AS q CROSS JOIN mandate AS m WHERE q.is_under_mandate = 1"
            f" AND m.mandator_id = q.mandator_id AND m.mandatary_id = q.enterprise_id AND {_so('m', 'q')}",
        ),
        _part(
            Part.APPLICATION,
            _APPLICATION,
            ["a.minimum_level", "a.valid_from"],
            f"FROM question AS q CROSS JOIN {entries}(q.applications) AS j(value) CROSS JOIN application AS a"
            f" WHERE a.code = j.value AND {_so('a', 'q')}",
        ),
        _part(
            Part.APPLICATION,
            _APPLICATION,
            ["a.minimum_level", "a.valid_from"],
            f"FROM question AS q CROSS JOIN {entries}(q.mandate_groups) AS j(value) CROSS JOIN application AS a"
            f" WHERE a.mandate_group = j.value AND {_so('a', 'q')}",
        ),
        _part(
            Part.RIGHT,
            _RIGHT,
            _RIGHT_NUMBERS,
            f"FROM question AS q CROSS JOIN flemish_right AS f WHERE f.code = q.right_code AND {_so('f', 'q')}",
        ),
        _part(
            Part.RIGHT,
            _RIGHT,
            _RIGHT_NUMBERS,
            f"FROM question AS q CROSS JOIN {entries}(q.applications) AS j(value) CROSS JOIN flemish_right AS f"
            f" WHERE f.opens = j.value AND {_so('f', 'q')}",
        ),
    ]


def _statement(question: str, parts: Sequence[str]) -> str:
    branches = "\nUNION ALL\n".join(parts)
    return f"""WITH
question AS MATERIALIZED (
{question}
),
located AS MATERIALIZED ({_LOCATED}),
resolved AS MATERIALIZED ({_RESOLVED}),
party AS MATERIALIZED (
{_PARTY}
),
found_sender AS MATERIALIZED ({_SENDER})
{branches}"""


def _sqlite() -> str:
    fields = ", ".join(f"json_extract(j.value, '$.{name}') AS {name}" for name in FIELDS)
    question = f"SELECT {fields} FROM json_each(?) AS j"
    parts = [part.replace("AS j(value)", "AS j") for part in _parts("IN (q.subject_id, q.other_id)", "json_each")]
    return _statement(question, parts)


def _postgresql() -> str:
    fields = ", ".join(f"{name} {kind}" for name, kind in FIELDS.items())
    question = f"SELECT * FROM json_to_recordset($1::json) AS j({fields})"
    one_of = "= ANY (ARRAY[q.subject_id, q.other_id])"
    return _statement(question, _parts(one_of, "json_array_elements_text"))


READ: Final[dict[str, str]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
"""The statement by name of the database's dialect; it takes one parameter, the questions as JSON."""
