"""A valid request for every operation of the administration API, and the question that it comes down to.

All are about one capacity of the reference world. Which action is asked, and so who may, is not said here: the served
document and the action table say it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.administration.actors import CAPACITY, ENTERPRISE, NUMBER, SSIN

CANDIDATE: Final = "umar"
"""Somebody of the staff who is nothing in the enterprise."""
PARAMETERS: Final = {"enterpriseNumber": NUMBER[ENTERPRISE], "capacityId": CAPACITY}
OWN: Final = "own record"
"""In place of a resource: the record of whoever asks."""
ACCOUNT: Final = "acc_ines"
_EMAIL: Final = "somebody@alpha.example"
_REACHED: Final = {"email": _EMAIL, "telephone": "+3225096111"}
_HOLDER: Final = {"ssin": SSIN[CANDIDATE], "email": _EMAIL}
_NAMED: Final = {"candidate": SSIN[CANDIDATE]}
_DESIGNATION: Final = {"candidate": {"ssin": SSIN[CANDIDATE]}, **_REACHED, "requester": _REACHED}
_CONFIRMED: Final = {"candidate": SSIN[CANDIDATE], "confirmed": True}


@dataclass(frozen=True)
class Example:
    """One request. `parameters`: of the path, beside PARAMETERS; `resource`, `properties`: of the question.

    `conditional`: the path that shows the state to be named in If-Match, "" when none is.
    """

    resource: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: Mapping[str, Any] | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    conditional: str = ""

    def path(self, template: str) -> str:
        """Return the path of the request; `template`: as the document has it."""
        return template.format(**{**PARAMETERS, **self.parameters})


def _of_capacity(**more: Any) -> Example:
    return Example(CAPACITY, **more)


def _of_enterprise(**more: Any) -> Example:
    return Example(NUMBER[ENTERPRISE], **more)


def _of_account(account: str, application: str = "", **more: Any) -> Example:
    properties = {"application": application} if application else {}
    return Example(
        account, {"userId": account, "applicationCode": application}, body=None, properties=properties, **more
    )


def _of_ticked(account: str, application: str = "") -> Example:
    """Return an example of doing the same to several, who are one here: each has a question of its own."""
    body = {"users": [account], **({"applications": [application]} if application else {})}
    return Example(account, body=body, properties={"application": application} if application else {})


EXAMPLES: Final[Mapping[str, Example]] = {
    "readOwnDetails": Example(OWN),
    "changeOwnDetails": Example(OWN, body={"email": _EMAIL, "confirmed": True}, conditional="/me"),
    "findOwnCredentials": Example(OWN),
    "listOwnEnterprises": Example(OWN),
    "readEnterprise": _of_enterprise(),
    "listMyActions": _of_enterprise(query=f"capacity={CAPACITY}&user={ACCOUNT}"),
    "readChiefAccessManager": _of_enterprise(),
    "listDesignations": _of_enterprise(),
    "readDesignation": _of_enterprise(parameters={"designationId": "ds01"}),
    "previewDesignation": _of_enterprise(body=_DESIGNATION, properties=_CONFIRMED),
    "createDesignation": _of_enterprise(
        body={**_DESIGNATION, "confirmed": True, "declaration": "2018-07", "replaces": "ds02"}, properties=_CONFIRMED
    ),
    "listCoChiefAccessManagers": _of_enterprise(),
    "readCoChiefAccessManager": _of_enterprise(parameters={"coChiefAccessManagerId": "ds03"}),
    "createCoChiefAccessManager": _of_enterprise(body=_HOLDER, properties=_NAMED),
    "removeCoChiefAccessManager": _of_enterprise(
        parameters={"coChiefAccessManagerId": "ds03"}, properties={"target": SSIN["els"]}
    ),
    "findCapacities": _of_capacity(query=f"enterpriseNumber={NUMBER[ENTERPRISE]}"),
    "listCapacities": _of_capacity(),
    "readCapacity": _of_capacity(),
    "changeCapacity": _of_capacity(
        body={"email": _EMAIL, "confirmed": True},
        conditional=f"/enterprises/{NUMBER[ENTERPRISE]}/capacities/{CAPACITY}",
    ),
    "listApplications": _of_capacity(),
    "readApplication": _of_capacity(parameters={"applicationCode": "DMFA"}),
    "readAccessManager": _of_capacity(),
    "changeAccessManager": _of_capacity(body={**_HOLDER, "replaces": "acc_frank"}, properties=_NAMED),
    "listCoAccessManagers": _of_capacity(),
    "readCoAccessManager": _of_capacity(parameters={"userId": "acc_greet"}),
    "createCoAccessManager": _of_capacity(body=_HOLDER, properties=_NAMED),
    "removeCoAccessManager": _of_account("acc_greet"),
    "listUsers": _of_capacity(query="sort=-familyName&pageSize=3"),
    "queryUsers": _of_capacity(body={"ssin": SSIN["ines"]}),
    "exportUsers": _of_capacity(),
    "createUser": _of_capacity(body=_HOLDER, properties=_NAMED),
    "readUser": _of_capacity(parameters={"userId": ACCOUNT}),
    "deleteUser": _of_account(ACCOUNT),
    "grantApplication": _of_account(ACCOUNT, "PUBLIATO"),
    "revokeApplication": _of_account(ACCOUNT, "DMFA"),
    "blockUsers": _of_ticked(ACCOUNT),
    "unblockUsers": _of_ticked("acc_jan"),
    "deleteUsers": _of_ticked(ACCOUNT),
    "grantApplications": _of_ticked(ACCOUNT, "PUBLIATO"),
    "revokeApplications": _of_ticked(ACCOUNT, "DMFA"),
}
"""By the operation's id."""
SHOWING_WHAT_ONE_MAY_SEE: Final = frozenset({"findCapacities", "listCapacities"})
"""Operations that refuse nobody: they leave out what one may not see."""
WITHOUT_AN_ACTION: Final = frozenset({"readEnterprise", "listMyActions"})
"""Operations that no single action of the table stands for: what one is registered as decides."""
PUBLIC: Final[Mapping[str, Mapping[str, str]]] = {
    "checkHealth": {},
    "listTerms": {},
    "readTerm": {"termCode": "chiefAccessManager"},
    "listReasons": {},
    "readReason": {"reasonCode": "NOT_A_MANAGER"},
    "listDeclarations": {},
    "readDeclaration": {"declarationCode": "2018-07"},
    "listProblemTypes": {},
    "readProblemType": {"problemType": "stateConflict"},
}
"""Operations that anybody may ask, with the parameters of a path that leads somewhere."""
