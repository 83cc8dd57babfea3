"""Adding and revoking callers of the service (OPS-01)."""

from __future__ import annotations

from authz_service.domain.moments import text_of
from authz_service.domain.service_commands import AddCaller, RevokeCaller
from authz_service.services.authority.reports import Conflict, ConflictCode, Effect
from authz_service.services.authority.work import Work
from authz_service.store.caller_writing import add_caller, revoke_caller

__all__ = ["add", "revoke"]


def add(command: AddCaller, work: Work) -> Effect | Conflict:
    """Let a program or person in. The result's `key` is shown this once. Raises CallerError."""
    key = add_caller(
        work.recorder.connection, command.name, command.scopes, command.purpose, command.ends_at, work.instant
    )
    if key is None:
        return Conflict(ConflictCode.CALLER_EXISTS)
    new = {
        "scopes": sorted(command.scopes),
        "purpose": command.purpose,
        "ends_at": None if command.ends_at is None else text_of(command.ends_at),
    }
    return Effect(result={"key": key}, told=({"kind": "caller", "id": command.name, "old": None, "new": new},))


def revoke(command: RevokeCaller, work: Work) -> Effect | Conflict:
    """Take a caller's access away, from the next request on."""
    if not revoke_caller(work.recorder.connection, command.name, work.instant):
        return Conflict(ConflictCode.UNKNOWN_CALLER)
    told = {"kind": "caller", "id": command.name, "old": {"revoked": False}, "new": {"revoked": True}}
    return Effect(told=(told,))
