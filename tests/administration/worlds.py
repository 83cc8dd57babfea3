"""Small worlds to administer: two firms that look alike, with everybody in them whom the rules tell apart.

All persons, numbers and firms are synthetic. Each firm has eight people, named after what they are there; `both` works
for the two, `nobody` for neither, and a mandate lets the second act for the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.model.identifiers import niss_check_digits

FIRMS: Final = ("alpha", "beta")
NUMBERS: Final = {"alpha": "0999010126", "beta": "0999020222"}
IN_EACH: Final = ("rep", "silent", "once", "ann", "bob", "cis", "dan", "left")
"""A representative, one without signing power, one whose function is over, four of the staff, one who left."""
PEOPLE: Final = (*(f"{firm}_{name}" for firm in FIRMS for name in IN_EACH), "both", "nobody")
STRANGERS: Final = ("stranger",)
CAPACITIES: Final = {"alpha": ("alpha.nsso", "alpha.social", "alpha.finance"), "beta": ("beta.nsso", "beta.finance")}
LATER: Final = {"alpha": "alpha.mobility", "beta": "beta.social"}
"""A capacity that each firm may be given one day."""
APPLICATIONS: Final = ("DMFA", "HORIZON", "INTERVAT")
_TYPES: Final = {
    "nsso": ("nsso_employer", "social_security"),
    "social": ("social_action", "social_security"),
    "finance": ("domain_finance", "finance"),
    "mobility": ("domain_mobility", "mobility"),
}
SINCE: Final = "2020-01-01"
OVER: Final = "2022-12-31"


@dataclass(frozen=True)
class Beginning:
    """How the firms stand at first. Each by firm: the GAP, the co-GAPs, whether the account is active, the accounts."""

    chief: Mapping[str, str | None]
    co_chiefs: Mapping[str, Sequence[str]]
    active: Mapping[str, bool]
    accounts: Sequence[tuple[str, str, str]]
    """Person, capacity, type."""
    equipped: bool = False
    """Whether the accounts hold an application each."""


QUIET: Final = Beginning({}, {}, {}, ())
"""Nobody is anything yet."""


def numbers() -> dict[str, str]:
    """Return a national number for everybody, known or not."""
    return {name: _number(place) for place, name in enumerate((*PEOPLE, *STRANGERS))}


def _number(place: int) -> str:
    nine = f"{60 + place}0115{301 + place:03d}"
    return nine + niss_check_digits(nine, born_from_2000=False)


def world(beginning: Beginning) -> dict[str, Any]:
    """Return the facts, as a facts file has them."""
    capacities = [name for firm in FIRMS for name in CAPACITIES[firm]]
    return {
        "persons": persons(),
        "enterprises": [_enterprise(firm, beginning) for firm in FIRMS],
        "legal_functions": [function for firm in FIRMS for function in functions(firm)],
        "employments": [employment(f"{firm}_{name}", firm) for firm in FIRMS for name in IN_EACH[3:]]
        + [employment("both", firm) for firm in FIRMS],
        "designations": [*_designations(beginning)],
        "capacities": [capacity(name) for name in capacities],
        "applications": [_application(*row) for row in _OFFERS],
        "accounts": [_account(*row, equipped=beginning.equipped) for row in beginning.accounts],
        "mandates": [_MANDATE],
        "agents": [{"id": "agent_1", "service": "Contact Centre"}],
    }


def persons() -> list[dict[str, Any]]:
    """Return the rows of all whom the world knows; a file that says something of one of them needs his."""
    return [_person(name, niss) for name, niss in numbers().items() if name in PEOPLE]


def _person(name: str, niss: str) -> dict[str, Any]:
    return {
        "id": name,
        "niss": niss,
        "kind": "nrn",
        "first_name": name.title(),
        "name": "Voorbeeld",
        "language": "nl",
        "has_eid_or_foreigner_card": True,
        "digital_keys": ["eid", "itsme", "totp_app", "email_otp"],
    }


def _enterprise(firm: str, beginning: Beginning) -> dict[str, Any]:
    return {
        "id": firm,
        "enterprise_number": NUMBERS[firm],
        "name": firm.title(),
        "kind": "private_employer" if firm == "alpha" else "social_service_provider",
        "cbe_status": "active",
        "registered_in_csam": SINCE if beginning.chief.get(firm) else None,
        "portal_account_active_since": SINCE if beginning.active.get(firm) else None,
        "ebox_active_since": None,
        "approved_for_service_vouchers": False,
    }


def functions(firm: str) -> list[dict[str, Any]]:
    """Return the legal functions of a firm: one in force, one without signing power, one that is over."""
    rows = (("rep", None, True), ("silent", None, False), ("once", OVER, True))
    return [function(f"{firm}_{name}", firm, end, signs=signs) for name, end, signs in rows]


def function(person: str, firm: str, end: str | None, *, signs: bool = True) -> dict[str, Any]:
    """Return a legal function of a person."""
    return {
        "id": f"function_{person}",
        "enterprise": firm,
        "held_by": person,
        "held_by_enterprise": None,
        "permanent_representative": None,
        "function": "director",
        "begin": SINCE,
        "end": end,
        "signing_power": signs,
    }


def employment(person: str, firm: str, end: str | None = None) -> dict[str, Any]:
    """Return an employment of a person; whoever left, left."""
    end = OVER if person.endswith("left") else end
    return {"id": f"job_{person}_{firm}", "person": person, "enterprise": firm, "begin": SINCE, "end": end}


def _designations(beginning: Beginning) -> list[dict[str, Any]]:
    chiefs = [("chief_access_manager", firm, person) for firm, person in beginning.chief.items() if person]
    helpers = [("co_chief_access_manager", firm, name) for firm, names in beginning.co_chiefs.items() for name in names]
    return [
        {
            "id": f"{role}/{firm}/{person}",
            "role": role,
            "enterprise": firm,
            "person": person,
            "designated_by": None,
            "begin": SINCE,
            "end": None,
            "end_reason": None,
        }
        for role, firm, person in [*chiefs, *helpers]
    ]


def capacity(name: str) -> dict[str, Any]:
    """Return a capacity; its name tells the firm and the type."""
    firm, _, kind = name.partition(".")
    type_, domain = _TYPES[kind]
    return {
        "id": name,
        "enterprise": firm,
        "type": type_,
        "domain": domain,
        "identifier": {"scheme": "enterprise_number", "value": NUMBERS[firm]},
        "created": SINCE,
    }


_OFFERS: Final = (
    ("DMFA", "social_security", ["nsso_employer"], "mahis", "dmfa_dimona", None),
    ("HORIZON", "social_security", ["nsso_employer", "social_action"], None, None, 450),
    ("INTERVAT", "finance", ["domain_finance"], "ssm", "vat", None),
)
_MANDATE: Final = {
    "id": "mandate",
    "system": "mahis",
    "mandator": "alpha",
    "mandatary": "beta",
    "groups": ["dmfa_dimona"],
    "begin": SINCE,
    "end": None,
    "signatures": {
        "mandator": {"person": "alpha_rep", "date": SINCE},
        "mandatary": {"person": "beta_rep", "date": SINCE},
    },
    "ended_on": None,
}


def _application(
    code: str, domain: str, offered_to: list[str], system: str | None, group: str | None, level: int | None
) -> dict[str, Any]:
    return {
        "id": code,
        "label": code.title(),
        "domain": domain,
        "offered_to": offered_to,
        "mandate_system": system,
        "mandate_group": group,
        "channels": ["portal"],
        "min_level": level,
    }


def _account(person: str, where: str, type_: str, *, equipped: bool) -> dict[str, Any]:
    return {
        "id": f"{where}/{person}",
        "person": person,
        "capacity": where,
        "type": type_,
        "status": "active",
        "applications": ["INTERVAT" if where.endswith("finance") else "HORIZON"] if equipped else [],
        "begin": SINCE,
        "end": None,
    }
