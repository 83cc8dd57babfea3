"""A directory follows the facts: what is changed, and what begins or ends by its date."""

import copy
import time
from dataclasses import replace

from authz_service.domain import moments
from authz_service.domain.commands import BlockUser, GrantApplication, RevokeApplication, UnblockUser
from authz_service.domain.records import EnterpriseRecord
from tests.support.administration import reference_world
from tests.support.door import NUMBER
from tests.sync.keeping import FRANK, Kept, seen_within

SECOND = 1_000_000
LOCKED = "pwdaccountlockedtime"
OMEGA = f"container/enterprise/{NUMBER['omega']}"


def mandated(kept: Kept) -> set[str]:
    """Return the keys of those who may act for Alpha at Omega."""
    remembered = kept.directories.remembered(kept.target.name)
    groups = [key for key in remembered if key.startswith(f"group/mandate_application/{NUMBER['omega']}/")]
    return {member for key in groups if NUMBER["alpha"] in key for member in kept.members(key)}


def test_what_is_there_already_is_written_at_the_start(kept: Kept) -> None:
    kept.begun()
    assert kept.users() == {kept.person_key(name) for name in ("ines", "leo", "tess")}
    assert kept.is_exact()


class TestChanges:
    def test_an_application_that_is_granted_appears_and_goes_when_it_is_revoked(self, kept: Kept) -> None:
        follower = kept.begun()
        kept.create_umar()
        umar = kept.person_key("umar")
        assert seen_within(lambda: umar in kept.users(), follower)
        assert kept.door.do(FRANK, GrantApplication("u1", "DMFA")).done
        assert seen_within(lambda: umar in kept.openers("DMFA"), follower)
        assert kept.door.do(FRANK, RevokeApplication("u1", "DMFA")).done
        assert seen_within(lambda: umar not in kept.openers("DMFA"), follower)
        assert kept.is_exact()

    def test_only_what_changed_is_looked_at_and_written(self, kept: Kept) -> None:
        follower = kept.begun()
        kept.create_umar()
        assert seen_within(lambda: kept.person_key("umar") in kept.users(), follower)
        writes = kept.office.writes()
        assert kept.door.do(FRANK, GrantApplication("u1", "DMFA")).done
        assert seen_within(lambda: kept.person_key("umar") in kept.openers("DMFA"), follower)
        assert kept.office.writes() == writes + 1
        assert [run.is_full for run in kept.runs()] == [False, False, True]

    def test_a_blocked_user_disappears_and_comes_back_when_unblocked(self, kept: Kept) -> None:
        follower = kept.begun()
        kept.create_umar()
        assert kept.door.do(FRANK, GrantApplication("u1", "DMFA")).done
        umar = kept.person_key("umar")
        assert seen_within(lambda: umar in kept.openers("DMFA"), follower)
        assert kept.door.do(FRANK, BlockUser("u1")).done
        assert seen_within(lambda: umar not in kept.openers("DMFA") | kept.users(), follower)
        assert LOCKED in (kept.entry(umar) or {})
        assert kept.door.do(FRANK, UnblockUser("u1")).done
        assert seen_within(lambda: umar in kept.openers("DMFA") & kept.users(), follower)
        assert LOCKED not in (kept.entry(umar) or {})

    def test_a_mandate_that_a_facts_load_ends_shows_at_the_mandatary(self, kept: Kept) -> None:
        follower = kept.begun()
        assert mandated(kept)
        world = copy.deepcopy(dict(reference_world()))
        for mandate in world["mandates"]:
            if mandate["mandator"] == "alpha":
                mandate["ended_on"] = "2024-02-01"
        kept.load(world)
        assert seen_within(lambda: not mandated(kept), follower)
        assert kept.is_exact()

    def test_what_no_message_tells_of_is_followed_too(self, kept: Kept) -> None:
        follower = kept.begun()
        kept.change(EnterpriseRecord, {"number": NUMBER["omega"]}, name="Omega & sons")
        assert seen_within(lambda: kept.values(OMEGA, "description") == {b"Omega & sons"}, follower)

    def test_what_does_not_concern_a_target_leaves_no_run_and_puts_it_not_behind(self, kept: Kept) -> None:
        kept.office.target = replace(kept.target, enterprises=frozenset({NUMBER["omega"]}))
        follower = kept.begun()
        kept.create_umar()
        status = kept.status()
        assert (status.lag_revisions, (status.lag_seconds or 0) > 0) == (1, True)
        assert seen_within(lambda: kept.status().lag_revisions == 0, follower)
        assert kept.status().lag_seconds == 0
        assert len(kept.runs()) == 1


class TestInstants:
    def test_a_dated_end_falls_out_at_its_instant_and_not_before(self, kept: Kept) -> None:
        until = moments.now() + 3 * SECOND
        kept.end("ines", until)
        ines = kept.person_key("ines")
        follower = kept.begun()
        seen: list[tuple[bool, int]] = []

        def is_out() -> bool:
            seen.append((ines not in kept.users(), moments.now()))
            return seen[-1][0]

        assert seen_within(is_out, follower)
        assert seen[0] < (False, until)
        assert seen[-1][1] >= until
        assert kept.is_exact()

    def test_what_ended_while_nobody_followed_is_out_at_the_start(self, kept: Kept) -> None:
        kept.begun().close()
        until = moments.now() + SECOND // 2
        kept.end("ines", until)
        while moments.now() <= until:
            time.sleep(0.05)
        kept.begun("another")
        assert kept.person_key("ines") not in kept.users()

    def test_everything_is_compared_when_the_clock_was_set(self, kept: Kept) -> None:
        ahead = [0]
        follower = kept.follower(clock=lambda: moments.now() + ahead[0])
        follower.step()
        follower.step()
        assert len(kept.runs()) == 1
        ahead[0] = -3600 * SECOND
        follower.step()
        assert [run.is_full for run in kept.runs()] == [True, True]

    def test_everything_is_compared_on_a_timer(self, kept: Kept) -> None:
        kept.schedule(full_seconds=0.5)
        assert seen_within(lambda: len(kept.runs()) == 3, kept.follower())
        assert all(run.is_full for run in kept.runs())
