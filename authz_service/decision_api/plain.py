"""Requests that are plain, read in one go: from octets to questions, without the JSON between the two.

Plain is what all readers understand the same, and what has no member but those of a question, each of its type: no
escape, no fraction, no number of more than 64 bits, no member twice, nothing nested deeper than a list or an object in
a property. Of such a request nothing can be wrong. What is not plain is read closely (`strict_json.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from authz_service.decision_api.questions import asked_of
from authz_service.domain.questions import Question

__all__ = ["PlainBatch", "plain_batch", "plain_question"]

AnyForm = TypeVar("AnyForm")
_Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
_Scalar = str | bool | _Whole | None
_Members = dict[str, _Scalar | list[_Scalar] | dict[str, _Scalar]]
DEEPEST: Final = 6
"""Levels of a batch whose properties hold lists or objects of scalars. Nothing that fits a form here has more."""


class _Plain(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """What is not there stays apart from what is null, so that it is written again as it came."""


class _Entity(_Plain, gc=False):
    type: str
    id: str
    properties: _Members | UnsetType | None = UNSET


class _Action(_Plain, gc=False):
    name: str
    properties: _Members | UnsetType | None = UNSET


class _Item(_Plain, gc=False):
    subject: _Entity | UnsetType = UNSET
    action: _Action | UnsetType = UNSET
    resource: _Entity | UnsetType = UNSET
    context: _Members | UnsetType | None = UNSET


class _Single(_Plain, gc=False):
    subject: _Entity
    action: _Action
    resource: _Entity
    context: _Members | UnsetType | None = UNSET


class _Batch(_Item, gc=False):
    evaluations: list[_Item] | UnsetType = UNSET
    options: _Members | UnsetType | None = UNSET


class PlainBatch(msgspec.Struct, frozen=True, gc=False):
    """The questions of a batch, in order, and its options as they stand."""

    questions: list[Question]
    options: dict[str, Any] | None


_SINGLE: Final = msgspec.json.Decoder(_Single)
_BATCH: Final = msgspec.json.Decoder(_Batch)
_ENCODER: Final = msgspec.json.Encoder()
_BLANKS: Final = b" \t\n\r"
"""Of them only the first can stand in a text without an escape (RFC 8259, 2 and 7)."""


def plain_question(octets: bytes, depth: int) -> Question | None:
    """Return the one question of a request; None: it takes a closer look. `depth`: the levels it may have."""
    form = _plainly(octets, depth, _SINGLE)
    return None if form is None else asked_of(form.subject, form.action, form.resource, form.context)


def plain_batch(octets: bytes, depth: int) -> PlainBatch | None:
    """Return the questions of a batch; None: it takes a closer look, as some question may lack a member."""
    form = _plainly(octets, depth, _BATCH)
    if form is None or not form.evaluations:
        return None
    questions = []
    for item in form.evaluations:
        # What an item has replaces the default as a whole, an empty object or null too (AuthZEN 7.1.1).
        subject, action, resource = (
            item.subject or form.subject,
            item.action or form.action,
            item.resource or form.resource,
        )
        context = form.context if item.context is UNSET else item.context
        if not (subject and action and resource):
            return None
        questions.append(asked_of(subject, action, resource, context))
    return PlainBatch(questions, form.options or None)


def _plainly(octets: bytes, depth: int, decoder: msgspec.json.Decoder[AnyForm]) -> AnyForm | None:
    """Return the form that the octets have, where it is plain."""
    if depth < DEEPEST or b"\\" in octets:
        return None
    try:
        form = decoder.decode(octets)
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return None
    # The last of several members with one name is taken: then there is less to be written again than there was. Without
    # escapes and fractions nothing gets longer by that, so what is as long, blanks aside, has no member twice.
    again = _ENCODER.encode(form)
    return form if len(again) == len(octets) or _unblanked(again) == _unblanked(octets) else None


def _unblanked(octets: bytes) -> int:
    """Return how many octets there are, blanks aside. To look whether there are any is far less than to count them."""
    return len(octets.translate(None, _BLANKS)) if b" " in octets or b"\n" in octets else len(octets)
