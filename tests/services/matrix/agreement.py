"""What the matrix must say: every person of a world is asked about, with every action and resource, one by one.

The questions are put together here from the world alone, apart from the tables that the matrix is made with.
"""

import random
from collections.abc import Collection, Iterator
from typing import Any, Final

from authz_service.domain.moments import text_of
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import ResourceType
from authz_service.services.matrix.matrix import AuthorityMatrix, EnterpriseMatrix, Wanted
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import NUMBERS, WorldInUse, own_means

OF_STRANGERS: Final = 60
Thing = dict[str, Any]
Cell = tuple[str, ...]
"""Person, action, resource; then the capacity, the enterprise acted for under a mandate, what is named, whom about."""
NOTHING: Final[Thing] = {}
CERTIFICATE: Final = {"format": "cer", "expires": "9999-12-01"}
ENTERPRISE_PLAIN: Final = ["activate_account", "activate_ebox", "read_ebox", "view_chief_access_manager"]
CANDIDATE_OF_ENTERPRISE: Final = [
    "designate_co_chief_access_manager",
    "designate_flemish_head_local_manager",
    "link_person",
]
REMOVED: Final = ["remove_co_chief_access_manager", "remove_flemish_head_local_manager"]
CAPACITY_PLAIN: Final = ["export_users", "list_roles", "list_users", "stop_sender", "update_capacity", "view_capacity"]
CANDIDATE_OF_CAPACITY: Final = ["add_co_access_manager", "change_access_manager", "create_user"]
ACCOUNT_PLAIN: Final = ["block_user", "delete_user", "remove_co_access_manager", "unblock_user"]
ROLE: Final = ["accept_role", "decline_role", "end_role", "use_role"]
MANDATE: Final = ["end_mandate", "end_ssm_mandate", "sign_ssm_mandate", "view_mandates"]
OWN: Final = ["change_own_password", "update_own_data", "view_own_certificate"]


def matrix_of(used: WorldInUse, **wanted: Any) -> list[EnterpriseMatrix]:
    return list(AuthorityMatrix(used.database, used.decisions, LEVELS).of(Wanted(**wanted)))


def cells(used: WorldInUse, matrix: EnterpriseMatrix) -> set[Cell]:
    """What the matrix says, resource by resource and person by person."""
    said: set[Cell] = set()
    for right in matrix.rights():
        person, target = used.names[right.person_id], right.target
        where = target.capacity_id if target.resource_type is ResourceType.APPLICATION else ""
        named = [told.split()[0] if "mandate" in right.action and told else told for told in right.of] or [""]
        named = [target.told] if right.action == "use_flemish_right" else named
        about = [used.names[person_id] for person_id in right.about] or [""]
        said |= {
            (person, right.action.value, resource_id, where, mandator, each, other)
            for resource_id in right.resource_ids
            for mandator in target.mandators or ("",)
            for each in named
            for other in about
        }
    return said


def live_cells(used: WorldInUse, name: str, at: int, here: set[str], left_out: Collection[str] = ()) -> set[Cell]:
    """What the decisions say: the questions of everybody who acts for an enterprise of the world, by its name.

    `here`: those who stand in it. They are asked everything, and about each other; of everybody else, who must be told
    no, some questions are taken at random. `left_out`: who is not asked.
    """
    found: set[Cell] = set()
    asked, chance = Asked(used.world, name, at, here), random.Random(name)
    for person in (each for each in used.world["persons"] if each["id"] not in left_out):
        questions = list(asked.of(person))
        if person["id"] not in here:
            of_enterprise = [each for each in questions if each[1].resource_type != "person"]
            questions = chance.sample(of_enterprise, min(OF_STRANGERS, len(of_enterprise)))
        for start in range(0, len(questions), 1000):
            batch = questions[start : start + 1000]
            answers = used.decisions.decide([question for _, question in batch])
            for (cell, _), decision in zip(batch, answers, strict=True):
                assert decision.error is None
                if decision.answer.allowed:
                    found.add(cell)
    return found


