"""Reading the facts of questions: what is found, against a plain reference, and how little it takes."""

import dataclasses
import random
from typing import Any

import pytest
from sqlalchemy import select

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.reading import FactsReader
from tests.store import worlds
from tests.store.facts import (
    ANNE,
    BART,
    CARLA,
    EVERYTHING,
    PEOPLE,
    agent,
    capacity,
    changed,
    channel,
    enterprise,
    load,
    mandate,
    person,
    relation,
    request,
    sender,
    since,
    until,
)
from tests.store.reference import Known, Reference

AT = 1_000
ALPHA, BETA, GAMMA = "0999010126", "0999020222", "0999030318"


def ask(**named: Any) -> FactsQuery:
    return FactsQuery(**{"at": AT, "known_at": FOREVER, **named})


def read(database: Database, **named: Any) -> QuestionFacts:
    (facts,) = FactsReader(database).read([ask(**named)])
    return facts


def ids(relations: tuple[Any, ...]) -> list[str]:
    return [fact.relation_id for fact in relations]


def in_order(facts: QuestionFacts) -> QuestionFacts:
    """The same facts with every tuple in one order."""
    values: dict[str, Any] = {
        field.name: tuple(sorted(value, key=repr))
        for field in dataclasses.fields(facts)
        if isinstance(value := getattr(facts, field.name), tuple)
    }
    return dataclasses.replace(facts, **values)


# --- against the reference --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_what_is_read_is_what_the_reference_finds(database: Database, seed: int) -> None:
    """Random histories, random questions about every moment and state of knowledge, one by one and all at once."""
    chance = random.Random(seed)
    history: list[Known] = []
    revisions: list[int] = []
    for _ in range(5):
        add, close = worlds.change(chance, [entry.record for entry in history if entry.until == FOREVER])
        load(database, add, close)
        with database.engine.connect() as connection:
            revisions = list(
                connection.execute(select(tables.revision.c.recorded_at).order_by("recorded_at")).scalars()
            )
        history = [
            dataclasses.replace(entry, until=revisions[-1])
            if entry.until == FOREVER and entry.record in close
            else entry
            for entry in history
        ]
        history += [Known(record, revisions[-1], FOREVER) for record in add]
    queries = [worlds.question(chance, revisions) for _ in range(150)]
    reader = FactsReader(database)
    together = reader.read(queries)
    for query, from_batch in zip(queries, together, strict=True):
        expected = in_order(Reference(query, history, PEOPLE, revisions).facts())
        assert in_order(from_batch) == expected, query
        assert reader.read([query]) == [from_batch]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_spared_is_all_that_is_missing(database: Database, seed: int) -> None:
    """Alone or among others that read all, a question that spares something reads the rest just the same."""
    chance = random.Random(seed)
    load(database, *worlds.change(chance, []))
    with database.engine.connect() as connection:
        revisions = list(connection.execute(select(tables.revision.c.recorded_at)).scalars())
    wholes = [worlds.question(chance, revisions) for _ in range(100)]
    spared = [dataclasses.replace(query, all_capacities=False, sender_of_capacity=False) for query in wholes]
    reader = FactsReader(database)
    both = reader.read([*wholes, *spared])
    for query, whole, rest in zip(spared, both[:100], both[100:], strict=True):
        sender = whole.sender if query.technical_user else None
        assert rest == dataclasses.replace(whole, capacities=(), mandator_capacities=(), sender=sender), query
        assert reader.read([query]) == [rest]


# --- what a question is about -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["alpha.é", "\u2028", '"\\', "\x01\x7f", "\U0001f600", "\0", "\ud800", "null"])
def test_any_text_reads_alike_alone_and_among_others(database: Database, text: str) -> None:
    load(database, [*EVERYTHING, capacity("alpha.é")])
    named = {"capacity": text, "subject_niss": text, "applications": (text, "X")}
    first, *others = FactsReader(database).read([ask(enterprise_number=ALPHA), ask(**named), ask(**named)])
    alone = read(database, **named)
    assert others == [alone, alone]
    assert first.enterprise is not None
    assert (alone.capacity is not None) == (text == "alpha.é")


