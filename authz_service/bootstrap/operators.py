"""Whoever works on the command line: an operator, who is asked about like everybody else (OPS-01)."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence

from authz_service.audit.log import AuditLog
from authz_service.bootstrap.audit import read_audit_key
from authz_service.bootstrap.errors import RefusedError
from authz_service.bootstrap.policies import load_explanations, load_policy
from authz_service.domain.actions import SERVICE_ID
from authz_service.domain.actors import Actor, Origin, Outcome
from authz_service.domain.commands import Command
from authz_service.domain.questions import Decision
from authz_service.domain.vocabulary import Action, SubjectType
from authz_service.policy.engine import PolicyEngine
from authz_service.services.authority.door import Authority
from authz_service.services.authority.reports import Report
from authz_service.services.decisions import DecisionService
from authz_service.settings import Settings
from authz_service.store.database import Database
from authz_service.store.reading import FactsReader

__all__ = ["carry_out", "command_line_operator", "require", "require_decided"]


def command_line_operator(settings: Settings) -> Actor:
    """Return who works on the command line: the user of the operating system, with the scopes that settings give."""
    scopes = frozenset(settings.operators.command_line)
    return Actor(SubjectType.OPERATOR, _user(), scopes=scopes, origin=Origin.COMMAND_LINE)


def carry_out(
    settings: Settings, database: Database, commands: Sequence[Command], policy: PolicyEngine | None = None
) -> Report:
    """Have the operator's commands carried out, all or none. `policy`: the one of the settings, where it is loaded.

    Raises RefusedError when the policy says no, StartError, StoreError, and what is wrong with a command's input.
    """
    authority = Authority(
        database, policy or load_policy(settings), settings.assurance.levels, AuditLog(read_audit_key(settings))
    )
    report = authority.carry_out(command_line_operator(settings), commands)
    for result in report.results:
        if result.outcome is Outcome.REFUSED:
            raise RefusedError(_sentence(result.command.action, result.decision))
    return report


def require(settings: Settings, database: Database, action: Action) -> None:
    """Make sure that the operator may do something to the service that changes no facts. Raises RefusedError."""
    decisions = DecisionService(FactsReader(database), load_policy(settings), settings.assurance.levels)
    require_decided(settings, decisions, action)


def require_decided(settings: Settings, decisions: DecisionService, action: Action, **properties: str) -> None:
    """Make sure of the same by a policy that is loaded already. `properties`: of the action. Raises RefusedError."""
    operator = command_line_operator(settings)
    question = operator.asks(action, SERVICE_ID, properties)
    decision = decisions.decide([question], operator.scopes)[0]
    if not decision.answer.allowed:
        raise RefusedError(_sentence(action, decision))


def _sentence(action: Action, decision: Decision) -> str:
    return load_explanations().explain(action.value, decision)["reason_admin"]["en"]


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
