"""The user list as a file (UM-LST-02, UM-LST-04)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from authz_service.admin_api.desk import Desk
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.shown import TYPE_LABELS
from authz_service.admin_api.texts import CSV_COLUMNS
from authz_service.domain.vocabulary import Action
from authz_service.services.administration.views import AccountView

__all__ = ["ExportResources"]

CSV: Final = "text/csv; charset=utf-8"
ROWS_AT_ONCE: Final = 200
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class ExportResources:
    """The user list as a file."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @operation(
        "GET /enterprises/{enterpriseNumber}/capacities/{capacityId}/userExport",
        tag="Users",
        summary="Export the users of a capacity",
        description="CSV (RFC 4180) with the columns of the list, their names in the language asked for. A cell that a "
        "spreadsheet would take for a formula begins with an apostrophe.",
        asks=(Action.EXPORT_USERS,),
        answer=Answer("All users, by name.", media_type="text/csv", headers=("Content-Disposition",)),
    )
    def export_users(self, call: Call) -> Reply:
        """Return the users as CSV, piece by piece."""
        desk = self._desk
        found = desk.seen(call, desk.parts.administration.export(call.actor, call.path["capacityId"]))
        heading = [desk.texts.text(f"column.{column}", call.language) for column in CSV_COLUMNS]
        headers = {
            "Content-Type": CSV,
            "Content-Disposition": 'attachment; filename="users.csv"',
            "Content-Language": call.language,
        }
        return Reply(headers=headers, parts=_pieces(heading, (self._row(each, call.language) for each in found)))

    def _row(self, view: AccountView, language: str) -> list[str]:
        return [
            view.name,
            view.first_name,
            view.contact.user_name,
            TYPE_LABELS[view.kind],
            view.niss.digits,
            self._desk.texts.text(f"status.{view.status}", language),
        ]


def _pieces(heading: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    written = io.StringIO()
    writer = csv.writer(written)  # RFC 4180: CRLF, quotes where needed
    writer.writerow(heading)
    for count, row in enumerate(rows, start=1):
        writer.writerow([_as_text(cell) for cell in row])
        if count % ROWS_AT_ONCE == 0:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
