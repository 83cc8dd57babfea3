"""F29: whoever may not do a thing learns nothing about the person he names for it, by any form that asks for one."""

from typing import Any, Final

import pytest

from tests.support.administration import Administered, number_of

UNKNOWN: Final = "85073003328"
"""A number that the service has never seen."""
NAMED: Final = {"user": "ines", "employee": "umar", "GAP": "carla", "outsider": "nadia"}
REACHED: Final = {"email": "somebody@alpha.example", "telephone": "+3225550101"}
FORMS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "user": ("POST", "/capacities/alpha.nsso/users", {}),
    "co-GA": ("POST", "/capacities/alpha.nsso/coAccessManagers", {}),
    "GA": ("PUT", "/capacities/alpha.nsso/accessManager", {"replaces": "acc_frank"}),
    "co-GAP": ("POST", "/coChiefAccessManagers", {}),
}
DESIGNATION: Final = {"requester": REACHED, "confirmed": True, "declaration": "2018-07", "replaces": "ds02"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stranger", ["quinten", "umar"])
def test_a_form_tells_a_stranger_the_same_whomever_he_names(
    administered: Administered, form: str, stranger: str
) -> None:
    method, path, more = FORMS[form]
    client = administered.client(stranger, "alpha")
    said = set()
    for niss in (UNKNOWN, *map(number_of, NAMED.values())):
        content = {"ssin": niss, **REACHED, **more}
        problem = client.request(method, path, content).problem(403, "missingPermission")
        said.add((tuple(problem["reasons"]), tuple(problem["rules"]), problem["detail"]))
    assert len(said) == 1


@pytest.mark.parametrize("path", ["", "/preview"])
def test_the_designation_tells_a_stranger_the_same_whomever_he_names(administered: Administered, path: str) -> None:
    client = administered.client("quinten", "alpha")
    said = set()
    for niss in (UNKNOWN, *map(number_of, NAMED.values())):
        content = {"candidate": {"ssin": niss}, **REACHED, **DESIGNATION}
        if path:
            content = {name: content[name] for name in ("candidate", "email", "telephone", "requester")}
        problem = client.post(f"/chiefAccessManagerDesignations{path}", content).problem(403, "missingPermission")
        said.add((tuple(problem["reasons"]), tuple(problem["rules"]), problem["detail"]))
    assert len(said) == 1


def test_who_may_is_told_what_is_wrong_with_the_person(administered: Administered) -> None:
    client = administered.client("frank", "alpha")
    content = {"ssin": number_of("nadia"), **REACHED}
    problem = client.post("/capacities/alpha.nsso/users", content).problem(403, "missingPermission")
    assert problem["reasons"] == ["CANDIDATE_NOT_ELIGIBLE", "NOT_LINKED_TO_ENTERPRISE"]
