"""The write door: a command is put to the policy as the question a portal would ask, and written if the answer is yes.

The facts, the audit record and the messages are written in one transaction, which nobody else writes beside. A command
that is refused leaves an audit record and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from authz_service.audit.log import AuditLog
from authz_service.domain.actors import Actor, Outcome
from authz_service.domain.commands import Command
from authz_service.policy.engine import PolicyEngine
from authz_service.services.authority.carrying_out import CARRYING_OUT
from authz_service.services.authority.records import AuditWriter
from authz_service.services.authority.repetition import Repetition
from authz_service.services.authority.reports import CommandResult, Conflict, Effect, Idempotency, Report
from authz_service.services.authority.work import Work
from authz_service.services.decisions import DecisionService
from authz_service.store.database import Database
from authz_service.store.outbox import put
from authz_service.store.writing import Recorder

__all__ = ["Authority"]


@dataclass(frozen=True, slots=True)
class Authority:
    """Carries out commands. `levels`: what each means of authentication is worth. May be used from any thread."""

    database: Database
    policy: PolicyEngine
    levels: Mapping[str, int]
    audit_log: AuditLog

    def carry_out(
        self,
        actor: Actor,
        commands: Sequence[Command],
        *,
        together: bool = True,
        idempotency: Idempotency | None = None,
    ) -> Report:
        """Carry out commands in their order, each decided on what those before it have made; say what became of each.

        `together`: all of them or none (F02); otherwise each by itself. With `idempotency`, commands that were carried
        out under the same key are not carried out again. Raises IdempotencyKeyReusedError, StoreUnavailableError (then
        nothing was written), and what a command says is wrong with its input.
        """
        with Recorder(self.database, gathering=True, also=(AuditLog.END,)) as recorder:
            repetition = Repetition(recorder, actor, idempotency)
            before = repetition.report()
            if before is not None:
                return before
            group = _Group(self, recorder, actor)
            report = group.carried_out(commands, together=together)
            if report.done:
                repetition.keep(report)
            return report


class _WithdrawnError(Exception):
    """A command, or one of a group that stands together, was not carried out: what was written is taken back."""


class _Group:
    """The commands of one transaction."""

    def __init__(self, authority: Authority, recorder: Recorder, actor: Actor) -> None:
        self._recorder = recorder
        self._actor = actor
        self._audit = AuditWriter(recorder, actor)
        self._log = authority.audit_log
        self._decisions = DecisionService(recorder, authority.policy, authority.levels, whole=False)
        self._results: list[CommandResult] = []

    def carried_out(self, commands: Sequence[Command], *, together: bool) -> Report:
        revision = self._recorder.revision
        if together:
            self._together(commands, revision)
        else:
            for command in commands:
                self._apart(command)
        self._log.add(self._recorder.batch, self._audit.entries, self._recorder.also_read[0])
        put(self._recorder.batch, self._audit.messages)
        results = tuple(self._results)
        made = tuple(result.result for result in results)
        return Report(results, made, self._recorder.revision, changed=self._recorder.revision > revision)

    def _together(self, commands: Sequence[Command], revision: int) -> None:
        try:
            with self._recorder.reversible():
                for command in commands:
                    self._results.append(self._one(command))
                self._stand_or_fall(self._results)
        except _WithdrawnError:
            self._withdraw(revision)

    def _apart(self, command: Command) -> None:
        with suppress(_WithdrawnError), self._recorder.reversible():
            self._results.append(self._one(command))
            self._stand_or_fall(self._results[-1:])

    def _stand_or_fall(self, results: Sequence[CommandResult]) -> None:
        """Leave nothing of what the commands wrote, unless all of them were carried out."""
        if any(result.outcome is not Outcome.ALLOWED for result in results):
            raise _WithdrawnError

    def _one(self, command: Command) -> CommandResult:
        recorder, instant = self._recorder, self._recorder.instant
        question = self._actor.asks(command.action, command.resource_id, command.properties())
        decision = self._decisions.decide([question], self._actor.scopes, instant)[0]
        if not decision.answer.allowed:
            result = CommandResult(command, Outcome.REFUSED, decision)
            self._audit.note(result, instant)
            return result
        before = recorder.revision
        work = Work(recorder, self._audit.actor.id)
        outcome = CARRYING_OUT[type(command)](command, work)
        if isinstance(outcome, Conflict):
            result = CommandResult(command, Outcome.CONFLICT, decision, outcome)
            self._audit.note(result, instant)
            return result
        revision = self._written(outcome, before)
        result = CommandResult(command, Outcome.ALLOWED, decision, result=outcome.result)
        self._audit.note(result, instant, outcome, revision)
        return result

    def _written(self, effect: Effect, before: int) -> int | None:
        """Write the facts that are not written yet; return the revision made since `before`, None: nothing changed."""
        self._recorder.add_identities(effect.identities)
        revision = self._recorder.record(effect.add, effect.close)
        return revision if revision > before else None

    def _withdraw(self, revision: int) -> None:
        """Have nothing carried out. `revision`: of the facts before; those that were made on the way never were."""
        self._results = [
            replace(
                result,
                outcome=Outcome.WITHDRAWN if result.outcome is Outcome.ALLOWED else result.outcome,
                decision=replace(result.decision, facts=min(result.decision.facts, revision)),
                result={},
            )
            for result in self._results
        ]
        self._audit.withdraw(revision)
