"""What each change comes to once it is allowed, or why things are not as the asker thinks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from .administration_state import Row, State, Wish
from .world import CHIEF, CO_CHIEF

__all__ = ["EFFECTS", "Effect"]


@dataclass(frozen=True)
class Effect:
    """What a change comes to. With `conflicts`, to nothing: codes of which one is to be told."""

    changes: bool = True
    conflicts: frozenset[str] = frozenset()


CHANGED = Effect()
UNCHANGED = Effect(changes=False)


def conflict(*codes: str) -> Effect:
    """The effect of a change that contradicts how things stand."""
    return Effect(changes=False, conflicts=frozenset(codes))


# -- the enterprise ----------------------------------------------------------------------------


def designate_chief(state: State, wish: Wish, at: datetime) -> Effect:
    """GGA-DES-15, GGA-DES-18, ACC-13, AMB-48: at once; the one before ends, as does the new one's being co-GAP."""
    present = state.chief(wish.of, at)
    codes = [] if wish.declaration == "2018-07" else ["outdatedDeclaration"]
    codes += [] if _shown(present) == wish.replaces else ["chiefAccessManagerChanged"]
    if codes:
        return conflict(*codes)
    for row in [present, *state.co_chiefs(wish.of, at)]:
        if row is not None and (row is present or row["person"] == wish.person):
            state.end(row, at)
    state.designate(CHIEF, wish, at)
    enterprise = state.row("enterprises", wish.of)
    enterprise["registered_in_csam"] = enterprise["registered_in_csam"] or at.isoformat()
    return CHANGED


def activate(state: State, wish: Wish, at: datetime) -> Effect:
    """ACC-07: from the first login on."""
    enterprise = state.row("enterprises", wish.of)
    if enterprise["portal_account_active_since"]:
        return UNCHANGED
    enterprise["portal_account_active_since"] = at.isoformat()
    return CHANGED


def designate_co_chief(state: State, wish: Wish, at: datetime) -> Effect:
    """GGA-CAM-02: beside those there are; nobody is the GAP's helper twice, nor his own."""
    present = state.chief(wish.of, at)
    if present is not None and present["person"] == wish.person:
        return conflict("alreadyChiefAccessManager")
    if any(row["person"] == wish.person for row in state.co_chiefs(wish.of, at)):
        return conflict("alreadyCoChiefAccessManager")
    state.designate(CO_CHIEF, wish, at)
    return CHANGED


def remove_co_chief(state: State, wish: Wish, at: datetime) -> Effect:
    """DRV-07: the role ends at once."""
    for row in state.co_chiefs(wish.of, at):
        if row["person"] == wish.person:
            state.end(row, at)
    return CHANGED


# -- the managers of a capacity ----------------------------------------------------------------


def change_manager(state: State, wish: Wish, at: datetime) -> Effect:
    """GGA-AM-08, AMB-01, AMB-08: the titular before ends, and whatever record the new one had there."""
    present = state.titular(wish.of, at)
    codes = [] if _shown(present) == wish.replaces else ["accessManagerChanged"]
    if present is not None and present["person"] == wish.person:
        codes.append("alreadyAccessManager")
    codes += _user_name_codes(state, wish)
    if codes:
        return conflict(*codes)
    if present is not None:
        state.end(present, at)
    return _open(state, "access_manager", wish, at)


def add_co_manager(state: State, wish: Wish, at: datetime) -> Effect:
    """GGA-AM-10: beside the titular and the others; a user becomes one, a GA or co-GA is one already."""
    present = state.account_of(wish.person, wish.of, at)
    already = {"access_manager": "alreadyAccessManager", "co_access_manager": "alreadyCoAccessManager"}
    codes = [already[present["type"]]] if present is not None and present["type"] in already else []
    codes += _user_name_codes(state, wish)
    return conflict(*codes) if codes else _open(state, "co_access_manager", wish, at)


# -- users -------------------------------------------------------------------------------------


def create_user(state: State, wish: Wish, at: datetime) -> Effect:
    """UM-USR-03, UM-USR-07, AMB-40: active at once, whoever was a user before may be one again."""
    codes = _user_name_codes(state, wish)
    return conflict(*codes) if codes else _open(state, "user", wish, at)


