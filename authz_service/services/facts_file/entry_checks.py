"""What one object of the file must satisfy in itself, beyond the types of its members."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from authz_service.domain.identifiers import EnterpriseNumber, NssoNumber
from authz_service.domain.moments import FOREVER
from authz_service.domain.national_numbers import holds_national_number
from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.members import known_name
from authz_service.services.facts_file.words import CONTACT_OWNERS

__all__ = ["check_entry"]

Values = Mapping[str, Any]
Complaints = Iterator[tuple[str, str]]
"""Pairs of the member (a path inside the object, "" for the object) and what is wrong with it."""

_FREE_TEXTS_OF_CONTACT: Final = ("user_name", "title", "email", "local_email", "telephone")


def check_entry(kind: str, values: Values, known: Mapping[str, Collection[str]]) -> Complaints:
    """Yield what is wrong in an object. Members that could not be read are absent, and are not complained of again.

    `known`: by kind, the ids in the file and in the store.
    """
    yield from _periods(kind, values)
    if kind in _CHECKS:
        yield from _CHECKS[kind](values)
    if kind == "contacts":
        yield from _owner(values, known)


def _have(values: Values, *members: str) -> bool:
    return all(member in values for member in members)


def _periods(kind: str, values: Values) -> Complaints:
    for since, until in {("begin", "end"), (KINDS[kind].since, KINDS[kind].until)}:
        if _have(values, since, until) and values[until] <= values[since]:
            yield until, f"ends before it begins: {until!r} must not lie before {since!r}"


def _person(values: Values) -> Complaints:
    if _have(values, "niss", "kind") and (values["kind"] == "bis") != values["niss"].is_bis:
        yield "kind", f"the number is {'a BIS' if values['niss'].is_bis else 'no BIS'} number: the kind must say so"


def _legal_function(values: Values) -> Complaints:
    if _have(values, "held_by", "held_by_enterprise"):
        if (values["held_by"] is None) == (values["held_by_enterprise"] is None):
            yield "held_by", "exactly one of 'held_by' and 'held_by_enterprise' is needed, null for the other"
        elif values.get("permanent_representative") is not None and values["held_by_enterprise"] is None:
            yield "permanent_representative", "only an enterprise that holds the function has one: write null"


def _capacity(values: Values) -> Complaints:
    if _have(values, "identifier"):
        try:
            if values["identifier"]["scheme"] == "nsso_number":
                NssoNumber.parse(values["identifier"]["value"])
            else:
                EnterpriseNumber.parse(values["identifier"]["value"])
        except ValueError as error:
            yield "identifier", str(error)


def _application(values: Values) -> Complaints:
    if _have(values, "mandate_system", "mandate_group"):
        if values["mandate_group"] is not None and values["mandate_system"] is None:
            yield "mandate_group", "a mandate group needs a mandate system: name it, or write null for both"
        if values["mandate_system"] is not None and values["mandate_group"] is None:
            yield "mandate_system", "a mandate system needs a mandate group: name it, or write null for both"


def _account(values: Values) -> Complaints:
    if values.get("status") == "deleted" and values.get("end") == FOREVER:
        yield "status", "'deleted' says how an account ended: give it an 'end'"
    for position, grant in enumerate(values.get("applications", ())):
        if isinstance(grant, Mapping) and grant["end"] <= grant["begin"]:
            yield f"applications[{position}].end", "ends before it begins: 'end' must not lie before 'begin'"


def _mandate(values: Values) -> Complaints:
    if _have(values, "mandator", "mandatary") and values["mandator"] == values["mandatary"]:
        yield "mandatary", "nobody gives a mandate to himself: name another enterprise than the mandator"


def _role_assignment(values: Values) -> Complaints:
    if values.get("status") == "ended" and values.get("end") == FOREVER:
        yield "status", "'ended' says how a role ended: give it an 'end'"


def _sender(values: Values) -> Complaints:
    if _have(values, "technical_user") and not values["technical_user"].startswith("EXP"):
        yield "technical_user", "the name of a technical user starts with EXP"
    for position, channel in enumerate(values.get("channels", ())):
        place, is_webservice = f"channels[{position}]", channel["channel"] == "webservice"
        if channel["applications"] is None and not is_webservice:
            yield f"{place}.applications", "a list is needed: null is for a webservice, which carries every application"
        if channel["applications"] is not None and is_webservice:
            yield f"{place}.applications", "a webservice has no list, it carries every application: write null"


def _owner(values: Values, known: Mapping[str, Collection[str]]) -> Complaints:
    if _have(values, "owner_kind", "owner"):
        try:
            known_name(values["owner"], CONTACT_OWNERS[values["owner_kind"]], known)
        except ValueError as error:
            yield "owner", str(error)


def _contact(values: Values) -> Complaints:
    if values.get("user_name") and values.get("owner_kind", "person") != "person":
        yield "user_name", "a user name is a person's: let it stand in a contact with the owner kind 'person'"
    for member in _FREE_TEXTS_OF_CONTACT:
        said = values.get(member, "")
        # Behind a plus sign and the country code, a telephone number may have eleven digits that happen to check.
        if holds_national_number(said) and not (member == "telephone" and said.startswith("+")):
            hint = ", and a telephone number begins with + and the country code" if member == "telephone" else ""
            yield member, f"this reads as a national number: that stands with the person and nowhere else{hint}"


_CHECKS: Final[Mapping[str, Callable[[Values], Complaints]]] = {
    "accounts": _account,
    "applications": _application,
    "capacities": _capacity,
    "contacts": _contact,
    "legal_functions": _legal_function,
    "mandates": _mandate,
    "persons": _person,
    "role_assignments": _role_assignment,
    "senders": _sender,
}
