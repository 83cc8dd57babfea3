"""Examples in the document. Persons, numbers and firms are made up: those of the reference world."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["ANSWERS", "BATCHES", "BATCH_ANSWERS", "NOT_READY", "QUESTIONS", "READY", "SEARCHES", "SEARCH_ANSWERS"]

_Example = dict[str, Any]

_CARLA: Final[_Example] = {"type": "person", "id": "85091291489", "properties": {"acting_for": "0999010126"}}
_LIST_USERS: Final[_Example] = {
    "subject": _CARLA,
    "action": {"name": "list_users"},
    "resource": {"type": "capacity", "id": "alpha.nsso"},
    "context": {"authentication_means": "eid"},
}

QUESTIONS: Final[dict[str, _Example]] = {
    "now": {"summary": "May this person see the users of this capacity?", "value": _LIST_USERS},
    "asOfThenExplained": {
        "summary": "Might she on 15 March 2024, and why? (needs the scopes as_of and explain)",
        "value": {**_LIST_USERS, "context": {"authentication_means": "eid", "at": "2024-03-15", "explain": True}},
    },
    "withProperties": {
        "summary": "May a legal representative designate this candidate?",
        "value": {
            "subject": {"type": "person", "id": "71031490293", "properties": {"acting_for": "0999010126"}},
            "action": {
                "name": "designate_chief_access_manager",
                "properties": {"candidate": "81122494226", "confirmed": True},
            },
            "resource": {"type": "enterprise", "id": "0999010126"},
            "context": {"authentication_means": "itsme"},
        },
    },
}

BATCHES: Final[dict[str, _Example]] = {
    "defaults": {
        "summary": "One person, several questions: what an item lacks is taken from the top",
        "value": {
            "subject": _CARLA,
            "context": {"authentication_means": "eid"},
            "evaluations": [
                {"action": {"name": "list_users"}, "resource": {"type": "capacity", "id": "alpha.nsso"}},
                {"action": {"name": "export_users"}, "resource": {"type": "capacity", "id": "kappa.nsso"}},
            ],
        },
    },
    "stopAtFirstDenial": {
        "summary": "All or nothing: the first denial ends the batch",
        "value": {
            **_LIST_USERS,
            "evaluations": [{"resource": {"type": "capacity", "id": "kappa.nsso"}}, {}],
            "options": {"evaluations_semantic": "deny_on_first_deny"},
        },
    },
    "noArray": {"summary": "Without evaluations: answered as a single question", "value": _LIST_USERS},
}

_ALLOWED: Final[_Example] = {
    "decision": True,
    "context": {
        "reasons": [],
        "rules": ["ACC-07", "GGA-CAM-03", "UM-MGT-01"],
        "policy": "2ee788f63149d07e",
        "facts": 1042,
        "evaluation_id": "01a20166-4688-750d-adc4-89146bfbb180",
    },
}
_DENIED: Final[_Example] = {
    "decision": False,
    "context": {
        "reasons": ["ASSURANCE_TOO_LOW"],
        "rules": ["ACM-DES-03", "DRV-05"],
        "policy": "2ee788f63149d07e",
        "facts": 1042,
        "evaluation_id": "01a20166-4680-7715-a003-a7c2630e3be2",
        "at": "2024-03-15T11:00:00Z",
        "reason_user": {
            "nl": "De manier waarop u zich hebt aangemeld, is hiervoor niet veilig genoeg.",
            "fr": "Votre mode de connexion n'est pas assez sûr pour cette opération.",
            "de": "Die Art Ihrer Anmeldung ist hierfür nicht sicher genug.",
            "en": "The way you logged in is not strong enough for this.",
        },
        "reason_admin": {
            "nl": "Het niveau van het authenticatiemiddel ligt onder het minimum. (ASSURANCE_TOO_LOW)",
            "fr": "Le niveau du moyen d'authentification est inférieur au minimum. (ASSURANCE_TOO_LOW)",
            "de": "Das Niveau des Authentifizierungsmittels liegt unter dem Minimum. (ASSURANCE_TOO_LOW)",
            "en": "The level of the authentication means is below the minimum. (ASSURANCE_TOO_LOW)",
        },
    },
}
_UNDECIDED: Final[_Example] = {
    "decision": False,
    "context": {
        "reasons": ["ENGINE_ERROR"],
        "rules": ["DRV-08"],
        "policy": "2ee788f63149d07e",
        "facts": 1042,
        "evaluation_id": "01a20166-4680-7715-a003-a7c2630e3be3",
        "error": {
            "status": 500,
            "message": "The question could not be decided; this says nothing about the subject.",
            "retryable": True,
        },
    },
}
_BROKEN: Final[_Example] = {
    "decision": False,
    "context": {"error": {"status": 400, "message": "evaluations[1]: resource is missing"}},
}
ANSWERS: Final[dict[str, _Example]] = {
    "allowed": {"summary": "Yes", "value": _ALLOWED},
    "denied": {"summary": "No, explained", "value": _DENIED},
    "undecided": {"summary": "Not decided: neither yes nor no about the subject", "value": _UNDECIDED},
}
BATCH_ANSWERS: Final[dict[str, _Example]] = {
    "evaluations": {"summary": "One answer for each item, in order", "value": {"evaluations": [_ALLOWED, _BROKEN]}},
    "single": {"summary": "Without evaluations in the request", "value": _ALLOWED},
}
SEARCHES: Final[dict[str, _Example]] = {
    "subject": {
        "summary": "Who may see the users of this capacity, logged in with the eID? The first 50.",
        "value": {**_LIST_USERS, "subject": {"type": "person"}, "page": {"limit": 50}},
    },
    "resource": {
        "summary": "Of which capacities may this person see the users?",
        "value": {**_LIST_USERS, "resource": {"type": "capacity"}},
    },
    "action": {
        "summary": "What may this person do with this capacity?",
        "value": {name: value for name, value in _LIST_USERS.items() if name != "action"},
    },
}
_REVISIONS: Final[_Example] = {"policy": "2ee788f63149d07e", "facts": 1042}


def _page(results: list[_Example], token: str = "") -> _Example:
    page = {"next_token": token, "count": len(results)}
    return {"value": {"page": page, "context": _REVISIONS, "results": results}}


SEARCH_ANSWERS: Final[dict[str, dict[str, _Example]]] = {
    "subject": {
        "more": {
            "summary": "There is more: send the same request with this token",
            **_page([{"type": "person", "id": "85091291489"}], "WzEsMTcxMDUw.kGJ0b2tlbg"),
        },
        "last": {"summary": "The last page", **_page([{"type": "person", "id": "85091291489"}])},
    },
    "resource": {
        "found": _page([{"type": "capacity", "id": "alpha.finance"}, {"type": "capacity", "id": "alpha.nsso"}])
    },
    "action": {"found": _page([{"name": "list_users"}, {"name": "view_capacity"}])},
}
READY: Final[_Example] = {"status": "UP", "checks": {"policy": "ok", "database": "ok"}}
NOT_READY: Final[_Example] = {"status": "DOWN", "checks": {"policy": "ok", "database": "does not answer"}}
