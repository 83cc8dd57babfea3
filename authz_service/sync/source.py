"""What a target should hold, made from projections: all of it, or anew for the enterprises that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from authz_service.domain.projections import Projection
from authz_service.services.projection.projections import Projections
from authz_service.sync.planning import Wanted
from authz_service.sync.rendered import Rendered
from authz_service.sync.targets import Target

__all__ = ["Source"]

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Source:
    """What one target should hold. It keeps what it made, for changes to be made from; one thread at a time.

    Methods raise StoreUnavailableError, KeyFileMismatchError, UndecidedError, ProjectionError (then nothing is known,
    and what was made before stays) and RenderingError (something cannot be an entry of this target).
    """

    target: Target
    projections: Projections
    _held: dict[str, Projection] = field(default_factory=dict)
    _instants: dict[str, int] = field(default_factory=dict)
    _rendered: Rendered | None = None
    _pending: frozenset[str] = frozenset()
    """Keys of entries that are otherwise than what was returned last."""

    def everything(self, progress: Progress = lambda _done, _total: None) -> Wanted:
        """Return all that should be there. `progress`: told how many of how many enterprises are asked about."""
        revision = self.projections.last().revision
        held: dict[str, Projection] = {}
        instants: dict[str, int] = {}
        rendered = Rendered(self.target)
        numbers = self.projections.enterprises() if self.target.enterprises is None else sorted(self.target.enterprises)
        for done, number in enumerate(numbers):
            progress(done, len(numbers))
            self._project(number, held, instants)
            rendered.put(number, held.get(number))
        progress(len(numbers), len(numbers))
        entries = rendered.entries()
        self._held, self._instants, self._rendered, self._pending = held, instants, rendered, frozenset()
        return Wanted(entries, revision, self._policy)

    def renewed(self, numbers: Iterable[str]) -> Wanted:
        """Return what should be there now, to be compared as far as these enterprises change it.

        `everything` has been asked for before. The revision is one that all of it is at least as new as, provided that
        `numbers` names every enterprise that changed since.
        """
        revision = self.projections.last().revision
        rendered = self._rendered = self._rendered or Rendered(self.target)
        for number in filter(self.target.is_for, sorted(set(numbers))):
            self._project(number, self._held, self._instants)
            self._pending |= rendered.put(number, self._held.get(number))
        wanted = Wanted(rendered.entries(), revision, self._policy, self._pending)
        self._pending = frozenset()
        return wanted

    @property
    def dated_at(self) -> int | None:
        """When dates alone may next change what should be there (UTC microseconds); None: never."""
        return min(self._instants.values(), default=None)

    def dated_until(self, instant: int) -> frozenset[str]:
        """Return the numbers of the enterprises that dates alone may have changed until then (UTC microseconds)."""
        return frozenset(number for number, due in self._instants.items() if due <= instant)

    @property
    def _policy(self) -> str:
        return self.projections.decisions.policy.revision

    def _project(self, number: str, held: dict[str, Projection], instants: dict[str, int]) -> None:
        projection = self.projections.of(
            number,
            self.target.domains,
            with_national_numbers=self.target.entitled_to_national_number,
            known=held.get(number),
        )
        if projection is None:
            held.pop(number, None)
            due = self.projections.changes_at(number)
        else:
            held[number] = projection
            due = projection.changes_at
        if due is None:
            instants.pop(number, None)
        else:
            instants[number] = due
