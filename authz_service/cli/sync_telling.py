"""How plans, runs and the state of directories are told: to people in lines, to directories' own tools as LDIF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from authz_service.directory.operations import Add, Delete, Modify, Operation, Rename
from authz_service.domain.moments import text_of
from authz_service.domain.national_numbers import holds_national_number
from authz_service.store.directories import Failure, Run
from authz_service.sync.ldif import VERSION, change_record, comment
from authz_service.sync.plans import Action, Plan, PlannedChange, changes_of
from authz_service.sync.reasons import Reason
from authz_service.sync.runs import RunReport
from authz_service.sync.status import TargetStatus
from authz_service.sync.verifying import Verification

__all__ = [
    "plan_ldif",
    "plan_lines",
    "run_document",
    "run_lines",
    "status_document",
    "status_lines",
    "verification_line",
]

_MOST_VALUES: Final = 12
"""So many values of one attribute are told to people; a program gets all of them."""
_CLASHES: Final = {
    "foreign": "is not ours, and stands where one of ours should",
    "not_remembered": "has our mark, but was not made by us",
    "mark_gone": "is ours, but our mark was taken from it",
    "in_the_way": "is ours, and stands where another of ours should",
}


def plan_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a plan, as `saved_plans.plan_document` tells it, in lines for people."""
    yield f"{document['target']}: {_summary(document['counts'])}"
    for change in document["changes"]:
        yield from _change_lines(change)
    for clash in document["clashes"]:
        yield f"  clash   {clash['dn']}"
        yield f"          {_CLASHES[clash['kind']]}" + (f" ({clash['key']})" if clash["key"] else "")
    for drift in document["left"]:
        yield f"  left    {drift['dn']}"
        yield f"          others changed it: {', '.join(drift['drift'])}"
    if document["waits_for_approval"]:
        yield "  This plan goes beyond the limits of the target and waits for an approval:"
        yield from (f"    {excess['told']}" for excess in document["waits_for_approval"])
        yield f"    authz sync approve {document['target']} {document['digest'][:16]}"


def plan_ldif(plan: Plan, because: Mapping[str, Sequence[Reason]]) -> str:
    """Return a plan as LDIF changes (RFC 2849), each with why; what would show a national number is left out."""
    parts = [VERSION, comment(f"target {plan.target}, facts {plan.basis.revision}, policy {plan.basis.policy}"), "\n\n"]
    for change in plan.changes:
        told = [change.key, *(reason.told for reason in because.get(change.key, ())[:_MOST_VALUES])]
        records = [change_record(operation, comments=told) for operation in _operations(change)]
        hidden = f"{comment(change.key)}\n# holds a national number, and is not shown\n\n"
        parts += [hidden if holds_national_number(record) else record for record in records]
    parts += [f"{comment(f'left alone: {clash.dn} {_CLASHES[clash.kind]}')}\n" for clash in plan.clashes]
    return "".join(parts)


def verification_line(name: str, verification: Verification) -> str:
    """Return how far a directory is from what it should be, in a line."""
    if verification.is_exact:
        return f"{name}: all {verification.unchanged} entries are as they should be"
    return (
        f"{name}: {verification.differing} to be written, {verification.clashing} in the way,"
        f" {verification.left} left as others changed them, {verification.unchanged} as they should be"
    )


def run_document(report: RunReport) -> dict[str, Any]:
    """Return what a run came to as what JSON is made of."""
    return {
        **_run(report.run),
        "digest": report.plan.digest if report.plan else None,
        "writes": dict(sorted(report.writes.items())),
        "waits_for_approval": [excess.as_json() for excess in report.waits_for],
        "stale": list(report.stale),
        "approved_by": report.approval.approved_by if report.approval else None,
    }


def run_lines(report: RunReport) -> Iterator[str]:
    """Yield what a run came to in lines for people."""
    run = report.run
    written = ", ".join(f"{count} {kind}" for kind, count in sorted(report.writes.items())) or "nothing"
    approved = f", approved by {report.approval.approved_by}" if report.approval else ""
    yield f"{run.target}: {run.outcome.value}, written: {written}{approved}"
    yield from (f"  {_failure(failure.key, failure.cause)}" for failure in run.failures)
    if report.waits_for and report.plan:
        yield f"  authz sync approve {run.target} {report.plan.digest[:16]}"


