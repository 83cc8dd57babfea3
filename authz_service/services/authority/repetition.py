"""Commands that come again under the same Idempotency-Key."""

from __future__ import annotations

import hashlib
import json

from authz_service.domain.actors import Actor
from authz_service.services.authority.reports import Idempotency, Report
from authz_service.store.idempotency import KeptOutcome, keep_outcome, kept_outcome
from authz_service.store.writing import Recorder

__all__ = ["IdempotencyKeyReusedError", "Repetition"]


class IdempotencyKeyReusedError(Exception):
    """The key was given to another request before."""


class Repetition:
    """What is known of an actor's key; without a key, nothing ever is.

    Only what was carried out is kept: whoever was refused may ask again, and be answered by things as they are then.
    """

    def __init__(self, recorder: Recorder, actor: Actor, idempotency: Idempotency | None) -> None:
        self._recorder = recorder
        self._given = idempotency
        if idempotency is not None:
            self._actor = recorder.keyed_digest(f"{actor.type}\0{actor.id}".encode())
            self._key = hashlib.sha256(idempotency.key.encode()).hexdigest()
            self._request = recorder.keyed_digest(idempotency.request)

    def report(self) -> Report | None:
        """Return what became of the request the first time, None when this is it. Raises IdempotencyKeyReusedError."""
        if self._given is None:
            return None
        kept = kept_outcome(self._recorder.connection, self._actor, self._key, self._recorder.instant)
        if kept is None:
            return None
        if kept.request_hash != self._request:
            raise IdempotencyKeyReusedError
        outcome = json.loads(kept.outcome)
        return Report((), tuple(outcome["made"]), outcome["revision"], changed=outcome["changed"], replayed=True)

    def keep(self, report: Report) -> None:
        """Keep what is answered to a request that was carried out."""
        if self._given is not None:
            outcome = json.dumps(
                {"made": [dict(each) for each in report.made], "revision": report.revision, "changed": report.changed}
            )
            kept = KeptOutcome(self._request, outcome)
            keep_outcome(self._recorder.batch, self._actor, self._key, kept, self._recorder.instant)
