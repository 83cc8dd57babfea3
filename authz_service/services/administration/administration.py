"""What people may read of the administration: every function asks the policy before it tells anything.

`actor.acting_for` is the number of the enterprise that the question is about ("" for questions about oneself). A result
of `Refused` says that the policy says no, `None` that there is no such thing in that enterprise. All that one function
tells is of one instant, the present, and of one facts revision. Every function raises StoreError when nobody answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from authz_service.domain.actors import Actor
from authz_service.domain.commands import DesignateChiefAccessManager
from authz_service.domain.identifiers import Niss
from authz_service.services.administration import accounts, capacities, chiefs, enterprises, my_actions, own
from authz_service.services.administration.desk import Desk
from authz_service.services.administration.filters import AccountFilter
from authz_service.services.administration.settings import AdministrationSettings
from authz_service.services.administration.views import (
    AccountDetail,
    AccountPage,
    AccountView,
    ApplicationView,
    CapacityView,
    DesignationPreview,
    DesignationView,
    EnterpriseView,
    MyAction,
    OwnCredentials,
    OwnDetails,
    OwnEnterprise,
    Refused,
)
from authz_service.services.authority.door import Authority
from authz_service.services.decisions import DecisionService
from authz_service.store.database import Database

__all__ = ["Administration"]


class Administration:
    """Reads for people. May be used from any thread; writes nothing but the first login of a GAP."""

    def __init__(
        self, database: Database, decisions: DecisionService, authority: Authority, settings: AdministrationSettings
    ) -> None:
        self._desk = Desk(database, decisions, settings)
        self._authority = authority

    # --- oneself ------------------------------------------------------------------------------------------------------

    def sign_in(self, actor: Actor) -> None:
        """Make the account of the enterprise active when its GAP comes for the first time (ACC-07)."""
        enterprises.sign_in(self._desk, self._authority, actor)

    def own_details(self, actor: Actor) -> OwnDetails | Refused:
        """Return the actor's own data (asks update_own_data)."""
        return own.own_details(self._desk, actor)

    def own_credentials(self, actor: Actor) -> OwnCredentials | Refused:
        """Return where the actor's credentials are (asks change_own_password and view_own_certificate)."""
        return own.own_credentials(self._desk, actor)

    def own_enterprises(self, actor: Actor) -> tuple[OwnEnterprise, ...] | Refused:
        """Return the enterprises that the actor is registered in, by name; refused only to who is not known."""
        return own.own_enterprises(self._desk, actor)

    def my_actions(self, actor: Actor, capacity_id: str = "", account_id: str = "") -> tuple[MyAction, ...] | None:
        """Return what the policy says of every action, all asked at once; None: no such capacity or account there."""
        return my_actions.my_actions(self._desk, actor, capacity_id, account_id)

    # --- enterprises and capacities -----------------------------------------------------------------------------------

    def enterprise(self, actor: Actor) -> EnterpriseView | Refused | None:
        """Return the enterprise, to whom is registered there."""
        return enterprises.enterprise(self._desk, actor)

    def capacities(self, actor: Actor, enterprise_number: str = "", employer_id: str = "") -> tuple[CapacityView, ...]:
        """Return the capacities of an enterprise, or of an employer by NSSO number, that the actor may see."""
        return capacities.capacities(self._desk, actor, enterprise_number, employer_id)

    def capacity(self, actor: Actor, capacity_id: str) -> CapacityView | Refused | None:
        """Return a capacity (asks view_capacity)."""
        return capacities.capacity(self._desk, actor, capacity_id)

    def offered_applications(self, actor: Actor, capacity_id: str) -> tuple[ApplicationView, ...] | Refused | None:
        """Return the applications offered to a capacity, by code (asks view_capacity)."""
        return capacities.offered_applications(self._desk, actor, capacity_id)

    # --- the GAP and co-GAPs ------------------------------------------------------------------------------------------

    def chief(self, actor: Actor) -> DesignationView | Refused | None:
        """Return the GAP (asks view_chief_access_manager); None: there is none."""
        return chiefs.chief(self._desk, actor)

    def designations(self, actor: Actor) -> tuple[DesignationView, ...] | Refused:
        """Return all designations of GAPs, the latest first (asks view_chief_access_manager)."""
        return chiefs.designations(self._desk, actor)

    def co_chiefs(self, actor: Actor) -> tuple[DesignationView, ...] | Refused:
        """Return the co-GAPs, by name (asks view_chief_access_manager)."""
        return chiefs.co_chiefs(self._desk, actor)

    def preview(self, actor: Actor, command: DesignateChiefAccessManager) -> DesignationPreview | Refused | None:
        """Return what the designation would be (asks designate_chief_access_manager as if it were confirmed)."""
        return chiefs.preview(self._desk, actor, command)

    # --- accounts -----------------------------------------------------------------------------------------------------

    def access_manager(self, actor: Actor, capacity_id: str) -> AccountView | Refused | None:
        """Return the titular GA of a capacity, else the GAP (asks view_capacity); None: there is neither."""
        return accounts.access_manager(self._desk, actor, capacity_id)

    def users(
        self, actor: Actor, capacity_id: str, wanted: AccountFilter, page: int, page_size: int
    ) -> AccountPage | Refused | None:
        """Return one page of the accounts of a capacity (asks list_users); `page` counts from 1."""
        return accounts.users(self._desk, actor, capacity_id, wanted, page, page_size)

    def user(self, actor: Actor, capacity_id: str, account_id: str) -> AccountDetail | Refused | None:
        """Return one account of a capacity, in force, with its profile (asks list_users)."""
        return accounts.user(self._desk, actor, capacity_id, account_id)

    def export(self, actor: Actor, capacity_id: str) -> Iterator[AccountView] | Refused | None:
        """Return all accounts of a capacity, by name, as they are read (asks export_users).

        No transaction stays open while the receiver is slow: who is in it is of one instant, how each is reached is
        read in portions.
        """
        return accounts.export(self._desk, actor, capacity_id)

    # --- names --------------------------------------------------------------------------------------------------------

    def register_names(self, niss: Niss) -> tuple[str, str] | None:
        """Return the first name and name of a person; None when not known.

        Only for whom the policy allows what is to be done with that person: it tells that the number exists.
        """
        return own.register_names(self._desk, niss)
