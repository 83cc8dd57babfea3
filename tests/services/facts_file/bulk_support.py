"""Facts files as lines, and loading them in bulk."""

import functools
import io
import json
from typing import Any, BinaryIO

import yaml

from authz_service.domain.person_ids import new_person_id
from authz_service.services.authority.bulk import LoadLines, check_lines
from authz_service.services.facts_file.bulk import BulkReport, Stage, load_lines
from authz_service.services.facts_file.loading import LoadReport
from authz_service.store.bulk_writing import BulkWriter
from authz_service.store.writing import Recorder
from tests.services.facts_file.conftest import MEANS

OWN_KIND = {"persons": "person_kind", "enterprises": "enterprise_kind"}


def line_of(kind: str, said: Any) -> str:
    """One object of a list as a line of NDJSON."""
    if not isinstance(said, dict):
        return json.dumps(said)
    own = OWN_KIND.get(kind)
    return json.dumps({"kind": kind} | {own if key == "kind" and own else key: value for key, value in said.items()})


@functools.cache
def lines_of(text: str) -> str:
    """A facts file in YAML as lines of NDJSON, in the order of the file."""
    world: dict[str, list[Any]] = yaml.safe_load(text)["world"]
    return "".join(line_of(kind, each) + "\n" for kind, listed in world.items() for each in listed)


def bulk(store: Any, lines: str | BinaryIO) -> BulkReport:
    """Load lines in bulk, in a transaction of its own."""
    file = io.BytesIO(lines.encode()) if isinstance(lines, str) else lines
    with Recorder(store.database) as recorder, BulkWriter(recorder) as staging:
        return load_lines(staging, file, means=MEANS, new_person_id=new_person_id, tell=untold)


def check(store: Any, lines: str) -> BulkReport:
    """Say what loading lines would change."""
    return check_lines(store.database, LoadLines(io.BytesIO(lines.encode()), MEANS))


def counts(report: BulkReport | LoadReport) -> tuple[int, int, int]:
    return report.added, report.closed, report.unchanged


def untold(_stage: Stage) -> None:
    """Nobody waits for a test."""
