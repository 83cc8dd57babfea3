"""Log lines: JSON, and nothing in them that looks like a national number."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from authz_service.bootstrap.log_lines import configure_logging
from authz_service.settings import load_settings

NUMBERS = ["71031490293", "71.03.14-902.93", "710314 902 93"]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    kept = (root.level, list(root.handlers))
    yield
    structlog.reset_defaults()
    root.setLevel(kept[0])
    root.handlers[:] = kept[1]


@pytest.fixture
def ours() -> Any:
    return structlog.get_logger("authz_service.somewhere")


@pytest.fixture
def theirs() -> logging.Logger:
    return logging.getLogger("a.library")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_got_into_an_event_ends_there(
    capsys: pytest.CaptureFixture[str], ours: Any, theirs: logging.Logger, number: str
) -> None:
    configure_logging(load_settings())
    ours.error(f"asked about {number}", who=number)
    theirs.error("asked about %s", number)
    mine, other = _lines(capsys)
    assert (mine["event"], mine["who"]) == ("asked about (number)", "(number)")
    assert other["event"] == "asked about (number)"


def test_a_number_in_a_list_or_an_object_ends_there_too(capsys: pytest.CaptureFixture[str], ours: Any) -> None:
    configure_logging(load_settings())
    ours.error("asked", who=[NUMBERS[0], {"id": NUMBERS[1]}], count=3)
    (line,) = _lines(capsys)
    assert (line["who"], line["count"]) == (["(number)", {"id": "(number)"}], 3)


def test_an_exception_is_its_type_and_its_places(
    capsys: pytest.CaptureFixture[str], ours: Any, theirs: logging.Logger
) -> None:
    configure_logging(load_settings())
    for log in (ours, theirs):
        try:
            int(f"not a number: {NUMBERS[0]}")
        except ValueError:
            log.exception("failed")
    for line in _lines(capsys):
        assert line["fault"] == "ValueError"
        assert "test_log_lines.py" in str(line["places"])
        assert "not a number" not in str(line)


def test_a_line_says_when_and_how_bad(capsys: pytest.CaptureFixture[str], ours: Any) -> None:
    configure_logging(load_settings(log_level="warning"))
    ours.warning("odd", count=3)
    ours.info("not so odd")
    (line,) = _lines(capsys)
    assert set(line) == {"event", "count", "level", "time"}
    assert (line["level"], line["count"]) == ("warning", 3)
    assert str(line["time"]).endswith("Z")
