"""Every operation of the administration API by every kind of actor.

Generated: which operations there are and which action each asks is in the served document (`x-authz-action`), who may
do an action is in the action table. Whoever is entitled succeeds; everybody else is told the reasons and rules that the
decision endpoint gives, and nothing changes.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.administration.actors import CAPACITY, KINDS, NOBODY, PERSON, Kind, known_actions
from tests.administration.examples import EXAMPLES, OWN, PUBLIC, SHOWING_WHAT_ONE_MAY_SEE, WITHOUT_AN_ACTION
from tests.administration.office import Office, Operation, opened_office
from tests.support.administration import Response

[SOMEBODY_UNKNOWN] = (kind for kind in KINDS if kind.type == NOBODY)
REFUSING = [name for name in EXAMPLES if name not in WITHOUT_AN_ACTION | SHOWING_WHAT_ONE_MAY_SEE]
NOT_OF_AN_ACTIVE_USER = {"remove_co_access_manager", "unblock_user"}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=str)


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield from opened_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(shared_office: Office) -> Office:
    """The service over a fresh copy of the reference world."""
    shared_office.begin_anew()
    return shared_office


def test_there_is_an_example_for_every_operation_of_the_document(office: Office) -> None:
    assert office.operations.keys() == EXAMPLES.keys() | PUBLIC.keys()


def test_every_operation_names_the_actions_that_it_asks_but_those_that_no_action_stands_for(office: Office) -> None:
    nameless = {name for name, operation in office.operations.items() if not operation.actions}
    assert nameless == WITHOUT_AN_ACTION | PUBLIC.keys()
    named = {action for operation in office.operations.values() for action in operation.actions}
    assert named <= known_actions()


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_told_to_nobody_in_particular(office: Office, name: str) -> None:
    operation = office.operations[name]
    reply = office.client(SOMEBODY_UNKNOWN).get(operation.template.format(**PUBLIC[name]))
    assert reply.status == 200
    assert office.state() == office.beginning


@pytest.mark.parametrize("name", REFUSING)
@EVERY_KIND
def test_whoever_is_entitled_succeeds_and_everybody_else_changes_nothing(office: Office, name: str, kind: Kind) -> None:
    operation = office.operations[name]
    if kind.type == NOBODY:
        _is_unknown(office, office.send(kind, operation, EXAMPLES[name]))
        return
    decision = office.decided(kind, operation, EXAMPLES[name])
    assert decision["decision"] is kind.is_entitled(operation.actions[0])
    reply = office.send(kind, operation, EXAMPLES[name])
    if decision["decision"]:
        _is_done(office, operation, reply)
    else:
        # Agents and programs have no record of their own: there is no command that could be recorded.
        commanded = operation.writes and (kind.type == PERSON or EXAMPLES[name].resource != OWN)
        told = office.told(kind, operation, EXAMPLES[name], decision)
        _is_refused(office, reply, told, decision["context"]["facts"], recorded=commanded)


@pytest.mark.parametrize("name", sorted(SHOWING_WHAT_ONE_MAY_SEE))
@EVERY_KIND
def test_a_list_holds_what_one_may_see(office: Office, name: str, kind: Kind) -> None:
    operation = office.operations[name]
    reply = office.send(kind, operation, EXAMPLES[name])
    if kind.type == NOBODY:
        _is_unknown(office, reply)
        return
    assert reply.status == 200
    seen = {item["id"] for item in reply.json()["items"]}
    assert (CAPACITY in seen) is kind.is_entitled(operation.actions[0])
    assert office.state() == office.beginning


@EVERY_KIND
def test_an_enterprise_is_shown_to_whoever_is_registered_there(office: Office, kind: Kind) -> None:
    reply = office.send(kind, office.operations["readEnterprise"], EXAMPLES["readEnterprise"])
    expected = 401 if kind.type == NOBODY else 200 if kind.registered else 403
    assert reply.status == expected
    assert office.state() == office.beginning


@EVERY_KIND
def test_every_person_is_told_where_he_is_registered(office: Office, kind: Kind) -> None:
    reply = office.send(kind, office.operations["listOwnEnterprises"], EXAMPLES["listOwnEnterprises"])
    assert reply.status == (401 if kind.type == NOBODY else 200 if kind.is_entitled("update_own_data") else 403)
    assert office.state() == office.beginning


@EVERY_KIND
def test_what_one_is_told_that_one_may_do_is_what_the_action_table_says(office: Office, kind: Kind) -> None:
    reply = office.send(kind, office.operations["listMyActions"], EXAMPLES["listMyActions"])
    if kind.type == NOBODY:
        _is_unknown(office, reply)
        return
    assert reply.status == 200
    told = {item["action"]: item for item in reply.json()["items"]}
    assert told.keys() == known_actions()
    with_operation = {action for operation in office.operations.values() for action in operation.actions}
    decided = {action for action in with_operation if not told[action]["missing"]}
    assert decided >= {"list_users", "update_capacity", "delete_user", "update_own_data"}
    allowed = {action for action in decided if told[action]["allowed"]}
    assert allowed == {action for action in decided - NOT_OF_AN_ACTIVE_USER if kind.is_entitled(action)}
    assert {action for action in told if told[action].get("allowed")} == {
        action for action in told if not told[action]["reasons"]
    }


def _is_done(office: Office, operation: Operation, reply: Response) -> None:
    assert reply.status == operation.success
    beginning, state = office.beginning, office.state()
    if not operation.writes:
        assert state == beginning, "reading changes nothing, and fills no log"
        return
    assert reply.headers["authz-facts-revision"] == str(beginning.revision + 1) == str(state.revision)
    assert state.audited == beginning.audited + 1
    assert state.facts != beginning.facts


def _is_unknown(office: Office, reply: Response) -> None:
    reply.problem(401, "noAccessToken")
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert office.state() == office.beginning


def _is_refused(office: Office, reply: Response, told: tuple[Any, Any], facts: int, *, recorded: bool) -> None:
    problem = reply.problem(403, "missingPermission")
    assert (problem["reasons"], problem["rules"]) == told
    assert problem["factsRevision"] == facts
    assert office.state() == replace(office.beginning, audited=office.beginning.audited + recorded)
