"""Log lines: JSON, and nothing in them that looks like a national number."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from authz_service.bootstrap.log_lines import configure_logging
from authz_service.settings import load_settings

NUMBERS = ["71031490293", "71.03.14-902.93", "710314 902 93"]
Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was logged, once logging is set up as the service does it."""
    root = logging.getLogger()
    kept = (root.level, list(root.handlers))
    configure_logging(load_settings(log_level="debug"))
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.reset_defaults()
    root.setLevel(kept[0])
    root.handlers[:] = kept[1]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_got_into_an_event_ends_there(lines: Lines, number: str) -> None:
    structlog.get_logger("authz_service.somewhere").error(f"asked about {number}", who=number)
    logging.getLogger("a.library").error("asked about %s", number)
    ours, theirs = lines()
    assert (ours["event"], ours["who"]) == ("asked about (number)", "(number)")
    assert theirs["event"] == "asked about (number)"


def test_an_exception_is_its_type_and_its_places(lines: Lines) -> None:
    try:
        raise ValueError(f"not a number: {NUMBERS[0]}")
    except ValueError:
        structlog.get_logger("authz_service.somewhere").exception("failed")
        logging.getLogger("a.library").exception("failed")
    for line in lines():
        assert line["fault"] == "ValueError"
        assert "test_log_lines.py" in str(line["places"])
        assert "not a number" not in str(line)


def test_a_line_says_when_and_how_bad(lines: Lines) -> None:
    structlog.get_logger("authz_service.somewhere").warning("odd", count=3)
    (line,) = lines()
    assert set(line) == {"event", "count", "level", "time"}
    assert (line["level"], line["count"]) == ("warning", 3)
    assert str(line["time"]).endswith("Z")