def end_account(state: State, wish: Wish, at: datetime) -> Effect:
    """GGA-AM-11, UM-DEL-01: the account ends, and its applications with it."""
    state.end(state.row("accounts", wish.of), at)
    return CHANGED


def block(state: State, wish: Wish, _: datetime) -> Effect:
    """UM-BLK-01."""
    state.row("accounts", wish.of)["status"] = "blocked"
    return CHANGED


def unblock(state: State, wish: Wish, _: datetime) -> Effect:
    """UM-BLK-03: it opens what it opened before."""
    state.row("accounts", wish.of)["status"] = "active"
    return CHANGED


def grant(state: State, wish: Wish, _: datetime) -> Effect:
    """UM-APP-01, AMB-39: what is held already is no change."""
    held = state.row("accounts", wish.of)["applications"]
    if wish.application in held:
        return UNCHANGED
    held[:] = sorted([*held, wish.application])
    return CHANGED


def revoke(state: State, wish: Wish, _: datetime) -> Effect:
    """UM-APP-03, AMB-39: what is not held is no change."""
    held = state.row("accounts", wish.of)["applications"]
    if wish.application not in held:
        return UNCHANGED
    held.remove(wish.application)
    return CHANGED


# -- contact details ---------------------------------------------------------------------------


def update_capacity(state: State, wish: Wish, _: datetime) -> Effect:
    """UM-MGT-03, UM-MGT-04."""
    return _details(state, "capacity", wish)


def update_own_details(state: State, wish: Wish, _: datetime) -> Effect:
    """UM-SELF-01, UM-SELF-04; a user name is chosen once (AMB-12)."""
    named = Wish(wish.action, wish.of, person=wish.of, user_name=wish.user_name)
    codes = [] if wish.current else ["staleVersion"]
    codes += _user_name_codes(state, named)
    if codes:
        return conflict(*codes)
    renamed = _name(state, named)
    return CHANGED if renamed or _details(state, "person", wish).changes else UNCHANGED


def _details(state: State, kind: str, wish: Wish) -> Effect:
    if not wish.current:
        return conflict("staleVersion")
    known = state.details.setdefault((kind, wish.of), {})
    before = dict(known)
    known.update(wish.details)
    # To say that all is right is news each time it is said.
    return CHANGED if wish.checked or known != before else UNCHANGED


def _open(state: State, type_: str, wish: Wish, at: datetime) -> Effect:
    _name(state, wish)
    state.open_account(type_, wish, at)
    return CHANGED


def _name(state: State, wish: Wish) -> bool:
    """Give the person his user name; say whether he had none."""
    if not wish.user_name or wish.person in state.user_names:
        return False
    state.user_names[wish.person] = wish.user_name
    return True


def _user_name_codes(state: State, wish: Wish) -> list[str]:
    """UM-USR-03, AMB-12: unused, and no other than the one that the person has."""
    if not wish.user_name:
        return []
    own = state.user_names.get(wish.person, wish.user_name)
    codes = [] if own == wish.user_name else ["userNameChosen"]
    taken = any(name == wish.user_name for person, name in state.user_names.items() if person != wish.person)
    return [*codes, "userNameTaken"] if taken else codes


def _shown(present: Row | None) -> str | None:
    return None if present is None else str(present["id"])


EFFECTS: Mapping[str, Callable[[State, Wish, datetime], Effect]] = MappingProxyType(
    {
        "activate_account": activate,
        "add_co_access_manager": add_co_manager,
        "block_user": block,
        "change_access_manager": change_manager,
        "create_user": create_user,
        "delete_user": end_account,
        "designate_chief_access_manager": designate_chief,
        "designate_co_chief_access_manager": designate_co_chief,
        "grant_application": grant,
        "remove_co_access_manager": end_account,
        "remove_co_chief_access_manager": remove_co_chief,
        "revoke_application": revoke,
        "unblock_user": unblock,
        "update_capacity": update_capacity,
        "update_own_data": update_own_details,
    }
)