def status_document(status: TargetStatus) -> dict[str, Any]:
    """Return how a target stands as what JSON is made of."""
    return {
        "target": status.target,
        "last": _run(status.last) if status.last else None,
        "full": _run(status.full) if status.full else None,
        "reached": _run(status.reached) if status.reached else None,
        "lag_revisions": status.lag_revisions,
        "lag_seconds": status.lag_seconds,
        "drift": status.drift,
        "failures": _failures(status.failures),
        "failing": status.failing,
        "waits_for_approval": status.waits_for_approval,
        "next_at": text_of(status.next_at) if status.next_at is not None else None,
        "writing": status.holder is not None,
        "followed": status.follower is not None,
    }


def status_lines(status: TargetStatus) -> Iterator[str]:
    """Yield how a target stands in lines for people."""
    last = status.last
    if last is None:
        yield f"{status.target}: never run"
        return
    yield f"{status.target}: {last.outcome.value} at {text_of(last.ended_at or last.started_at)}"
    if status.lag_revisions is None:
        yield "  has never been as the facts say"
    elif status.lag_revisions:
        yield f"  behind by {status.lag_revisions} revisions of the facts, {status.lag_seconds:.0f} s"
    if status.drift:
        yield f"  others had changed {status.drift} entries"
    yield from (f"  {_failure(failure.key, failure.cause)}" for failure in status.failures)
    if status.waits_for_approval:
        yield "  a plan goes beyond its limits and waits for an approval: `authz sync plan` tells"
    if status.holder is not None:
        yield "  a process writes to it now"
    if status.follower is None:
        yield "  nobody follows the changes: `authz sync run` does"
    elif status.next_at is not None:
        yield f"  everything is compared again at {text_of(status.next_at)} at the latest"


def _summary(counts: Mapping[str, int]) -> str:
    words = [("add", "to add"), ("change", "to change"), ("rename", "of them to rename"), ("delete", "to delete")]
    told = [f"{counts[name]} {word}" for name, word in words if counts[name]] or ["nothing to do"]
    told += [f"{counts['clash']} in the way"] if counts["clash"] else []
    return ", ".join([*told, f"{counts['unchanged']} as they should be"])


def _change_lines(change: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {change['action']:<7} {change['dn']}"
    if "new_dn" in change:
        yield f"          renamed to {change['new_dn']}"
    for name, values in change.get("values", {}).items():
        yield from _listed(f"{name}: ", values)
    for attribute in change.get("attributes", ()):
        old, new = (", ".join(attribute[side]) or "(none)" for side in ("old", "new"))
        yield f"          {attribute['name']}: {old} → {new}" + _by_others(attribute)
    if members := change.get("members"):
        yield from _listed(f"+ {members['attribute']} ", members["added"])
        yield from _listed(f"- {members['attribute']} ", members["removed"])
        if members["by_others"]:
            yield f"         {_by_others(members)}"
    if "deleted" in change.get("drift", ()):
        yield "          others had deleted it"
    if "moved" in change.get("drift", ()):
        yield "          others had moved it"
    yield from _listed("because ", [reason["told"] for reason in change.get("because", ())])


def _listed(head: str, values: Sequence[str]) -> Iterator[str]:
    yield from (f"          {head}{value}" for value in values[:_MOST_VALUES])
    if len(values) > _MOST_VALUES:
        yield f"          {head}… and {len(values) - _MOST_VALUES} more (--json tells them all)"


def _by_others(changed: Mapping[str, Any]) -> str:
    return " (others had changed it)" if changed["by_others"] else ""


def _operations(change: PlannedChange) -> Iterator[Operation]:
    if change.action is Action.ADD:
        yield Add(change.dn, dict(change.values))
        return
    if change.action is Action.DELETE:
        yield Delete(change.dn)
        return
    if change.new_dn is not None:
        yield Rename(change.dn, change.new_dn)
    if changes := changes_of(change.attributes, change.members):
        yield Modify(change.new_dn or change.dn, changes)


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "target": run.target,
        "outcome": run.outcome.value,
        "started_at": text_of(run.started_at),
        "ended_at": text_of(run.ended_at) if run.ended_at is not None else None,
        "revision": run.revision,
        "policy": run.policy,
        "counts": dict(run.counts),
        "failures": _failures(run.failures),
    }


def _failures(failures: Iterable[Failure]) -> list[dict[str, str]]:
    return [{"key": failure.key, "cause": failure.cause} for failure in failures]


def _failure(key: str, cause: str) -> str:
    return f"{key}: {cause}" if key else cause
