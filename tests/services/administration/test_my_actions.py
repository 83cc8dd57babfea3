"""What somebody may do here: the same decisions as anywhere, on every action."""

import re

import pytest
import yaml

from authz_service.domain.actors import Actor
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, Reason, ResourceType, SubjectType
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.my_actions import REQUIRED
from authz_service.services.administration.views import MyAction
from tests.services.administration.conftest import Office
from tests.support.door import person
from tests.support.reference import WORLD

NSSO = "alpha.nsso"
NAMES = ("anne", "carla", "els", "frank", "pavel", "ines", "jan", "umar", "milan")


def actions_of(reading: Administration, actor: Actor, *path: str) -> dict[Action, MyAction]:
    found = reading.my_actions(actor, *path)
    assert found is not None
    return {each.action: each for each in found}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", [(), (NSSO,), (NSSO, "acc_ines"), ("", "acc_ines")])
def test_every_action_is_told_once_as_the_policy_decides_it(
    unchanged: Office, name: str, path: tuple[str, ...]
) -> None:
    actor = person(name, "alpha")
    found = unchanged.read.my_actions(actor, *path)
    assert found is not None
    assert [each.action for each in found] == list(Action)
    for each in found:
        resource = actor.id if each.resource_type is ResourceType.PERSON else each.resource_id
        decision = unchanged.door.reference.decisions.decide([actor.asks(each.action, resource, {})])[0]
        assert each.decision.answer == decision.answer, each.action


def test_all_are_decided_in_one_batch(unchanged: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    decisions = unchanged.door.reference.decisions
    decide = type(decisions).decide

    def counted(self: object, questions: list[Question], *more: object) -> object:
        batches.append(len(questions))
        return decide(decisions, questions)

    monkeypatch.setattr(type(decisions), "decide", counted)
    assert unchanged.read.my_actions(person("carla", "alpha"), NSSO) is not None
    assert batches == [len(Action)]


def test_the_path_says_what_is_asked_about(reading: Administration) -> None:
    actions = actions_of(reading, person("frank", "alpha"), NSSO, "acc_ines")
    assert actions[Action.LIST_USERS].resource_id == NSSO
    assert actions[Action.BLOCK_USER].resource_id == "acc_ines"
    assert actions[Action.VIEW_CHIEF_ACCESS_MANAGER].resource_id == "0999010126"
    assert (actions[Action.LIST_USERS].allowed, actions[Action.BLOCK_USER].allowed) == (True, True)
    assert actions[Action.VIEW_CHIEF_ACCESS_MANAGER].allowed is False


def test_an_account_brings_its_capacity_along(reading: Administration) -> None:
    actions = actions_of(reading, person("frank", "alpha"), "", "acc_ines")
    assert (actions[Action.LIST_USERS].resource_id, actions[Action.LIST_USERS].allowed) == (NSSO, True)


def test_what_the_path_does_not_name_is_missing(reading: Administration) -> None:
    actions = actions_of(reading, person("carla", "alpha"))
    assert (actions[Action.LIST_USERS].resource_id, actions[Action.LIST_USERS].missing) == ("", ("resource",))
    assert actions[Action.GRANT_APPLICATION].missing == ("resource", "application")
    assert actions[Action.LIST_USERS].allowed is None


def test_what_the_action_needs_besides_is_missing_and_nothing_is_said_of_it(reading: Administration) -> None:
    create = actions_of(reading, person("frank", "alpha"), NSSO)[Action.CREATE_USER]
    assert (create.missing, create.allowed) == (("candidate",), None)
    assert Reason.CANDIDATE_NOT_ELIGIBLE in create.decision.answer.reasons


def test_ones_own_number_is_in_no_resource(reading: Administration) -> None:
    actions = actions_of(reading, person("ines", "alpha"))
    assert actions[Action.UPDATE_OWN_DATA].resource_id == ""
    assert actions[Action.UPDATE_OWN_DATA].missing == ()
    assert actions[Action.UPDATE_OWN_DATA].allowed is True
    assert not any(re.search(r"\d{11}", each.resource_id) for each in actions.values())


@pytest.mark.parametrize(
    "path",
    [("kappa.nsso",), ("no.such",), (NSSO, "acc_olga"), (NSSO, "acc_hugo"), ("", "acc_frank_kappa"), ("", "ds02")],
)
def test_a_path_that_leads_nowhere_in_the_enterprise_is_nothing(reading: Administration, path: tuple[str, ...]) -> None:
    assert reading.my_actions(person("carla", "alpha"), *path) is None


def test_an_enterprise_that_is_not_known_is_nothing(reading: Administration) -> None:
    assert reading.my_actions(person("carla", "0999999922")) is None


def test_an_agent_may_do_nothing_in_an_enterprise(reading: Administration) -> None:
    agent = Actor(SubjectType.AGENT, "agent_1", "0999010126")
    assert not any(each.allowed for each in actions_of(reading, agent).values())


def test_the_required_properties_are_those_of_the_action_table() -> None:
    """What has a question mark there can be left out."""
    table = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["action_table"]
    for row in table:
        names = re.sub(r"\{[^}]*\}|\([^)]*\)", "", row["properties"])
        properties = [part.partition(":")[0].strip(" '") for part in re.split(r",(?![^\[]*\])", names) if part.strip()]
        required = tuple(name for name in properties if not name.endswith("?"))
        assert REQUIRED.get(Action(row["action"]), ()) == required, row["action"]
