"""The write door and decisions by several processes whose connections a pooler mixes."""

from contextlib import ExitStack, closing
from pathlib import Path

from authz_service.domain.commands import BlockUser, CreateUser, UnblockUser
from authz_service.services.authority.door import Authority
from authz_service.services.decisions import DecisionService
from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from authz_service.store.reading import FactsReader
from tests.support.door import REACHED, Door, niss, open_door, person
from tests.support.pooler import pooled
from tests.support.reference import load_reference

FRANK = person("frank", "alpha")
PROCESSES = 3
TURNS = 15
"""For each of them: a driver prepares what it was asked five times."""


def _opened(door: Door, url: str, key_file: Path) -> tuple[Authority, DecisionService, Database]:
    database = Database(url, read_key_file(key_file))
    authority, decisions = door.authority, door.reference.decisions
    return (
        Authority(database, authority.policy, authority.levels, authority.audit_log),
        DecisionService(FactsReader(database), decisions.policy, decisions.levels),
        database,
    )


def test_several_write_and_decide_over_two_connections_of_the_server(postgresql_url: str, tmp_path: Path) -> None:
    reference = load_reference(postgresql_url, tmp_path)
    door = open_door(reference, tmp_path)
    assert door.do(FRANK, CreateUser("alpha.nsso", niss("umar"), REACHED, "u1")).done
    records = len(door.audited())
    with pooled(postgresql_url, connections=2) as url, ExitStack() as exits:
        processes = [_opened(door, url, tmp_path / "keys") for _ in range(PROCESSES)]
        for _, _, database in processes:
            exits.enter_context(closing(database))
        for turn in range(PROCESSES * TURNS):
            authority, _, _ = processes[turn % PROCESSES]
            _, decisions, _ = processes[(turn + 1) % PROCESSES]
            change, back = (UnblockUser("u1"), BlockUser("u1"))[:: 1 if turn % 2 else -1]
            assert authority.carry_out(FRANK, [change]).done
            again, undo = decisions.decide([FRANK.asks(each.action, "u1", {}) for each in (change, back)])
            assert (again.answer.allowed, undo.answer.allowed) == (False, True)
    assert len(door.audited()) == records + PROCESSES * TURNS
    reference.database.close()
