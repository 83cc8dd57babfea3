"""Reading one question from a file and from options."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, BinaryIO, Final, TypeVar

import click
import msgspec

from authz_service.domain.questions import Question

__all__ = ["question_options", "read_question"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_PAIR: Final = "NAME=VALUE"


class _Entity(msgspec.Struct):
    type: str
    id: str
    properties: dict[str, Any] = {}


class _Action(msgspec.Struct):
    name: str
    properties: dict[str, Any] = {}


class _Asked(msgspec.Struct):
    subject: _Entity
    action: _Action
    resource: _Entity
    context: dict[str, Any] = {}


_OPTIONS: Final = (
    click.argument("file", type=click.File("rb"), required=False),
    click.option("--subject", metavar="TYPE:ID", help="Who asks: person:NISS, technical_user:EXP…, agent:ID, …"),
    click.option("--acting-for", metavar="NUMBER", help="The enterprise the person acts for."),
    click.option("--action", metavar="NAME", help="What is to be done."),
    click.option("--property", "properties", multiple=True, metavar=_PAIR, help="A property of the action."),
    click.option("--resource", metavar="TYPE:ID", help="On what: enterprise:NUMBER, capacity:ID, account:ID, …"),
    click.option("--means", metavar="NAME", help="How the person authenticated: eid, itsme, totp_app, …"),
    click.option("--context", "context", multiple=True, metavar=_PAIR, help="A member of the context."),
    click.option("--at", metavar="MOMENT", help="Answer as of that moment: a date, or an RFC 3339 timestamp."),
    click.option("--known-at", metavar="MOMENT", help="Answer with what was recorded by then."),
)


def question_options(command: _Command) -> _Command:
    """Give a command the argument and the options that make a question; `read_question` takes their values.

    A VALUE is a text; true and false are truth values, and what begins with [ or { is JSON.
    """
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def read_question(
    *,
    file: BinaryIO | None,
    subject: str | None,
    acting_for: str | None,
    action: str | None,
    properties: tuple[str, ...],
    resource: str | None,
    means: str | None,
    context: tuple[str, ...],
    at: str | None,
    known_at: str | None,
) -> Question:
    """Return the question. Raises click.UsageError; the message repeats no value."""
    asked = _in_file(file)
    _add(asked, "subject", _typed("--subject", subject))
    _add(asked, "subject", {"properties": {"acting_for": acting_for}} if acting_for else {})
    _add(asked, "action", {"name": action} if action else {})
    _add(asked, "action", {"properties": _pairs("--property", properties)} if properties else {})
    _add(asked, "resource", _typed("--resource", resource))
    named = {"authentication_means": means, "at": at, "known_at": known_at}
    given = {name: value for name, value in named.items() if value is not None}
    _add(asked, "context", _pairs("--context", context) | given)
    try:
        whole = msgspec.convert(asked, _Asked)
    except msgspec.ValidationError as error:
        raise click.UsageError(f"the question is not complete: {error}") from None
    return Question(
        subject_type=whole.subject.type,
        subject_id=whole.subject.id,
        action=whole.action.name,
        resource_type=whole.resource.type,
        resource_id=whole.resource.id,
        subject_properties=whole.subject.properties,
        action_properties=whole.action.properties,
        context=whole.context,
    )


def _in_file(file: BinaryIO | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        asked = msgspec.json.decode(file.read())
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise click.UsageError("the question is no JSON") from None
    if not isinstance(asked, dict):
        raise click.UsageError("the question must be a JSON object")
    return asked


def _add(asked: dict[str, Any], name: str, members: dict[str, Any]) -> None:
    """Put members into one part of the question, those of its `properties` beside what is there."""
    if not members:
        return
    part = asked.setdefault(name, {})
    if not isinstance(part, dict):
        raise click.UsageError(f"the question is not complete: {name} must be an object")
    there = part.get("properties")
    if isinstance(there, dict) and isinstance(members.get("properties"), dict):
        members = members | {"properties": there | members["properties"]}
    part.update(members)


def _typed(option: str, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    kind, colon, name = text.partition(":")
    if not (kind and colon and name):
        raise click.UsageError(f"{option} must be TYPE:ID, such as capacity:alpha.nsso")
    return {"type": kind, "id": name}


def _pairs(option: str, texts: tuple[str, ...]) -> dict[str, Any]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"{option} must be {_PAIR}")
        pairs[name] = _value(option, value)
    return pairs


def _value(option: str, text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    if not text.startswith(("[", "{")):
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise click.UsageError(f"{option}: what begins with [ or {{ must be JSON") from None
