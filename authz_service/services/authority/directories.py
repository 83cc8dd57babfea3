"""Directories: who had one written to, and who let a plan go beyond its limits (OPS-01, DRV-14)."""

from __future__ import annotations

from authz_service.domain.moments import text_of
from authz_service.domain.service_commands import ApplyDirectoryPlan, ApproveDirectoryPlan
from authz_service.services.authority.reports import Conflict, Effect
from authz_service.services.authority.work import Work
from authz_service.store.directories import Approval, add_approval

__all__ = ["apply_plan", "approve_plan"]


def apply_plan(command: ApplyDirectoryPlan, _work: Work) -> Effect | Conflict:
    """Note who has a directory written to; the writing itself comes after, and tells its outcome as a run."""
    new = {"plan": command.plan}
    return Effect(told=({"kind": "directory", "id": command.target, "old": None, "new": new},))


def approve_plan(command: ApproveDirectoryPlan, work: Work) -> Effect | Conflict:
    """Let the plan be carried out once until the instant that the command says."""
    approval = Approval(command.target, command.plan, work.actor_id, work.instant, command.until)
    add_approval(work.recorder.connection, approval)
    new = {"plan": command.plan, "beyond": list(command.beyond), "until": text_of(command.until)}
    return Effect(told=({"kind": "directory_plan", "id": command.target, "old": None, "new": new},))
