"""Commands about the running of the service itself: values, as those in `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from authz_service.domain.actions import SERVICE_ID
from authz_service.domain.vocabulary import Action, Scope

__all__ = ["AddCaller", "ApplyDirectoryPlan", "ApproveDirectoryPlan", "RevokeCaller"]


class _OnService:
    """A command about the running of the service itself."""

    __slots__ = ()

    @property
    def resource_id(self) -> str:
        return SERVICE_ID

    def properties(self) -> Mapping[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class AddCaller(_OnService):
    """An operator lets a program or person call the service (OPS-01). `ends_at`: UTC microseconds."""

    action: ClassVar[Action] = Action.MANAGE_CALLERS
    name: str
    scopes: frozenset[Scope]
    purpose: str = ""
    ends_at: int | None = None


@dataclass(frozen=True, slots=True)
class RevokeCaller(_OnService):
    """An operator takes a caller's access away (OPS-01)."""

    action: ClassVar[Action] = Action.MANAGE_CALLERS
    name: str


@dataclass(frozen=True, slots=True)
class _OnDirectory(_OnService):
    """Something is done to one of the directories that the service keeps."""

    target: str

    def properties(self) -> Mapping[str, Any]:
        return {"target": self.target}


@dataclass(frozen=True, slots=True)
class ApplyDirectoryPlan(_OnDirectory):
    """An operator has a directory made as the policy says (OPS-01, DRV-14).

    `plan`: the digest of the one that was shown to him, "" when none was.
    """

    action: ClassVar[Action] = Action.APPLY_DIRECTORY_PLAN
    plan: str = ""


@dataclass(frozen=True, slots=True)
class ApproveDirectoryPlan(_OnDirectory):
    """An operator lets one plan be carried out once although it goes beyond the limits of its target (OPS-01, DRV-14).

    `plan`: its digest; `beyond`: what it goes beyond, in words without a value; `until`: UTC microseconds.
    """

    action: ClassVar[Action] = Action.APPROVE_DIRECTORY_PLAN
    plan: str
    beyond: tuple[str, ...]
    until: int
