"""The scanner itself: it finds what it is for, and nothing else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.national_numbers import leaks_in_files, national_numbers_in

NUMBER = "71031490293"


@pytest.mark.parametrize(
    "text", [f"subject={NUMBER} refused", f'{{"id":"{NUMBER}"}}', f"/persons/{NUMBER}?x=1", "71.03.14-902.93"]
)
def test_a_national_number_is_found(text: str) -> None:
    assert national_numbers_in(text) == ["71*********"]


@pytest.mark.parametrize("text", ["71031490294", f"1{NUMBER}", f"{NUMBER}0", f"a{NUMBER}", "1710500400000000", ""])
def test_other_digits_are_no_national_number(text: str) -> None:
    assert national_numbers_in(text) == []


def test_a_number_in_a_database_or_a_log_is_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "facts")) as connection:
        connection.execute("CREATE TABLE remark (text)")
        connection.execute("INSERT INTO remark VALUES (?)", (f"about {NUMBER}",))
        connection.commit()
    log = tmp_path / "service.log"
    log.write_text(f"asked about {NUMBER}\n")
    assert sorted(leaks_in_files([tmp_path / "facts", log])) == [
        "facts: a national number stands in the table remark",
        "service.log: 1 national numbers, the first 71*********",
    ]
    (tmp_path / "facts").unlink()
    log.unlink()
