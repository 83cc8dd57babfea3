"""Contacts in a facts file: whose they are, what may stand in them, and that they go round as they are."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from authz_service.domain.moments import Period, begin_of
from authz_service.domain.records import ContactRecord
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.loading import LoadReport

LEO, CARLA = "89440293518", "85091291489"


@pytest.fixture
def loaded(store: Any, small_world: str) -> Any:
    store.load(small_world)
    return store


def contacts(*said: str) -> str:
    return "world:\n  contacts:\n" + "".join(f"  - {{{each}}}\n" for each in said)


def refusal(store: Any, text: str) -> list[tuple[str, str]]:
    with pytest.raises(FactsFileError) as caught:
        store.check(text)
    return [(error.place, error.message) for error in caught.value.errors]


# --- whose they are --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "owner", ["account, owner: acc_anne", "designation, owner: ds1", "capacity, owner: alpha.finance"]
)
def test_the_owner_may_be_in_the_store(loaded: Any, owner: str) -> None:
    assert loaded.load(contacts(f"owner_kind: {owner}, email: new@alpha.example")).added == 1
    kind, owner_id = owner.split(", owner: ")
    assert loaded.one(ContactRecord, owner_kind=kind, owner_id=owner_id).email == "new@alpha.example"


def test_a_person_in_the_store_is_named_by_the_opaque_id(loaded: Any) -> None:
    leo = loaded.identities()[LEO]

    loaded.load(contacts(f"owner_kind: person, owner: {leo}, user_name: leo"))

    assert loaded.one(ContactRecord, owner_id=leo).user_name == "leo"


def test_a_person_called_by_two_names_has_one_contact(loaded: Any, small_world: str) -> None:
    leo = loaded.identities()[LEO]
    said = f"  - {{owner_kind: person, owner: leo}}\n  - {{owner_kind: person, owner: {leo}, title: Dhr.}}\n"

    ((place, message),) = refusal(loaded, small_world + said)

    assert place == "world.contacts[6]"
    assert message.startswith("world.contacts[5] tells of the same at the same time")


def test_a_contact_may_be_empty(loaded: Any) -> None:
    assert loaded.load(contacts("owner_kind: account, owner: acc_anne")).added == 1


def test_a_new_contact_takes_the_place_of_the_one_in_the_store(loaded: Any) -> None:
    said = "owner_kind: account, owner: acc_leo, email: leo@alpha.example"

    assert loaded.load(contacts(said)) == LoadReport(added=1, closed=1, unchanged=0, revision=2)
    assert loaded.one(ContactRecord, owner_kind="account").email == "leo@alpha.example"


def test_an_owner_may_have_one_contact_after_another(loaded: Any) -> None:
    before = "owner_kind: account, owner: acc_leo, email: before@alpha.example, valid_until: '2023-12-31'"
    after = "owner_kind: account, owner: acc_leo, email: after@alpha.example, valid_from: '2024-01-01'"

    loaded.load(contacts(before, after))

    periods = {
        record.email: record.valid
        for record in loaded.believed()
        if isinstance(record, ContactRecord) and record.owner_kind == "account"
    }
    assert periods == {
        "before@alpha.example": Period(until=begin_of("2024-01-01")),
        "after@alpha.example": Period(begin_of("2024-01-01")),
    }


# --- user names ------------------------------------------------------------------------------------------------------


def test_a_user_name_in_the_store_is_taken(loaded: Any) -> None:
    anne = loaded.one(ContactRecord, owner_kind="person").owner_id
    leo = loaded.identities()[LEO]

    assert refusal(loaded, contacts(f"owner_kind: person, owner: {leo}, user_name: aaerts")) == [
        ("world.contacts[0].user_name", f"the user name is also that of 'contacts person/{anne}' in the store")
    ]


def test_a_user_name_is_free_again_when_its_contact_has_ended(loaded: Any) -> None:
    leo, carla = (loaded.identities()[number] for number in (LEO, CARLA))
    former = f"owner_kind: person, owner: {leo}, user_name: reception, valid_until: '2023-12-31'"
    present = f"owner_kind: person, owner: {carla}, user_name: reception, valid_from: '2024-01-01'"

    assert loaded.load(contacts(former, present)).added == 2


def test_a_person_keeps_the_user_name_from_one_contact_to_the_next(loaded: Any) -> None:
    leo = loaded.identities()[LEO]
    before = f"owner_kind: person, owner: {leo}, user_name: leo, valid_until: '2023-12-31'"
    after = f"owner_kind: person, owner: {leo}, user_name: leo, title: Dhr., valid_from: '2024-01-01'"

    assert loaded.load(contacts(before, after)).added == 2


# --- what may stand in them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "direction@entreprise.be",
        "a.b+c@mail.alpha.example",
        "o'neill_x@alpha-bouw.example",
        "x@xn--bcher-kva.example",
        "ren\u00e9e@alpha.example",
        f"{'l' * 240}@alpha.example",
    ],
)
def test_an_e_mail_address(empty_store: Any, small_world: str, address: str) -> None:
    text = small_world.replace("email: direction@alpha.example", f'email: "{address}"')

    assert empty_store.check(text).added == 34


@pytest.mark.parametrize(
    "address",
    [
        "direction",
        "@alpha.example",
        "direction@",
        "di rection@alpha.example",
        "two@at@alpha.example",
        "direction@alpha.example ",
        "Direction <direction@alpha.example>",
        "direction@[192.0.2.1]",
        "a@alpha.example, b@alpha.example",
        f"{'l' * 241}@alpha.example",
    ],
)
@pytest.mark.parametrize("member", ["email", "local_email"])
def test_what_is_no_e_mail_address(empty_store: Any, small_world: str, member: str, address: str) -> None:
    text = small_world.replace(
        "owner: ds2, language: fr, email: direction@alpha.example", f'owner: ds2, {member}: "{address}"'
    )

    assert refusal(empty_store, text) == [
        (f"world.contacts[2].{member}", "an e-mail address is needed, such as name@example.be")
    ]


@pytest.mark.parametrize(
    "telephone", ["+89440293518", "02 509 99 12", "0470 12 34 56", "00 32 470 12 34 56", "89 44 02 935 19"]
)
def test_a_telephone_number_is_not_taken_for_a_national_number(
    empty_store: Any, small_world: str, telephone: str
) -> None:
    assert empty_store.check(small_world.replace("'+32 2 509 99 12'", f"'{telephone}'")).added == 34


# --- going round -----------------------------------------------------------------------------------------------------


def test_the_export_says_only_what_is_known_of_a_contact(loaded: Any) -> None:
    exported = {(each["owner_kind"], each["owner"]): each for each in loaded.export()["contacts"]}

    assert exported["account", "acc_leo"] == {
        "owner_kind": "account",
        "owner": "acc_leo",
        "email": "l.lisowski@alpha.example",
    }


def test_a_store_without_contacts_exports_no_list_of_them(store: Any, small_world: str) -> None:
    store.load(small_world[: small_world.index("  contacts:")])

    assert "contacts" not in store.export()


def test_contacts_go_round_on_every_database(any_store: Any, other_store: Any, small_world: str) -> None:
    any_store.load(small_world)
    contact = any_store.one(ContactRecord, owner_kind="person")
    ends = begin_of("2024-04-03T10:20:30.123456Z")
    any_store.record(
        [
            replace(contact, valid=Period(until=ends)),
            replace(contact, title="l'\u00e9t\u00e9: #1", checked_at=ends, valid=Period(ends)),
        ],
        [contact],
    )
    believed, text = any_store.believed(), any_store.export_text()

    other_store.load(text)

    assert other_store.believed() == believed
    assert other_store.export_text() == text
    assert [each["owner_kind"] for each in yaml.safe_load(text)["world"]["contacts"]].count("person") == 2
