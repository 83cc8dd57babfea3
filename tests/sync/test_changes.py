"""What the outbox tells of the facts since a revision."""

from authz_service.domain.commands import GrantApplication, UpdateOwnDetails
from authz_service.domain.records import EnterpriseRecord
from authz_service.store.outbox import Outbox
from authz_service.sync.changes import Changed, changed_since
from tests.support.administration import reference_world
from tests.support.door import NUMBER, niss, person
from tests.sync.keeping import FRANK, Kept


def since(kept: Kept, revision: int) -> Changed | None:
    return changed_since(revision, kept.projections, Outbox(kept.door.reference.database))


def last(kept: Kept) -> int:
    return kept.projections.last().revision


def test_nothing_has_changed_since_the_last_revision(kept: Kept) -> None:
    assert since(kept, last(kept)) is None


def test_commands_concern_their_enterprise_and_its_mandataries(kept: Kept) -> None:
    before = last(kept)
    kept.create_umar()
    assert kept.door.do(FRANK, GrantApplication("u1", "DMFA")).done
    changed = since(kept, before)
    assert changed is not None
    assert changed.revision == last(kept) == before + 2
    assert changed.numbers is not None
    assert {NUMBER["alpha"], NUMBER["omega"]} <= changed.numbers
    assert changed.numbers < set(kept.projections.enterprises())
    assert since(kept, before + 1) == changed


def test_somebody_s_own_details_concern_where_he_stands(kept: Kept) -> None:
    before = last(kept)
    command = UpdateOwnDetails(niss("ines"), {"email": "ines@enterprise.example"}, checked=True, expected=None)
    assert kept.door.do(person("ines"), command).done
    changed = since(kept, before)
    assert changed is not None
    assert NUMBER["alpha"] in (changed.numbers or ())


def test_a_facts_load_may_concern_anybody(kept: Kept) -> None:
    before = last(kept)
    world = dict(reference_world())
    world["mandates"] = [{**each, "ended_on": "2024-02-01"} for each in world["mandates"]]
    kept.load(world)
    assert since(kept, before) == Changed(before + 1, None)


def test_a_revision_that_no_message_tells_of_may_concern_anybody(kept: Kept) -> None:
    before = last(kept)
    kept.create_umar()
    kept.change(EnterpriseRecord, {"number": NUMBER["omega"]}, name="Omega & sons")
    assert since(kept, before) == Changed(before + 2, None)


def test_facts_of_an_earlier_revision_than_they_were_may_be_any(kept: Kept) -> None:
    assert since(kept, last(kept) + 5) == Changed(last(kept), None)