def test_an_enterprise(database: Database) -> None:
    load(database, EVERYTHING)
    facts = read(database, enterprise_number=ALPHA, subject_niss=ANNE.niss.digits, other_niss=CARLA.niss.digits)
    assert facts.enterprise is not None
    assert (facts.enterprise.enterprise_id, facts.enterprise.number) == ("alpha", ALPHA)
    assert facts.capacity is None
    assert {fact.capacity_id for fact in facts.capacities} == {"alpha.nsso", "alpha.finance"}
    assert ids(facts.relations) == ["lf_anne", "g_carla", "r_carla", "acc_carla"]
    assert facts.subject is not None
    assert facts.subject.digital_keys == {"eid", "itsme"}
    assert facts.other is not None
    assert facts.revision == 1


def test_facts_of_other_enterprises_are_not_read(database: Database) -> None:
    load(database, EVERYTHING)
    assert ids(read(database, enterprise_number=BETA, subject_niss=ANNE.niss.digits).relations) == ["emp_anne"]
    assert read(database, enterprise_number=GAMMA, subject_niss=ANNE.niss.digits).relations == ()
    assert read(database, subject_niss=ANNE.niss.digits).relations == ()


def test_the_resource_wins_over_what_is_said_of_it(database: Database) -> None:
    load(database, EVERYTHING)
    for named in ({"capacity": "alpha.nsso"}, {"account": "acc_carla"}, {"role_assignment": "r_carla"}):
        facts = read(database, enterprise_number=BETA, **named)
        assert facts.enterprise is not None
        assert facts.enterprise.enterprise_id == "alpha"
    facts = read(database, enterprise_number=BETA, request="req")
    assert facts.enterprise is not None
    assert facts.enterprise.enterprise_id == "gamma"
    facts = read(database, account="acc_carla", capacity="beta.nsso", enterprise_number=BETA)
    assert facts.capacity is not None
    assert facts.capacity.capacity_id == "alpha.nsso"


def test_an_account_is_no_role_assignment(database: Database) -> None:
    load(database, EVERYTHING)
    assert read(database, account="r_carla").target is None
    assert read(database, role_assignment="acc_carla").target is None
    assert read(database, account="g_carla").target is None
    target = read(database, role_assignment="r_carla").target
    assert target is not None
    assert target.object == "OWN"


@pytest.mark.parametrize(("at", "begins"), [(5, 10), (10, 10), (25, 20), (35, 20), (45, 40), (99, 40)])
def test_the_target_is_the_period_nearest(database: Database, at: int, begins: int) -> None:
    periods = [Period(10, 20), Period(20, 30), Period(40, 50)]
    load(database, [relation("acc", "user", CARLA, "alpha.nsso", valid=period) for period in periods])
    load(database, [capacity("alpha.nsso", valid=period) for period in periods])
    facts = read(database, account="acc", at=at)
    assert facts.target is not None
    assert facts.target.period.since == begins
    assert facts.capacity is not None
    assert facts.capacity.period.since == begins
    assert len(facts.relations) == 0  # the person did not ask


def test_a_capacity_that_has_not_begun(database: Database) -> None:
    load(database, [enterprise("alpha", ALPHA), capacity("alpha.nsso", valid=since(AT + 1))])
    facts = read(database, capacity="alpha.nsso")
    assert facts.capacity is not None
    assert facts.capacity.period == since(AT + 1)
    assert facts.capacities == (facts.capacity,)
    assert facts.enterprise is not None


