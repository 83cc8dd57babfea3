"""The matrix as a spreadsheet (Office Open XML)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO, Final

import xlsxwriter  # type: ignore[import-untyped]

from authz_service.services.matrix.matrix import EnterpriseMatrix
from authz_service.services.matrix.telling import HEADS, rows_of

__all__ = ["write_workbook"]

ROWS: Final = 1_048_576
"""What a sheet can hold."""
_WIDTHS: Final = (12, 20, 31, 24, 30, 16, 24, 20, 24, 24, 11, 30, 12, 60, 60)


def write_workbook(matrices: Iterable[EnterpriseMatrix], out: BinaryIO, rows: int = ROWS) -> None:
    """Write one row for each right under a row of heads, on as many sheets as it takes.

    `rows`: how many a sheet gets. Only one row is in memory at a time. Texts are texts: nothing in them is a formula.
    """
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    sheet, used = _sheet(book, bold, 1)
    for matrix in matrices:
        for row in rows_of(matrix):
            if used >= rows:
                sheet, used = _sheet(book, bold, len(book.worksheets()) + 1)
            for column, text in enumerate(row.texts):
                sheet.write_string(used, column, text)
            used += 1
    book.close()


def _sheet(book: xlsxwriter.Workbook, bold: object, number: int) -> tuple[xlsxwriter.worksheet.Worksheet, int]:
    """Return a new sheet, and how many rows of it are used."""
    sheet = book.add_worksheet(f"rights {number}")
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    for column, (head, width) in enumerate(zip(HEADS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head.replace("_", " "), bold)
    return sheet, 1
