"""The model's wishes as the commands of the service."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain import commands
from authz_service.domain.actors import Actor
from authz_service.domain.commands import Command, ContactDetails
from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import SubjectType
from tests.administration.worlds import NUMBERS
from tests.model.administration import Asker, Wish

Numbers = Mapping[str, str]
NOT_AS_SHOWN: Final = "another"


def actor_of(asker: Asker, numbers: Numbers) -> Actor:
    """Return the actor that the asker is."""
    acting_for = NUMBERS[asker.acting_for] if asker.acting_for else ""
    return Actor(SubjectType(asker.kind), numbers.get(asker.name, asker.name), acting_for, asker.means)


def command_of(wish: Wish, numbers: Numbers) -> Command:
    """Return the command that the wish is."""
    return _COMMANDS[wish.action](wish, numbers)


def _contact(wish: Wish) -> ContactDetails:
    return ContactDetails(email="post@firm.example", user_name=wish.user_name)


def _designate(wish: Wish, numbers: Numbers) -> Command:
    return commands.DesignateChiefAccessManager(
        NUMBERS[wish.of],
        Niss(numbers[wish.person]),
        wish.confirmed,
        wish.declaration,
        wish.replaces,
        _contact(wish),
        _contact(wish),
        wish.new,
    )


def _designate_co(wish: Wish, numbers: Numbers) -> Command:
    candidate = Niss(numbers[wish.person])
    return commands.DesignateCoChiefAccessManager(NUMBERS[wish.of], candidate, _contact(wish), wish.new)


def _change(wish: Wish, numbers: Numbers) -> Command:
    candidate = Niss(numbers[wish.person])
    return commands.ChangeAccessManager(wish.of, candidate, _contact(wish), wish.new, wish.replaces)


def _opening(make: Callable[[str, Niss, ContactDetails, str], Command]) -> Callable[[Wish, Numbers], Command]:
    return lambda wish, numbers: make(wish.of, Niss(numbers[wish.person]), _contact(wish), wish.new)


def _on_account(make: Callable[[str], Command]) -> Callable[[Wish, Numbers], Command]:
    return lambda wish, _: make(wish.of)


def _on_application(make: Callable[[str, str], Command]) -> Callable[[Wish, Numbers], Command]:
    return lambda wish, _: make(wish.of, wish.application)


def _shown(wish: Wish) -> str | None:
    return None if wish.current else NOT_AS_SHOWN


def _own(wish: Wish, numbers: Numbers) -> Command:
    named: dict[str, Any] = {"user_name": wish.user_name} if wish.user_name else {}
    changes = dict(wish.details) | named
    return commands.UpdateOwnDetails(Niss(numbers[wish.of]), changes, wish.checked, _shown(wish))


_COMMANDS: Final[Mapping[str, Callable[[Wish, Numbers], Command]]] = MappingProxyType(
    {
        "activate_account": lambda wish, _: commands.ActivateAccount(NUMBERS[wish.of]),
        "add_co_access_manager": _opening(commands.AddCoAccessManager),
        "block_user": _on_account(commands.BlockUser),
        "change_access_manager": _change,
        "create_user": _opening(commands.CreateUser),
        "delete_user": _on_account(commands.DeleteUser),
        "designate_chief_access_manager": _designate,
        "designate_co_chief_access_manager": _designate_co,
        "grant_application": _on_application(commands.GrantApplication),
        "remove_co_access_manager": _on_account(commands.RemoveCoAccessManager),
        "remove_co_chief_access_manager": lambda wish, numbers: commands.RemoveCoChiefAccessManager(
            NUMBERS[wish.of], Niss(numbers[wish.person])
        ),
        "revoke_application": _on_application(commands.RevokeApplication),
        "unblock_user": _on_account(commands.UnblockUser),
        "update_capacity": lambda wish, _: commands.UpdateCapacity(
            wish.of, dict(wish.details), wish.checked, _shown(wish)
        ),
        "update_own_data": _own,
    }
)
