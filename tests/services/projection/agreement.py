"""Who must be in which group: asked of the decision endpoint one by one, or read from the world by the model."""

from typing import Final

from authz_service.domain.projections import Group, GroupKind, Projection
from tests.model.world import World, in_force, parse_moment
from tests.services.projection.worlds import NUMBERS, WorldInUse, questions

HELD: Final = {
    GroupKind.CO_CHIEF_ACCESS_MANAGERS: ("designations", "role", "co_chief_access_manager"),
    GroupKind.CO_ACCESS_MANAGERS: ("accounts", "type", "co_access_manager"),
    GroupKind.USERS: ("accounts", "type", "user"),
}


def holders(model: World, group: Group, day: str) -> set[str]:
    """Who holds the relation that the group is held to, as the world says it; of two accounts the manager's counts."""
    at = parse_moment(day)
    assert at is not None
    if group.kind is GroupKind.FLEMISH_RIGHT:
        rights = [each for each in model.flemish_rights if NUMBERS[each["enterprise"]] == group.enterprise_number]
        held = [each for each in rights if (each["right"], each["context"]) == (group.object, group.context)]
        return {each["person"] for each in held if in_force(each, at)}
    kind, member, value = HELD[group.kind]
    if kind == "designations":
        here = [each for each in model.designations if NUMBERS[each["enterprise"]] == group.enterprise_number]
        return {each["person"] for each in here if each[member] == value and in_force(each, at)}
    records = [each for each in model.accounts if each["capacity"] == group.capacity_id and in_force(each, at)]
    counting: dict[str, dict[str, object]] = {}
    for each in sorted(records, key=lambda each: (each["type"] == "user", each["id"])):
        counting.setdefault(each["person"], dict(each))
    return {
        person for person, each in counting.items() if each[member] == value and each["status"] in {"active", "deleted"}
    }


def members_by_question(used: WorldInUse, group: Group, at: int) -> set[str]:
    """Everybody in the world of whom the answer to what the group stands for is yes."""
    asked = [
        (each["id"], question) for each in used.world["persons"] for question in questions(used.world, group, each, at)
    ]
    found = set()
    for start in range(0, len(asked), 1000):
        batch = asked[start : start + 1000]
        for (name, _), decision in zip(batch, used.decisions.decide([question for _, question in batch]), strict=True):
            assert decision.error is None
            if decision.answer.allowed:
                found.add(name)
    return found


def disagreements(used: WorldInUse, projection: Projection, day: str) -> list[str]:
    """What the projection says otherwise than the decisions and the world do."""
    model, found = World(used.world), []
    asked_alike: dict[Group, set[str]] = {}
    for group, person_ids in projection.groups.items():
        expected = None
        if group.kind not in HELD:
            expected = asked_alike.setdefault(group, members_by_question(used, group, projection.at))
        if group.kind in HELD or group.kind is GroupKind.FLEMISH_RIGHT:
            held = holders(model, group, day)
            expected = held if expected is None else expected & held
        members = {used.names[person_id] for person_id in person_ids}
        if members != expected:
            found.append(f"{day} {group}: {members} instead of {expected}")
    return found