@pytest.mark.parametrize(("at", "owner"), [(5, "alpha"), (15, "alpha"), (25, "alpha"), (35, "beta"), (99, "beta")])
@pytest.mark.parametrize("everything", [True, False])
def test_a_capacity_that_went_to_another_enterprise(database: Database, at: int, owner: str, everything: bool) -> None:
    """All that is read is of the enterprise that has it in the nearest period, and is there once."""
    periods = {"alpha": Period(10, 20), "beta": Period(30, 40)}
    capacities = [changed(capacity("alpha.nsso", valid=valid), enterprise_id=name) for name, valid in periods.items()]
    numbers = {"alpha": ALPHA, "beta": BETA}
    held = [
        relation(f"{kind}_{name}", kind, ANNE, name, state="signing")
        for name in numbers
        for kind in ("legal_function", "employment")
    ]
    load(database, [person(ANNE), *(enterprise(*each) for each in numbers.items()), *capacities, *held])
    facts = read(
        database,
        at=at,
        subject_niss=ANNE.niss.digits,
        capacity="alpha.nsso",
        all_representatives=True,
        all_capacities=everything,
    )
    assert facts.enterprise is not None
    assert facts.enterprise.enterprise_id == owner
    assert facts.capacity is not None
    assert (facts.capacity.enterprise_id, facts.capacity.period) == (owner, periods[owner])
    assert sorted(ids(facts.relations)) == [f"employment_{owner}", f"legal_function_{owner}"]
    assert ids(tuple(fact for fact, _ in facts.representatives_cards)) == [f"legal_function_{owner}"]
    assert [fact.enterprise_id for fact in facts.capacities] == ([owner] if everything else [])


def test_single_things_are_taken_at_the_moment(database: Database) -> None:
    load(
        database,
        [
            changed(person(ANNE, valid=until(AT)), has_card=False),
            person(ANNE, valid=since(AT)),
            enterprise("alpha", ALPHA, kind="old", valid=until(AT)),
            enterprise("alpha", ALPHA, kind="new", valid=since(AT)),
            request("req", "alpha", valid=Period(900, AT)),
            request("req", "alpha", state="processed", valid=since(AT)),
            agent("agent_1", valid=since(AT)),
        ],
    )
    named = {"subject_niss": ANNE.niss.digits, "enterprise_number": ALPHA, "request": "req", "agent": "agent_1"}
    before, after = read(database, at=AT - 1, **named), read(database, at=AT, **named)
    assert before.subject is not None
    assert after.subject is not None
    assert (before.subject.has_card, after.subject.has_card) == (False, True)
    assert before.enterprise is not None
    assert after.enterprise is not None
    assert (before.enterprise.kind, after.enterprise.kind) == ("old", "new")
    assert before.request is not None
    assert after.request is not None
    assert (before.request.state, after.request.state) == ("awaiting_signature", "processed")
    assert (before.request.filed_at, after.request.filed_at) == (900, 900)
    assert (before.agent_known, after.agent_known) == (False, True)
    assert read(database, at=899, request="req").request is None


def test_relations_are_read_in_force_or_not(database: Database) -> None:
    load(
        database,
        [enterprise("alpha", ALPHA)]
        + [
            relation(f"r{begin}", "user", ANNE, "alpha.nsso", valid=Period(begin, begin + 10))
            for begin in (AT - 50, AT, AT + 50)
        ],
    )
    assert len(read(database, enterprise_number=ALPHA, subject_niss=ANNE.niss.digits).relations) == 3


def test_parties_of_a_mandate(database: Database) -> None:
    load(database, EVERYTHING)
    facts = read(database, mandate="m_ab", enterprise_number=BETA, subject_niss=ANNE.niss.digits)
    assert facts.mandate is not None
    assert (facts.enterprise, facts.mandatary) == (facts.mandatary, facts.mandatary)
    assert facts.mandator is not None
    assert facts.mandator.enterprise_id == "alpha"
    assert set(ids(facts.relations)) == {"lf_anne", "emp_anne"}
    assert {fact.capacity_id for fact in facts.capacities} == {"alpha.nsso", "alpha.finance", "beta.nsso"}
    assert {fact.capacity_id for fact in facts.mandator_capacities} == {"alpha.nsso", "alpha.finance"}
    assert facts.mandates == ()


def test_a_registry(database: Database) -> None:
    load(database, EVERYTHING)
    named = {"mandator_number": ALPHA, "mandatary_number": BETA, "enterprise_number": BETA, "capacity": "alpha.nsso"}
    facts = read(database, subject_niss=ANNE.niss.digits, **named)
    assert facts.enterprise is not None
    assert facts.enterprise.enterprise_id == "beta"
    assert ids(facts.relations) == ["emp_anne"]  # only where the person acts for
    assert facts.mandator is not None
    assert facts.mandatary is not None
    assert facts.mandates == ()


