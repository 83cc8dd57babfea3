"""The matrix as one HTML page that prints well and runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Final, TextIO

from authz_service.domain.vocabulary import ResourceType
from authz_service.services.matrix.columns import meaning_of
from authz_service.services.matrix.matrix import EnterpriseMatrix, Granted, Right
from authz_service.services.matrix.telling import as_of, people_of, place_of, record_text, shown, title_of

__all__ = ["write_page"]

_STYLE: Final = """
@page { size: A4 landscape; margin: 12mm }
body { font: 13px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff }
h1 { font-size: 1.5rem } h2 { margin-top: 2.5rem; border-bottom: 2px solid #444 } h3 { margin-bottom: .3rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; margin-bottom: 1rem }
th, td { border: 1px solid #888; padding: .2rem .4rem; text-align: left; vertical-align: top }
thead th { vertical-align: bottom; background: #eee; font-weight: 600 }
td small, th small { display: block; color: #444; font-weight: 400 }
.why { page-break-inside: avoid } code { font-size: .95em }
@media print { body { font-size: 9px; margin: 0 } thead { display: table-header-group } tr { break-inside: avoid }
 h2 { break-before: page } h2:first-of-type { break-before: auto } .scroll { overflow: visible } }
"""
_HEAD: Final = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Authority matrix</title><style>{_STYLE}</style></head><body>
<h1>Authority matrix</h1>
<p>Who may do what, where, and why. Every cell is the answer of the decision service to whoever logs in with the
strongest of his own digital keys and acts for the enterprise. An empty cell is a no; a number says yes, and names the
records it rests on, below the tables of the enterprise. Where there are several numbers, each is enough by itself: it
is also granted by the others.</p>
"""


@dataclass(slots=True)
class _Reason:
    """Records that something rests on, and which rules grant which actions by them."""

    number: int
    person: str
    granted: Granted
    actions: dict[tuple[str, ...], list[str]] = field(default_factory=dict)


class _Reasons:
    """The reasons of an enterprise, numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.known: dict[tuple[object, ...], _Reason] = {}

    def number(self, right: Right, granted: Granted) -> int:
        key = (right.person_id, granted.records)
        reason = self.known.get(key)
        if reason is None:
            reason = self.known[key] = _Reason(len(self.known) + 1, shown(right.person_name), granted)
        actions = reason.actions.setdefault(granted.rules, [])
        if right.action not in actions:
            actions.append(right.action)
        return reason.number


def write_page(matrices: Iterable[EnterpriseMatrix], out: TextIO) -> None:
    """Write the page, enterprise by enterprise."""
    out.write(_HEAD)
    for matrix in matrices:
        out.write(f"<h2>{escape(title_of(matrix))}</h2>\n<p>{escape(as_of(matrix))}</p>\n")
        reasons, asked = _Reasons(), dict[str, str]()
        for title, rights in groupby(matrix.rights(), key=_table_of):
            out.writelines(_table(title, list(rights), reasons, asked))
        out.writelines(_why(reasons))
        out.writelines(_meanings(asked))
    out.write("</body></html>\n")


def _table_of(right: Right) -> str:
    target, kind = right.target, right.target.resource_type
    if kind is ResourceType.APPLICATION:
        return f"Applications in {target.capacity_id}"
    if kind is ResourceType.PERSON:
        return "Own record"
    what = target.resource_ids[0] if kind in {ResourceType.ENTERPRISE, ResourceType.CAPACITY} else target.capacity_id
    words = " ".join(filter(None, (kind.replace("_", " "), what)))
    told = f"{words}: {target.told}" if target.told else words
    return told[:1].upper() + told[1:]


def _column(right: Right) -> tuple[str, str]:
    """Return the head of the right's column, and what stands small under it."""
    if right.target.resource_type is ResourceType.APPLICATION:
        return right.target.resource_ids[0], f"{right.action} {place_of(right)}" if right.target.mandators else ""
    return right.action.value, ""


def _table(title: str, rights: list[Right], reasons: _Reasons, asked: dict[str, str]) -> Iterator[str]:
    columns = list(dict.fromkeys(map(_column, rights)))
    people: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    for right in sorted(rights, key=lambda right: (right.person_name, right.person_id)):
        if meaning := meaning_of(right.action):
            asked[right.action.value] = meaning
        person = (shown(right.person_name), right.person_id)
        people.setdefault(person, {}).setdefault(_column(right), []).append(_cell(right, reasons))
    yield f'<h3>{escape(title)}</h3>\n<div class="scroll"><table><thead><tr><th scope="col">person</th>'
    for head, small in columns:
        under = f"<small>{escape(small)}</small>" if small else ""
        yield f'<th scope="col">{escape(head.replace("_", " "))}{under}</th>'
    yield "</tr></thead><tbody>\n"
    for (name, person_id), row in people.items():
        yield f'<tr><th scope="row">{escape(name)}<small>{escape(person_id)}</small></th>'
        yield "".join(f"<td>{'<br>'.join(row.get(column, ()))}</td>" for column in columns)
        yield "</tr>\n"
    yield "</tbody></table></div>\n"


def _cell(right: Right, reasons: _Reasons) -> str:
    numbers = ", ".join(str(reasons.number(right, granted)) for granted in right.granted)
    said = [*right.of, people_of(right), "his own" if right.own else ""]
    told = ", ".join(filter(None, said))
    return f"{numbers}<small>{escape(told)}</small>" if told else numbers


def _why(reasons: _Reasons) -> Iterator[str]:
    if not reasons.known:
        yield "<p>Nobody asked about may do anything.</p>\n"
        return
    yield '<h3>Why</h3>\n<div class="scroll"><table><thead><tr><th>no.</th><th>person</th><th>records</th>'
    yield "<th>what they grant, by which rules</th></tr></thead><tbody>\n"
    for reason in reasons.known.values():
        records = "; ".join(map(record_text, reason.granted.records)) or "none: whoever he is"
        granted = "".join(
            f"<div>{escape(', '.join(actions))} <small>{escape(' '.join(rules))}</small></div>"
            for rules, actions in reason.actions.items()
        )
        yield f"<tr><td>{reason.number}</td><td>{escape(reason.person)}</td><td>{escape(records)}</td>"
        yield f"<td>{granted}</td></tr>\n"
    yield "</tbody></table></div>\n"


def _meanings(asked: dict[str, str]) -> Iterator[str]:
    if asked:
        yield '<h3>How it is asked</h3>\n<ul class="why">'
        yield "".join(f"<li><code>{escape(name)}</code>: {escape(said)}</li>" for name, said in sorted(asked.items()))
        yield "</ul>\n"
