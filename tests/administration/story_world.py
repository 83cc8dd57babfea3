"""The world of the stories: for each story a firm of its own, each with the same cast, so that none disturbs another.

All persons, numbers and firms are synthetic. Nobody is anything in a firm at first but what the registers say: who
represents it and who works there.
"""

from typing import Any, Final

from tests.model.identifiers import enterprise_check_digits, niss_check_digits

FIRMS: Final = (
    "Acacia", "Begonia", "Clivia", "Dahlia", "Erica", "Freesia", "Gentiana", "Hortensia", "Iris", "Jasmine",
    "Kerria", "Lavender", "Mimosa", "Narcissus", "Orchid", "Peony", "Rosemary", "Salvia",
)  # fmt: skip
CAST: Final = {
    "margaux": ("Margaux", "Maes"),
    "otto": ("Otto", "Ots"),
    "anna": ("Anna", "Aerts"),
    "bilal": ("Bilal", "Benali"),
    "chloé": ("Chloé", "Çelik"),
    "daan": ("Daan", "De Smet"),
    "émile": ("Émile", "Étienne"),
    "fatou": ("Fatou", "Faye"),
    "gilles": ("Gilles", "Gérard"),
}
"""By the name that stories call them: first name and name."""
STAFF: Final = ("anna", "bilal", "chloé", "daan", "émile", "fatou")
"""Margaux represents the firm and signs for it; Otto is a director who does not sign; Gilles has left."""
LEFT_BEHIND: Final = "Erica"
"""The firm whose GAP Gilles was when he left."""
BOTH: Final = ("Hortensia", "Iris")
"""Anna of the first works for the second, too."""
SINCE: Final = "2020-01-01"
LEFT: Final = "2023-10-31"
_CAPACITIES: Final = {
    "nsso": ("nsso_employer", "social_security"),
    "social": ("social_action", "social_security"),
    "finance": ("domain_finance", "finance"),
}
_APPLICATIONS: Final = (
    ("DMFA", "social_security", "nsso_employer", None),
    ("DIMONA", "social_security", "nsso_employer", None),
    ("PENSION_REGISTER", "social_security", "nsso_employer", 450),
    ("SOCIAL_ACTION_FILE", "social_security", "social_action", None),
    ("INTERVAT", "finance", "domain_finance", None),
)


def niss_of(firm: str, name: str) -> str:
    """Return the national number of somebody of a firm."""
    place, part = FIRMS.index(firm), list(CAST).index(name)
    nine = f"{60 + part}0{place % 9 + 1}17{401 + place:03d}"
    return nine + niss_check_digits(nine, born_from_2000=False)


def number_of(firm: str) -> str:
    """Return the enterprise number of a firm."""
    eight = f"0999{7100 + FIRMS.index(firm):04d}"
    return eight + enterprise_check_digits(eight)


def nsso_number_of(firm: str) -> str:
    """Return the number of a firm as an employer: seven digits and two that check them (glossary, 12)."""
    seven = 1_980_100 + FIRMS.index(firm)
    return f"{seven}{96 - seven * 100 % 97 or 97:02d}"


def capacity_of(firm: str, kind: str) -> str:
    """Return the id of a capacity of a firm."""
    return f"{firm.lower()}.{kind}"


def story_world() -> dict[str, Any]:
    """Return the facts, as a facts file has them."""
    return {
        "world": {
            "persons": [_person(firm, name) for firm in FIRMS for name in CAST],
            "enterprises": [_enterprise(firm) for firm in FIRMS],
            "legal_functions": [
                _function(firm, name, signs=signs)
                for firm in FIRMS
                for name, signs in (("margaux", True), ("otto", False))
            ],
            "employments": [
                *(_employment(firm, name, firm) for firm in FIRMS for name in (*STAFF, "gilles")),
                _employment(BOTH[0], "anna", BOTH[1]),
            ],
            "designations": [_designation(LEFT_BEHIND, "gilles")],
            "capacities": [_capacity(firm, kind) for firm in FIRMS for kind in _CAPACITIES],
            "applications": [_application(*row) for row in _APPLICATIONS],
        }
    }


def _id(firm: str, name: str) -> str:
    return f"{firm.lower()}_{name}"


def _person(firm: str, name: str) -> dict[str, Any]:
    given, family = CAST[name]
    return {
        "id": _id(firm, name),
        "niss": niss_of(firm, name),
        "kind": "nrn",
        "first_name": given,
        "name": family,
        "language": "fr" if name in {"margaux", "émile"} else "nl",
        "has_eid_or_foreigner_card": True,
        "digital_keys": ["eid", "itsme", "totp_app", "password"],
    }


def _enterprise(firm: str) -> dict[str, Any]:
    known_since = SINCE if firm == LEFT_BEHIND else None
    return {
        "id": firm.lower(),
        "enterprise_number": number_of(firm),
        "name": f"{firm} BV",
        "kind": "private_employer",
        "cbe_status": "active",
        "registered_in_csam": known_since,
        "portal_account_active_since": known_since,
        "ebox_active_since": None,
        "approved_for_service_vouchers": False,
    }


def _function(firm: str, name: str, *, signs: bool) -> dict[str, Any]:
    return {
        "id": f"function_{_id(firm, name)}",
        "enterprise": firm.lower(),
        "held_by": _id(firm, name),
        "held_by_enterprise": None,
        "permanent_representative": None,
        "function": "director",
        "begin": SINCE,
        "end": None,
        "signing_power": signs,
    }


def _employment(of: str, name: str, firm: str) -> dict[str, Any]:
    end = LEFT if name == "gilles" else None
    return {"person": _id(of, name), "enterprise": firm.lower(), "begin": SINCE, "end": end}


def _designation(firm: str, name: str) -> dict[str, Any]:
    return {
        "id": f"designation_{_id(firm, name)}",
        "role": "chief_access_manager",
        "enterprise": firm.lower(),
        "person": _id(firm, name),
        "designated_by": _id(firm, "margaux"),
        "begin": SINCE,
        "end": None,
        "end_reason": None,
    }


def _capacity(firm: str, kind: str) -> dict[str, Any]:
    type_, domain = _CAPACITIES[kind]
    employer = kind == "nsso"
    return {
        "id": capacity_of(firm, kind),
        "enterprise": firm.lower(),
        "type": type_,
        "domain": domain,
        "identifier": {
            "scheme": "nsso_number" if employer else "enterprise_number",
            "value": nsso_number_of(firm) if employer else number_of(firm),
        },
        "created": SINCE,
    }


def _application(code: str, domain: str, offered_to: str, level: int | None) -> dict[str, Any]:
    return {
        "id": code,
        "label": code.replace("_", " ").title(),
        "domain": domain,
        "offered_to": [offered_to],
        "mandate_system": None,
        "mandate_group": None,
        "channels": ["portal"],
        "min_level": level,
    }
