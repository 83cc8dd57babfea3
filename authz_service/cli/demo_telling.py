"""Telling the story of the demonstration: each step is sent over HTTP, shown, and held against what must come."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import click

from authz_service.cli.demo_service import RunningService
from authz_service.cli.demo_stories import Command, Names, Question
from authz_service.domain.identifiers import Niss
from authz_service.identity.development import DevelopmentIssuer

__all__ = ["Teller"]

WIDTH: Final = 100
TOKEN_SECONDS: Final = 300
SHOWN: Final = frozenset({"id", "href", "givenName", "familyName", "since", "results", "factsRevision"})
"""What is shown of an answer that is carried out."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Plays the steps. `key`: the portal's; people come with tokens of the development issuer."""

    service: RunningService
    names: Names
    key: str
    issuer: DevelopmentIssuer

    def tell(self, number: int, step: Question | Command) -> bool:
        """Play a step and show it; return whether the answer is the expected one."""
        click.secho(f"{number}. {step.title}", bold=True)
        right = self._ask(step) if isinstance(step, Question) else self._command(step)
        click.echo()
        return right

    def _ask(self, question: Question) -> bool:
        asked = self.names.asked(question)
        status, answer = self.service.send("POST", "/access/v1/evaluation", asked, self.key)
        for part, value in asked.items():
            self._part(part, value)
        if status != HTTPStatus.OK:
            return _unexpected(status, answer)
        context: dict[str, Any] = answer["context"]
        allowed: bool = answer["decision"]
        _verdict("allowed" if allowed else "denied", context["reasons"], good=allowed)
        _line("rules", ", ".join(context["rules"]))
        _line(question.language, context["reason_user"][question.language])
        return allowed is not bool(question.reasons) and tuple(context["reasons"]) == question.reasons

    def _command(self, command: Command) -> bool:
        token = self.issuer.person(Niss(self.names.known[command.person]), command.means, TOKEN_SECONDS)
        path, body = self.names.path(command), self.names.filled_in(command.body)
        status, answer = self.service.send(command.method, path, body, token, command.language)
        _line(command.method, path)
        if body is not None:
            self._part("body", body)
        if status != command.status:
            return _unexpected(status, answer)
        if command.reasons:
            # Of a command on several targets, why not the first of them.
            refusal = {**answer, **(answer.get("results") or [{}])[0]}
            _verdict(f"HTTP {status}", refusal["reasons"], good=False)
            _line(command.language, refusal.get("explanation") or refusal["detail"])
            return tuple(refusal["reasons"]) == command.reasons
        _verdict(f"HTTP {status}", (), good=True)
        self._part("told", {name: value for name, value in answer.items() if name in SHOWN})
        if command.keeps:
            self.names.known[command.keeps] = answer["id"]
        return True

    def _part(self, name: str, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False)
        who = ", ".join(self.names.named(text))
        _line(name, f"{text}  ({who})" if who else text)


def _verdict(word: str, reasons: tuple[str, ...] | list[str], *, good: bool) -> None:
    _line("answer", f"{click.style(word, fg='green' if good else 'red', bold=True)} {' '.join(reasons)}".rstrip())


def _unexpected(status: int, answer: Mapping[str, Any]) -> bool:
    _line("answer", click.style(f"HTTP {status} {answer.get('detail') or answer.get('message', '')}", fg="red"))
    return False


def _line(name: str, text: str) -> None:
    first, *more = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    click.echo(f"   {click.style(f'{name:9}', dim=True)} {first}")
    for line in more:
        click.echo(f"{'':13}{line}")
