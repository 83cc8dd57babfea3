"""The matrix as text, CSV, JSON, HTML and a spreadsheet."""

import csv
import dataclasses
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest

from authz_service.domain.moments import moment_of
from authz_service.domain.records import EnterpriseRecord, PersonRecord
from authz_service.services.matrix.matrix import EnterpriseMatrix
from authz_service.services.matrix.telling import HEADS, rows_of, shown
from authz_service.services.matrix.workbook import write_workbook
from authz_service.services.matrix.writing import TEXT_FORMATS
from tests.services.matrix.agreement import matrix_of
from tests.services.projection.worlds import NISS, NUMBERS, WorldInUse
from tests.support.national_numbers import national_numbers_in

DAY = moment_of("2024-03-15")
WICKED = '=HYPERLINK("http://x")<script>alert(1)</script>'


def written(matrices: list[EnterpriseMatrix], form: str) -> str:
    out = io.StringIO(newline="")
    TEXT_FORMATS[form](iter(matrices), out)
    return out.getvalue()


def rights(matrices: list[EnterpriseMatrix]) -> int:
    return sum(1 for matrix in matrices for _ in matrix.rights())


@pytest.fixture(scope="module")
def matrices(reference: WorldInUse) -> list[EnterpriseMatrix]:
    """An enterprise, and a capacity of another one."""
    whole = matrix_of(reference, at=DAY, enterprise_number=NUMBERS["omega"])
    return [*matrix_of(reference, at=DAY, capacity_id="alpha.finance"), *whole]


class Page(HTMLParser):
    """Which tags a page opens and does not close, and the texts of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") or name in {"src", "href"} for name, _ in attrs)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_csv_has_a_line_for_each_right(matrices: list[EnterpriseMatrix]) -> None:
    lines = list(csv.reader(io.StringIO(written(matrices, "csv"))))
    assert tuple(lines[0]) == HEADS
    assert len(lines) == 1 + rights(matrices)
    assert all(len(line) == len(HEADS) for line in lines)


def test_json_has_an_object_for_each_right(matrices: list[EnterpriseMatrix]) -> None:
    document = json.loads(written(matrices, "json"))
    assert {each["enterprise"] for each in document} == {NUMBERS["alpha"], NUMBERS["omega"]}
    assert sum(len(each["rights"]) for each in document) == rights(matrices)
    assert {each["at"] for each in document} == {"2024-03-15T11:00:00Z"}
    assert json.loads(written([], "json")) == []


def test_the_page_is_whole_and_runs_nothing(matrices: list[EnterpriseMatrix]) -> None:
    page = Page(written(matrices, "html"))
    assert page.open == []
    assert "script" not in page.tags
    assert {"table", "thead", "th", "td"} <= page.tags


def test_the_text_says_where_who_what_and_why(matrices: list[EnterpriseMatrix]) -> None:
    text = written([each for each in matrices if each.number == NUMBERS["alpha"]], "table")
    here = text[text.index("\n  capacity alpha.finance\n") :]
    carla = here[here.index("    Carla Claes (p_") :]
    may = carla[carla.index("      may ") :]
    assert re.search(
        r"      may [^\n]*list_users[^\n]*\n        because: chief access manager ds02 since 2023-06-01 \(", may
    )


def test_a_spreadsheet_has_a_row_for_each_right_on_as_many_sheets_as_it_takes(matrices: list[EnterpriseMatrix]) -> None:
    out, count = io.BytesIO(), rights(matrices)
    write_workbook(iter(matrices), out, rows=31)
    with zipfile.ZipFile(out) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        rows = [book.read(name).count(b"<row ") - 1 for name in sorted(sheets)]
    assert sum(rows) == count
    assert len(sheets) == -(-count // 30)
    assert max(rows) == 30


@pytest.fixture
def wicked(used: WorldInUse) -> WorldInUse:
    """The reference world with names that are meant to do harm."""
    used.change(PersonRecord, {"person_id": used.person_id("carla")}, first_name=WICKED, name="")
    used.change(EnterpriseRecord, {"number": NUMBERS["alpha"]}, name=f"{WICKED} NV")
    return used


def test_names_do_no_harm(wicked: WorldInUse) -> None:
    matrices = matrix_of(wicked, at=DAY, capacity_id="alpha.finance")
    assert "<script>" not in written(matrices, "html")
    for line in csv.reader(io.StringIO(written(matrices, "csv"))):
        assert not any(text.startswith(("=", "+", "-", "@")) for text in line)
    out = io.BytesIO()
    write_workbook(iter(matrices), out)
    with zipfile.ZipFile(out) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_no_national_number_is_written(matrices: list[EnterpriseMatrix]) -> None:
    for form in TEXT_FORMATS:
        assert not national_numbers_in(written(matrices, form)), form
    assert shown(f"Fontaine {NISS['frank']}") == "(holds a national number)"


def test_a_row_has_a_text_for_each_head(matrices: list[EnterpriseMatrix]) -> None:
    row = next(row for matrix in matrices for row in rows_of(matrix))
    assert tuple(field.name for field in dataclasses.fields(row)) == HEADS
    assert all(isinstance(text, str) for text in row.texts)
