"""The one place that touches oso: load Polar text, ask a rule.

oso is no longer developed by its makers. Whatever replaces it must keep these two promises: a load that the engine
only warns about is refused, and an error while asking is an error, never an answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from oso import Oso, Variable
from polar.exceptions import OsoError
from polar.ffi import PolarSource, process_messages

from authz_service.domain import standings
from authz_service.policy.text import PolicyText

__all__ = ["Polar", "PolicyEvaluationError", "PolicyLoadError"]


class PolicyLoadError(Exception):
    """The engine refuses the text, or warns about it."""


class PolicyEvaluationError(Exception):
    """The engine failed while evaluating. The message names the engine's error type only, never a value."""


class Polar:
    """Loaded policy text that rules can be asked of. Never changed after it is made; safe to use from threads."""

    def __init__(self, text: PolicyText) -> None:
        """Load all sources and the switches. Raises PolicyLoadError, also for a mere warning of the engine."""
        self._oso = Oso()
        warnings: list[str] = []
        native = self._oso.ffi_polar
        # oso would print its warnings; here they are collected.
        native.process_messages = lambda: warnings.extend(process_messages(native.next_message))  # type: ignore[method-assign]
        for kind in (standings.Subject, standings.Enterprise, standings.Capacity):
            self._oso.register_class(kind)
        switches = "".join(f'switch("{name}", "{value}");\n' for name, value in text.settled.items())
        sources = [PolarSource(source.text, source.name) for source in text.sources]
        try:
            self._oso._load_sources([*sources, PolarSource(switches, "switches")])  # noqa: SLF001 - names files in errors
        except OsoError as error:
            raise PolicyLoadError(str(error).partition("\n\tGet help")[0]) from error
        if warnings:
            raise PolicyLoadError("the engine warns: " + " / ".join(warnings))

    def ask(self, rule: str, *arguments: Any) -> set[tuple[Any, ...]]:
        """Return every answer to a rule, as the values of the arguments that were `Ask`, in order.

        Raises PolicyEvaluationError for whatever goes wrong in the engine or in reading a value.
        """
        names = [argument.name for argument in arguments if isinstance(argument, Ask)]
        terms = [Variable(argument.name) if isinstance(argument, Ask) else argument for argument in arguments]
        try:
            return {tuple(answer["bindings"][name] for name in names) for answer in self._oso.query_rule(rule, *terms)}
        except Exception as error:  # noqa: BLE001 - whatever fails in there is an error, never an answer
            raise PolicyEvaluationError(type(error).__name__) from None


@dataclasses.dataclass(frozen=True, slots=True)
class Ask:
    """An argument of a rule that is asked for."""

    name: str


def plain(value: object) -> Any:
    """Return a standing with enumerations as plain text and tuples as lists: what Polar compares natively."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)})
    return value


def texts(answers: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """Yield the single text of each answer. Raises PolicyEvaluationError when an answer is something else."""
    for (answer,) in answers:
        if type(answer) is not str:
            raise PolicyEvaluationError("the policy gives something else than a text")
        yield answer
