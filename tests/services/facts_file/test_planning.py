"""A plan is all that has to be written for a file to be believed; whoever has it may write it, beside other things."""

from dataclasses import replace
from typing import Any

import pytest

from authz_service.domain.person_ids import new_person_id
from authz_service.domain.records import RelationRecord
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.loading import LoadPlan, LoadReport, plan
from authz_service.services.facts_file.tree import FactsFile
from authz_service.store.writing import Recorder
from tests.services.facts_file.conftest import MEANS


def planned(recorder: Recorder, text: str) -> LoadPlan:
    return plan(recorder, FactsFile(text), means=MEANS, new_person_id=new_person_id)


def test_a_plan_writes_nothing(store: Any, small_world: str) -> None:
    with Recorder(store.database) as recorder:
        found = planned(recorder, small_world)

    assert (len(found.changes.add), len(found.identities)) == (34, 3)
    assert store.believed() == set()
    assert store.identities() == {}


def test_a_plan_that_is_written_is_what_a_load_does(any_store: Any, other_store: Any, small_world: str) -> None:
    with Recorder(any_store.database) as recorder:
        found = planned(recorder, small_world)
        recorder.add_identities(found.identities)
        report = found.report(recorder.record(add=found.changes.add, close=found.changes.close))

    assert report == LoadReport(added=34, closed=0, unchanged=0, revision=1)
    assert any_store.believed() == set(found.changes.add)
    other_store.load(any_store.export_text())
    assert other_store.believed() == any_store.believed()


def test_a_plan_for_what_is_believed_has_nothing_to_write(store: Any, small_world: str) -> None:
    store.load(small_world)

    with Recorder(store.database) as recorder:
        found = planned(recorder, small_world)

    assert (found.changes.add, found.changes.close, found.identities) == ((), (), ())
    assert found.report(1) == LoadReport(added=0, closed=0, unchanged=34, revision=1)


def test_a_plan_says_what_to_close(store: Any, small_world: str) -> None:
    store.load(small_world)

    with Recorder(store.database) as recorder:
        found = planned(recorder, small_world.replace("status: blocked", "status: active"))

    (account,) = found.changes.close
    assert isinstance(account, RelationRecord)
    assert account.relation_id == "acc_leo"
    assert found.changes.add == (replace(account, state="active"),)


def test_there_is_no_plan_for_a_file_with_errors(store: Any, small_world: str) -> None:
    with Recorder(store.database) as recorder, pytest.raises(FactsFileError):
        planned(recorder, small_world.replace("type: user", "type: boss"))


def test_a_plan_shows_no_national_number(store: Any, small_world: str) -> None:
    with Recorder(store.database) as recorder:
        told = repr(planned(recorder, small_world))

    assert "89440293518" not in told
    assert "7103" not in told
