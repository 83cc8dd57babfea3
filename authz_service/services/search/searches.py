"""Searching: candidates from the relation index, each of them put to the decision that an evaluation would get.

A search cannot say otherwise than evaluations do, since it never answers by itself: what it finds was asked about, with
the same properties and the same context, and allowed. All pages of a search are answered as of the moment at which it
began, from the facts revision of that moment.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from authz_service.domain import moments
from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import Action, Reason, ResourceType, Scope
from authz_service.services.decisions import DecisionService
from authz_service.services.search.ground import Ground
from authz_service.services.search.portions import NOTHING, Candidate, Source, one_of
from authz_service.services.search.resources import resources
from authz_service.services.search.sought import Found, Position, Progress, SearchKind, SearchUndecidedError, Sought
from authz_service.services.search.subjects import PERSONS, subjects
from authz_service.services.standings.families import FAMILIES
from authz_service.services.standings.reading import Asker, Reading
from authz_service.store.candidates import Candidates
from authz_service.store.database import Database
from authz_service.store.enterprise_facts import last_revision
from authz_service.store.errors import FactsBehindError
from authz_service.store.snapshot import Snapshot

__all__ = ["Searches"]

ROUNDS: Final = 3
"""How often a page asks for candidates: where nearly all of them are refused, a page is short, and goes on."""
GROWTH: Final = 3
"""How many times more candidates are asked about than before, when most of those were refused."""
SLACK: Final = 4
"""How many more candidates are asked about than are needed, when most of those before were allowed."""
MOST_AT_ONCE: Final = 500
"""The most candidates that are asked about in one statement."""
_PAGE_KEY: Final = b"authz page tokens 1"


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a search is answered: its facts at their revision, and the context that says so in each question.

    `newest`: how far the facts had come when they were read, whatever moment they are of.
    """

    asker: Asker
    reading: Reading | None
    facts: QuestionFacts
    newest: QuestionFacts

    @property
    def at(self) -> int:
        return self.asker.now if self.reading is None else self.reading.at