class Asked:
    """All questions of persons who act for one enterprise."""

    def __init__(self, world: Thing, name: str, at: int, people: set[str]) -> None:
        """`people`: whom actions are about."""
        self.world, self.number, self.at = world, NUMBERS[name], at
        self.people = [each for each in world["persons"] if each["id"] in people]
        self.here = [each for each in world["capacities"] if each["enterprise"] == name]

    def of(self, person: Thing) -> Iterator[tuple[Cell, Question]]:
        context = {"at": text_of(self.at), "authentication_means": own_means(person)}
        acting = {"acting_for": self.number}
        for action, kind, resource, properties, more, cell in self._all():
            resource_id = person["niss"] if kind == "person" else resource
            question = Question("person", person["niss"], action, kind, resource_id, acting, properties, context | more)
            yield (person["id"], action, resource, *cell), question

    def _all(self) -> Iterator[tuple[str, str, str, Thing, Thing, tuple[str, str, str, str]]]:
        for of_kind in (self._enterprise, self._capacities, self._accounts, self._applications, self._mandates):
            yield from of_kind()
        for action in OWN:
            yield action, "person", "own record", NOTHING, NOTHING, ("", "", "", "")

    def _about(self, action: str, kind: str, resource: str, name: str = "candidate", **more: Any) -> Iterator[Any]:
        """The action with everybody who stands in the enterprise as the one whom it is about."""
        told = more.pop("told", "")
        for other in self.people:
            yield action, kind, resource, {name: other["niss"], **more}, NOTHING, ("", "", told, other["id"])

    def _enterprise(self) -> Iterator[Any]:
        for action in ENTERPRISE_PLAIN:
            yield action, "enterprise", self.number, NOTHING, NOTHING, ("", "", "", "")
        for action in CANDIDATE_OF_ENTERPRISE:
            yield from self._about(action, "enterprise", self.number)
        yield from self._about("designate_chief_access_manager", "enterprise", self.number, confirmed=True)
        for action in REMOVED:
            yield from self._about(action, "enterprise", self.number, "target")
        for right in self.world["flemish_rights_catalogue"]:
            yield (
                *("use_flemish_right", "enterprise", self.number, {"right": right["id"]}, NOTHING),
                ("", "", right["id"], ""),
            )
            for context in right["contexts"]:
                named = {"right": right["id"], "right_context": context, "told": context}
                yield from self._about("grant_flemish_right", "enterprise", self.number, **named)
                yield from self._about("end_flemish_right", "enterprise", self.number, "target", **named)

    def _capacities(self) -> Iterator[Any]:
        for capacity in self.world["capacities"]:
            for action in CAPACITY_PLAIN:
                yield action, "capacity", capacity["id"], NOTHING, NOTHING, ("", "", "", "")
        for capacity in self.here:
            for action in CANDIDATE_OF_CAPACITY:
                yield from self._about(action, "capacity", capacity["id"])
            role = {"role": "ANY", "role_domain": capacity["domain"]}
            yield from self._about("assign_role", "capacity", capacity["id"], **role)
            yield from self._channels(capacity["id"])

    def _channels(self, capacity: str) -> Iterator[Any]:
        nothing_more = ("capacity", capacity)
        for channel in ("ftp", "sftp", "webservice"):
            given: Thing = {"channel": channel}
            yield "stop_channel", *nothing_more, given, NOTHING, ("", "", channel, "")
            given = given | {"certificate": CERTIFICATE, "ssh_public_key": True}
            yield "replace_channel_keys", *nothing_more, given, NOTHING, ("", "", channel, "")
            given |= {"technical_user_name": "EXPX", "technical_user_name_confirmation": "EXPX"}
            given["contact_person_complete"] = True
            lists = [[each["id"]] for each in self.world["applications"]] if channel != "webservice" else [[]]
            for codes in lists:
                complete = given | ({"applications": codes} if codes else {})
                told = " ".join([channel, *codes])
                yield "create_sender", *nothing_more, complete, NOTHING, ("", "", told, "")
                yield "add_channel", *nothing_more, complete, NOTHING, ("", "", told, "")

    def _accounts(self) -> Iterator[Any]:
        for account in self.world["accounts"]:
            for action in ACCOUNT_PLAIN:
                yield action, "account", account["id"], NOTHING, NOTHING, ("", "", "", "")
            kind = {each["id"]: each["type"] for each in self.here}.get(account["capacity"])
            for application in self.world["applications"]:
                # Taking away what is not offered is allowed and changes nothing (AMB-39): the matrix leaves it out.
                if kind not in application["offered_to"]:
                    continue
                named = {"application": application["id"]}
                for action in ("grant_application", "revoke_application"):
                    yield action, "account", account["id"], named, NOTHING, ("", "", application["id"], "")
        for role in self.world["role_assignments"]:
            for action in ROLE:
                yield action, "role_assignment", role["id"], NOTHING, NOTHING, ("", "", "", "")

    def _applications(self) -> Iterator[Any]:
        for application in self.world["applications"]:
            for capacity in self.world["capacities"]:
                under = {"capacity": capacity["id"]}
                where = (capacity["id"], "", "", "")
                yield "use_application", "application", application["id"], NOTHING, under, where
            for capacity in self.here:
                for number in NUMBERS.values():
                    under = {"capacity": capacity["id"], "for_enterprise": number}
                    where = (capacity["id"], number, "", "")
                    yield "act_under_mandate", "application", application["id"], NOTHING, under, where

    def _mandates(self) -> Iterator[Any]:
        for mandate in self.world["mandates"]:
            for action in MANDATE:
                yield action, "mandate", mandate["id"], NOTHING, NOTHING, ("", "", "", "")
            for side in ("mandator", "mandatary"):
                yield "sign_mandate", "mandate", mandate["id"], {"for_side": side}, NOTHING, ("", "", "", "")
        groups: dict[str, set[str]] = {"mahis": set(), "ssm": set()}
        for each in self.world["applications"]:
            if each.get("mandate_group"):
                groups[each["mandate_system"]].add(each["mandate_group"])
        for registry, action in (("mahis", "create_mandate"), ("ssm", "create_ssm_mandate")):
            for number in NUMBERS.values():
                ways = {"given": (self.number, number), "received": (number, self.number)}
                for told, (mandator, mandatary) in ways.items():
                    named = {"mandator": mandator, "mandatary": mandatary, "groups": sorted(groups[registry])}
                    yield action, "mandate_registry", registry, named, NOTHING, ("", "", told, "")
