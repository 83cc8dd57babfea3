"""What the settings make of the log, and what they refuse before the first question."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.bootstrap.decision_log import build_decision_log
from authz_service.bootstrap.errors import StartError
from authz_service.decision_log.log import BufferedLog, RequiredLog
from authz_service.settings import Settings, SettingsError, load_settings
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from tests.decision_log.conftest import lines_of, record


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'authz.db'}", ensure_key_file(tmp_path / "authz.key"))
    opened.upgrade()
    yield opened
    opened.close()


def settings(folder: Path, **section: object) -> Settings:
    return load_settings(database_url=f"sqlite:///{folder / 'authz.db'}", decision_log=section)


def test_by_default_it_is_on_beside_the_database_and_no_answer_waits_for_it(database: Database, tmp_path: Path) -> None:
    log = build_decision_log(settings(tmp_path), database)
    assert isinstance(log, BufferedLog)
    assert (tmp_path / "decisions-1.ndjson").exists(), "that it can be written was tried"
    assert log.record([record(1, person_id="")])
    log.close()
    [line] = lines_of(tmp_path / "decisions-1.ndjson")
    assert line["subject"]["id"] == "n_" + database.key.hash_of("85091291489")[:32], "as in the audit log"


def test_it_can_be_required(database: Database, tmp_path: Path) -> None:
    assert isinstance(build_decision_log(settings(tmp_path, required=True), database), RequiredLog)


def test_it_can_be_off(database: Database, tmp_path: Path) -> None:
    assert build_decision_log(settings(tmp_path, sinks=()), database) is None
    assert not list(tmp_path.glob("decisions*"))


def test_a_batch_of_the_largest_size_fits_in(database: Database, tmp_path: Path) -> None:
    chosen = load_settings(
        database_url=f"sqlite:///{tmp_path / 'authz.db'}", decision_log={"buffer": 1000}, limits={"items": 5000}
    )
    log = build_decision_log(chosen, database)
    assert log is not None
    log.record([record(number) for number in range(5000)])
    log.close()
    assert len(lines_of(tmp_path / "decisions-1.ndjson")) == 5000


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("sink", ["file", "syslog"])
def test_what_cannot_be_written_is_said_before_the_first_question(
    database: Database, tmp_path: Path, sink: str, required: bool
) -> None:
    nowhere = tmp_path / "authz.db" / "log"
    with pytest.raises(StartError, match="the decision log cannot be written: ") as refused:
        build_decision_log(settings(tmp_path, sinks=[sink], file=nowhere, syslog=nowhere, required=required), database)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "section",
    [
        {"sinks": ["printer"]},
        {"sinks": ["file", "file"]},
        {"sinks": [], "required": True},
        {"buffer": 10},
        {"kept": 0},
        {"rotate_bytes": 5},
        {"flush_milliseconds": 0},
        {"level": "all"},
    ],
    ids=str,
)
def test_what_cannot_be_right_is_refused_by_its_name(tmp_path: Path, section: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="decision_log"):
        settings(tmp_path, **section)