@dataclass(frozen=True, slots=True)
class Searches:
    """Finds what may be. May be used from any thread; nothing is kept from one page to the next."""

    database: Database
    decisions: DecisionService

    @property
    def policy(self) -> str:
        """The revision of the policy that answers."""
        return self.decisions.policy.revision

    def page_key(self) -> bytes:
        """Return the key that page tokens are signed with: derived from the key file, and of no use for anything else.

        Raises StoreUnavailableError, KeyFileMismatchError.
        """
        return hmac.digest(self.database.key.hash_key, _PAGE_KEY, "sha256")

    def find(
        self,
        sought: Sought,
        caller: str,
        scopes: frozenset[Scope],
        limit: int,
        since: Progress | None = None,
        min_facts: int = 0,
    ) -> Found:
        """Return the next page: at most `limit` results, fewer also where the candidates are mostly refused.

        `caller`: the name of the caller, `scopes`: those it has. `since`: where the page before ended, None for the
        first. `min_facts`: the facts revision from which on it will do; that of the first page must be there too.
        A page takes at most sixteen statements, whatever there is to be found.
        Raises StoreUnavailableError, KeyFileMismatchError, SearchUndecidedError; FactsBehindError when what answers is
        a replica that has not come so far.
        """
        moment = self._moment(sought, scopes, since)
        if moment.newest.revision < min_facts or (since and moment.newest.recorded_at < since.known_at):
            raise FactsBehindError("the facts have not come to context.min_facts")
        progress = Progress(moment.asker.now, moment.facts.recorded_at, since.position if since else ())
        asked = _as_known(sought.question, moment.facts.recorded_at)
        with Snapshot(self.database, moment.at) as snapshot:
            if last_revision(snapshot).revision < moment.newest.revision:
                # A replica that was started anew may be behind itself for a moment.
                raise FactsBehindError("the facts are behind what was just read of them")
            source = self._source(sought, moment, snapshot, caller)
            page = _Page(self, Sought(sought.kind, asked), snapshot, moment)
            names, position = page.filled(source, progress.position, limit)
        return Found(
            tuple(names),
            None if position is None else replace(progress, position=position),
            self.policy,
            moment.facts.revision,
            moment.at,
            None if moment.facts.subject is None else moment.facts.subject.person_id,
            None if moment.facts.other is None else moment.facts.other.person_id,
        )

    def _moment(self, sought: Sought, scopes: frozenset[Scope], since: Progress | None) -> _Moment:
        """Read what the question names. Later pages are answered as of the first one, in all that they read."""
        now = moments.now() if since is None else since.begun
        question = sought.question if since is None else _as_known(sought.question, since.known_at)
        moment = self._read(sought, question, Asker(scopes, now, self.decisions.levels))
        if moment.facts.recorded_at > now and since is None:
            # The clock of whoever recorded goes ahead of ours: what was recorded last is in force (as for decisions).
            return self._read(sought, question, replace(moment.asker, now=moment.facts.recorded_at))
        return moment

    def _read(self, sought: Sought, question: Question, asker: Asker) -> _Moment:
        action = _action_of(sought)
        if action is None:
            query, reading = FactsQuery(asker.now, moments.FOREVER), None
        else:
            reading = Reading(question, action, asker)
            query = FAMILIES[action](reading).query()
        facts, newest = self.decisions.facts.read([query, FactsQuery(asker.now, moments.FOREVER)])
        return _Moment(asker, reading, facts, newest)

    def _source(self, sought: Sought, moment: _Moment, snapshot: Snapshot, caller: str) -> Source:
        question, reading = sought.question, moment.reading
        if reading is None or not reading.moment_readable:
            return NOTHING
        if sought.kind is SearchKind.ACTION:
            return one_of(action for action, kind in RESOURCE_OF.items() if kind == question.resource_type)
        if question.resource_type != RESOURCE_OF[reading.action] or _is_unreadable(reading):
            return NOTHING
        candidates = Candidates(snapshot.connection, moment.at, moment.facts.recorded_at)
        ground = Ground(reading.action, question, moment.facts, candidates, caller)
        if sought.kind is SearchKind.SUBJECT:
            return subjects(reading.subject_type, ground)
        return resources(ground)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page while it is filled."""

    searches: Searches
    sought: Sought
    snapshot: Snapshot
    moment: _Moment

    def filled(self, source: Source, after: Position, limit: int) -> tuple[list[str], Position | None]:
        """Return the names that are found behind a position, and where the next page begins (None: nowhere)."""
        found: list[tuple[Position, str]] = []
        position: Position | None = after
        # One more than are wanted tells whether there is another page.
        most = limit + 1 + SLACK
        for _ in range(ROUNDS):
            if position is None or len(found) > limit:
                break
            candidates, position = source(position, min(most, MOST_AT_ONCE))
            allowed = self._allowed(candidates)
            found += allowed
            missing = limit + 1 - len(found)
            most = missing * 2 + SLACK if len(allowed) * 2 > len(candidates) else most * GROWTH
        if len(found) <= limit:
            return [name for _, name in found], position
        shown = found[:limit]
        return [name for _, name in shown], shown[-1][0] if shown else after

    def _allowed(self, candidates: Sequence[Candidate]) -> list[tuple[Position, str]]:
        named = self._named(candidates)
        questions = [self._question(name) for _, name in named]
        if not questions:
            return []
        asker = self.moment.asker
        decisions = self.searches.decisions.decide(questions, asker.scopes, now=asker.now)
        if decisions[0].facts < self.moment.facts.revision:
            raise FactsBehindError("the facts are behind what was just read of them")
        return [each for each, decision in zip(named, decisions, strict=True) if _is_allowed(decision)]

    def _named(self, candidates: Sequence[Candidate]) -> list[tuple[Position, str]]:
        """Return the candidates as they are called on the wire: persons by their number, which a question needs."""
        question, kind = self.sought.question, self.sought.kind
        persons = (kind is SearchKind.SUBJECT and question.subject_type in PERSONS) or (
            kind is SearchKind.RESOURCE and question.resource_type == ResourceType.PERSON
        )
        if not persons:
            return [(position, name) for position, name in candidates]
        numbers: Mapping[str, str] = {
            person_id: niss.digits
            for person_id, niss in self.snapshot.national_numbers(name for _, name in candidates).items()
        }
        return [(position, numbers[name]) for position, name in candidates if name in numbers]

    def _question(self, name: str) -> Question:
        match self.sought.kind:
            case SearchKind.SUBJECT:
                return replace(self.sought.question, subject_id=name)
            case SearchKind.RESOURCE:
                return replace(self.sought.question, resource_id=name)
            case SearchKind.ACTION:
                return replace(self.sought.question, action=name)


def _is_allowed(decision: Decision) -> bool:
    if decision.error is not None:
        raise SearchUndecidedError("some candidate could not be decided on, so nothing is said of any")
    return decision.answer.allowed


def _action_of(sought: Sought) -> Action | None:
    """Return the action asked about; where it is sought, any of those that the resource has; None: there is none."""
    if sought.kind is SearchKind.ACTION:
        return next((action for action, kind in RESOURCE_OF.items() if kind == sought.question.resource_type), None)
    try:
        return Action(sought.question.action)
    except ValueError:
        return None


def _as_known(question: Question, known_at: int) -> Question:
    """Return the question as of what was recorded by then, unless it asks about a moment that cannot be read."""
    named = question.context.get("known_at")
    try:
        if named is not None:
            moments.moment_of(named)
    except (TypeError, ValueError):
        return question
    return replace(question, context={**question.context, "known_at": moments.text_of(known_at)})


def _is_unreadable(reading: Reading) -> bool:
    """Tell whether nobody can be allowed, as the question itself cannot be read (DRV-08).

    A number that is wrong does not count: the one that is sought is missing as yet.
    """
    return bool(reading.problems - {Reason.INVALID_IDENTIFIER})