def test_acting_under_a_mandate(database: Database) -> None:
    load(database, [*EVERYTHING, mandate("m_late", "alpha", "beta", valid=since(AT + 1))])
    facts = read(database, mandator_number=ALPHA, capacity="beta.nsso", subject_niss=ANNE.niss.digits)
    assert [fact.mandate_id for fact in facts.mandates] == ["m_ab"]
    assert facts.enterprise is not None
    assert facts.enterprise.enterprise_id == "beta"
    assert ids(facts.relations) == ["emp_anne"]
    assert {fact.capacity_id for fact in facts.capacities} == {"beta.nsso"}
    assert {fact.capacity_id for fact in facts.mandator_capacities} == {"alpha.nsso", "alpha.finance"}


def test_senders(database: Database) -> None:
    load(
        database,
        [
            *EVERYTHING,
            sender("OLD", "beta.nsso", state="stopped", valid=since(1)),
            sender("OLDER", "beta.nsso", state="stopped"),
            sender("NEW", "alpha.nsso", state="stopped", valid=since(500)),
            channel("EXP1", "ftp", valid=since(AT + 1)),
        ],
    )
    facts = read(database, technical_user="EXP1")
    assert facts.sender is not None
    assert [(entry.channel, entry.applications) for entry in facts.sender.channels] == [
        ("sftp", frozenset({"DMFA"})),
        ("webservice", None),
    ]
    assert facts.capacity is not None
    assert facts.enterprise is not None
    assert facts.enterprise.enterprise_id == "alpha"
    active = read(database, capacity="alpha.nsso").sender
    assert active is not None
    assert active.sender_id == "EXP1"  # the active one, though another stopped later
    stopped = read(database, capacity="beta.nsso").sender
    assert stopped is not None
    assert stopped.sender_id == "OLD"
    assert stopped.channels == ()
    assert read(database, technical_user="nobody", capacity="alpha.nsso").sender is None
    elsewhere = read(database, technical_user="EXP1", capacity="beta.nsso")
    assert elsewhere.sender is not None
    assert elsewhere.sender.sender_id == "EXP1"
    assert elsewhere.enterprise is not None
    assert elsewhere.enterprise.enterprise_id == "beta"


def test_the_catalogue(database: Database) -> None:
    load(database, EVERYTHING)
    facts = read(database, applications=("EBOX", "NONE", "EBOX"), mandate_groups=("dmfa", ""))
    assert [fact.code for fact in facts.applications] == ["DIMONA", "DMFA", "EBOX"]
    assert [fact.mandate_group for fact in facts.applications] == ["dmfa", "dmfa", None]
    assert [fact.code for fact in facts.rights] == ["VOUCHERS"]
    assert [fact.code for fact in read(database, right="VOUCHERS").rights] == ["VOUCHERS"]
    assert read(database, mandate_groups=("",)).applications == ()


def test_representatives_and_their_cards(database: Database) -> None:
    load(database, [*EVERYTHING, relation("lf_bart", "legal_function", BART, "alpha", state="signing")])
    facts = read(database, enterprise_number=ALPHA, all_representatives=True)
    assert {relation.relation_id: card for relation, card in facts.representatives_cards} == {
        "lf_anne": True,
        "lf_bart": False,
        "lf_psi": False,
    }
    assert read(database, enterprise_number=ALPHA).representatives_cards == ()


# --- knowledge --------------------------------------------------------------------------------------------------------


def test_as_it_was_known(database: Database) -> None:
    old = relation("acc", "user", CARLA, "alpha.nsso")
    load(database, [enterprise("alpha", ALPHA), old])
    load(database, [changed(old, state="blocked")], [old])
    load(database, [], [changed(old, state="blocked")])
    with database.engine.connect() as connection:
        first, second, third = connection.execute(select(tables.revision.c.recorded_at).order_by("revision")).scalars()
    told = []
    for moment in (BEGINNING, first - 1, first, second - 1, second, third - 1, third, FOREVER - 1, FOREVER):
        facts = read(database, account="acc", known_at=moment)
        told.append((facts.revision, facts.target.state if facts.target else None))
    nothing, one, two, three = (0, None), (1, "active"), (2, "blocked"), (3, None)
    assert told == [nothing, nothing, one, one, two, two, three, three, three]
