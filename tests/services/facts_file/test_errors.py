"""What is wrong in a file is told with its place, its line and what would be right: one case for each kind of error.

Each case replaces one text of the small world by another; the line that is told must be the first of the new text.
"""

import copy
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis.strategies import sampled_from

from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.tree import Form

PERSON = "{id: twin, niss: '71031490293', kind: nrn, first_name: T, name: T, language: nl, has_eid_or_foreigner_card: true, digital_keys: []}"
SENDER = "{id: EXP2, capacity: alpha.nsso, status: active, technical_user: EXP2, contact_person: leo, channels: [], preferred_channel: {}}"

# fmt: off
CASES = {
    # --- keys and types
    "unknown kind of facts": ("  agents:\n", "  agent:\n", "world.agent", "unknown key: the kinds of facts are persons"),
    "unknown key": ("service: Contact", "servise: Contact", "world.agents[0].servise", "unknown key: did you mean 'service'?"),
    "unknown key, nested": ("serial: '4660'", "serial: '4660', colour: red", "world.senders[0].channels[0].certificate.colour", "the members are serial, expires"),
    "missing key": ("  - {id: agent_1, service: Contact Centre}", "  - {id: agent_1}", "world.agents[0]", "the key 'service' is missing"),
    "no list": ("  agents:\n  - {id: agent_1, service: Contact Centre}", "  agents: {}", "world.agents", "a list is needed"),
    "no object": ("  - {id: agent_1, service: Contact Centre}", "  - agent_1", "world.agents[0]", "an object is needed, not a text"),
    "number where a text is needed": ("serial: '4660'", "serial: 4660", "world.senders[0].channels[0].certificate.serial", "a text is needed, not a number: put it between quotes"),
    "unquoted national number": ("niss: '89440293518'", "niss: 89440293518", "world.persons[1].niss", "a text is needed, not a number: put it between quotes"),
    "empty text": ("ticket: 24A001TEST", "ticket: ''", "world.exceptional_requests[0].ticket", "not an empty one"),
    "control character": ("ticket: 24A001TEST", 'ticket: "24\\0"', "world.exceptional_requests[0].ticket", "without control characters"),
    "no boolean": ("signing_power: false", "signing_power: 'no'", "world.legal_functions[1].signing_power", "true or false is needed, not a text"),
    "no level": ("min_level: 450", "min_level: high", "world.applications[1].min_level", "a level (a whole number from 0) or null is needed"),
    "text where a list is needed": ("applications: [DMFA, EBOX]", "applications: DMFA", "world.accounts[1].applications", "a list is needed, not a text"),
    "null where a list is needed": ("applications: [DMFA, EBOX]", "applications: null", "world.accounts[1].applications", "write [] for none"),
    # --- words
    "account type": ("type: user", "type: boss", "world.accounts[1].type", "'boss' is unknown: write one of access_manager, co_access_manager, user"),
    "account status": ("status: blocked", "status: asleep", "world.accounts[1].status", "write one of active, blocked, deleted"),
    "designation role": ("id: ds1, role: chief_access_manager", "id: ds1, role: king", "world.designations[0].role", "write one of chief_access_manager, co_chief_access_manager, flemish_head_local_manager"),
    "mandate system of a mandate": ("id: m1, system: mahis", "id: m1, system: paper", "world.mandates[0].system", "write one of mahis, ssm"),
    "mandate system of an application": ("mandate_system: ssm", "mandate_system: none", "world.applications[2].mandate_system", "write one of mahis, ssm"),
    "channel of a sender": ("channel: ftp, connection", "channel: post, connection", "world.senders[0].channels[0].channel", "write one of ftp, sftp, webservice"),
    "channel of an application": ("channels: [portal, ftp]", "channels: [portal, post]", "world.applications[0].channels[1]", "write one of portal, ftp, sftp, webservice"),
    "preferred channel": ("{DMFA: ftp}", "{DMFA: post}", "world.senders[0].preferred_channel.DMFA", "write one of ftp, sftp, webservice"),
    "domain": ("domain: finance, identifier", "domain: money, identifier", "world.capacities[1].domain", "write one of finance, flanders, mobility, social_security"),
    "digital key": ("[itsme, eid]", "[itsme, fax]", "world.persons[0].digital_keys[1]", "'fax' is unknown: write one of eid, eidas_high"),
    "kind of enterprise": ("kind: private_employer", "kind: shop", "world.enterprises[0].kind", "write one of private_employer, provincial_or_local_administration"),
    "kind of number": ("kind: bis", "kind: passport", "world.persons[1].kind", "write one of nrn, bis"),
    "request status": ("status: awaiting_signature", "status: lost", "world.exceptional_requests[0].status", "write one of awaiting_signature, posted, processed, disregarded"),
    "role status": ("status: accepted", "status: maybe", "world.role_assignments[0].status", "write one of pending_acceptance, accepted, declined, ended"),
    "sender status": ("    status: active", "    status: away", "world.senders[0].status", "write one of active, stopped"),
    "identifier scheme": ("scheme: nsso_number", "scheme: vat", "world.capacities[0].identifier.scheme", "write one of nsso_number, enterprise_number"),
    "language": ("language: fr", "language: la", "world.persons[1].language", "write one of nl, fr, de, en"),
    "bare word that YAML takes for a boolean": ("language: fr", "language: no", "world.persons[1].language", "a text is needed, not true or false: put it between quotes"),
    # --- references
    "unknown person": ("person: carla, designated_by", "person: karla, designated_by", "world.designations[1].person", "'karla' is no id in persons, neither in the file nor in the store: did you mean 'carla'?"),
    "unknown enterprise": ("enterprise: omega, declared", "enterprise: omicron, declared", "world.exceptional_requests[0].enterprise", "'omicron' is no id in enterprises"),
    "unknown capacity": ("person: leo, capacity: alpha.nsso", "person: leo, capacity: beta.nsso", "world.accounts[1].capacity", "'beta.nsso' is no id in capacities"),
    "unknown application": ("[DMFA, EBOX]", "[DMFA, FOX]", "world.accounts[1].applications[1]", "'FOX' is no id in applications"),
    "unknown right": ("right: VOUCHERS", "right: HOLIDAY", "world.flemish_rights[0].right", "'HOLIDAY' is no id in flemish_rights_catalogue"),
    "unknown signer": ("{person: anne, date", "{person: joe, date", "world.mandates[0].signatures.mandator.person", "'joe' is no id in persons"),
    "unknown preferred application": ("{DMFA: ftp}", "{FOX: ftp}", "world.senders[0].preferred_channel.FOX", "'FOX' is no id in applications"),
    "unknown mandate group": ("groups: [dmfa_dimona]", "groups: [vat]", "world.mandates[0].groups", "'vat' is no mandate group of an application of mahis"),
    "kind of owner": ("owner_kind: capacity", "owner_kind: castle", "world.contacts[4].owner_kind", "'castle' is unknown: write one of person, account, designation, requester, capacity"),
    "language of a contact": ("owner: ds2, language: fr", "owner: ds2, language: la", "world.contacts[2].language", "write one of nl, fr, de, en"),
    "unknown person of a contact": ("owner_kind: person, owner: anne", "owner_kind: person, owner: anna", "world.contacts[0].owner", "'anna' is no id in persons, neither in the file nor in the store: did you mean 'anne'?"),
    "unknown account of a contact": ("owner: acc_leo, email", "owner: acc_lea, email", "world.contacts[1].owner", "'acc_lea' is no id in accounts"),
    "unknown designation of a contact": ("owner_kind: designation, owner: ds2", "owner_kind: designation, owner: lf1", "world.contacts[2].owner", "'lf1' is no id in designations"),
    "unknown designation of a requester": ("owner_kind: requester, owner: ds2", "owner_kind: requester, owner: anne", "world.contacts[3].owner", "'anne' is no id in designations"),
    "unknown capacity of a contact": ("owner_kind: capacity, owner: alpha.nsso", "owner_kind: capacity, owner: alpha", "world.contacts[4].owner", "'alpha' is no id in capacities"),
    # --- ids and numbers
    "duplicate id": ("{id: ds1,", "{id: ds2,", "world.designations[1]", "the id 'ds2' is taken by world.designations[0]"),
    "the same employment twice": ("  designations:\n", "  - {person: leo, enterprise: alpha, begin: '2020-01-01', end: null}\n  designations:\n", "world.employments[1]", "world.employments[0] tells of the same at the same time: drop one"),
    "two contacts of one owner": ("owner_kind: requester, owner: ds2", "owner_kind: designation, owner: ds2", "world.contacts[3]", "world.contacts[2] tells of the same at the same time: drop one"),
    "a user name of two persons": ("{owner_kind: account, owner: acc_leo, email", "{owner_kind: person, owner: leo, user_name: aaerts, email", "world.contacts[1].user_name", "the user name is also that of world.contacts[0]"),
    "two persons with one number": ("  enterprises:\n", f"  - {PERSON}\n  enterprises:\n", "world.persons[3].niss", "world.persons[0] has this number: a person stands here once"),
    "two enterprises with one number": ("'0999050510'", "'0999010126'", "world.enterprises[1].enterprise_number", "the enterprise number is also that of world.enterprises[0]"),
    "check digits of a NISS": ("'89440293518'", "'89440293519'", "world.persons[1].niss", "NISS: the check digits are wrong"),
    "NISS with dots": ("'89440293518'", "'89.44.02-935.18'", "world.persons[1].niss", "NISS: 11 digits are needed, without dots or dashes"),
    "check digits of an enterprise number": ("'0999050510'", "'0999050511'", "world.enterprises[1].enterprise_number", "the check digits are wrong"),
    "check digits of an NSSO number": ("'199001125'", "'199001126'", "world.capacities[0].identifier", "the check digits are wrong"),
    "BIS number called NRN": ("kind: bis", "kind: nrn", "world.persons[1].kind", "the number is a BIS number: the kind must say so"),
    "NRN called BIS number": ("'85091291489', kind: nrn", "'85091291489', kind: bis", "world.persons[2].kind", "the number is no BIS number"),
    "enterprise number of another": ("value: '0999010126'", "value: '0999050510'", "world.capacities[1].identifier.value", "must be that of the enterprise 'alpha' itself"),
    # --- dates and periods
    "no date": ("begin: '2020-02-01'", "begin: '2020-02-30'", "world.work_relations[0].begin", "a date (2024-03-15) or an RFC 3339 timestamp is needed, '2020-02-30' is none"),
    "timestamp without offset": ("begin: '2020-02-01'", "begin: '2020-02-01T12:00:00'", "world.work_relations[0].begin", "RFC 3339"),
    "no begin": ("begin: '2020-02-01'", "begin: null", "world.work_relations[0].begin", "needed, not null"),
    "signature without a date": ("date: '2023-09-20'", "date: yesterday", "world.mandates[0].signatures.mandator.date", "'yesterday' is none"),
    "mandate ended on no date": ("ended_on: '2024-01-31'", "ended_on: soon", "world.mandates[0].ended_on", "'soon' is none"),
    "certificate without expiry": ("expires: '2025-06-30'", "expires: null", "world.senders[0].channels[0].certificate.expires", "needed, not null"),
    "contact checked on a day": ("'2024-01-15T09:30:00Z'", "'2024-01-15'", "world.contacts[0].checked_at", "an RFC 3339 timestamp (2024-03-15T10:00:00Z) is needed, '2024-01-15' is none"),
    "contact that ends before it begins": ("valid_until: '2025-12-31'", "valid_until: '2022-12-31'", "world.contacts[4].valid_until", "ends before it begins: 'valid_until' must not lie before 'valid_from'"),
    "end before begin": ("end: '2023-10-31'", "end: '2019-12-31'", "world.employments[0].end", "ends before it begins: 'end' must not lie before 'begin'"),
    "mandate that ends before it begins": ("begin: '2023-10-01', end: null", "begin: '2023-10-01', end: '2023-09-30'", "world.mandates[0].end", "ends before it begins"),
    "deleted account without an end": ("status: blocked", "status: deleted", "world.accounts[1].status", "'deleted' says how an account ended: give it an 'end'"),
    "ended role without an end": ("status: accepted, begin: '2023-09-01', end: '2024-12-31'", "status: ended, begin: '2023-09-01', end: null", "world.role_assignments[0].status", "'ended' says how a role ended"),
    # --- who stands where beside whom
    "two chief access managers": ("end: '2023-05-31', end_reason: replaced", "end: null, end_reason: replaced", "world.designations[1]", "an enterprise has one chief access manager at a time; this one overlaps with world.designations[0]"),
    "two titular access managers": ("type: user, status: blocked", "type: access_manager, status: blocked", "world.accounts[1]", "a capacity has one titular access manager at a time; this one overlaps with world.accounts[0]"),
    "two accounts of one person": ("id: acc_leo, person: leo", "id: acc_leo, person: anne", "world.accounts[1]", "a person has one account at a time in a capacity; this one overlaps with world.accounts[0]"),
    "an application twice": ("[DMFA, EBOX]", "[DMFA, {application: DMFA, begin: '2022-01-01', end: null}]", "world.accounts[1].applications", "an account has an application once at a time"),
    "two active senders": ("  role_assignments:\n", f"  - {SENDER}\n  role_assignments:\n", "world.senders[1]", "a capacity has one active sender at a time; this one overlaps with world.senders[0]"),
    "technical user of another sender": ("  role_assignments:\n", f"  - {SENDER.replace('user: EXP2', 'user: EXPALPHA01').replace('nsso', 'finance')}\n  role_assignments:\n", "world.senders[1].technical_user", "a technical user has one active sender at a time"),
    # --- what fits what
    "application not offered": ("[DMFA, EBOX]", "[DMFA, INTERVAT]", "world.accounts[1].applications", "INTERVAT is not offered to a capacity of type nsso_employer (account 'acc_leo')"),
    "mandate group without system": ("mandate_system: ssm", "mandate_system: null", "world.applications[2].mandate_group", "a mandate group needs a mandate system"),
    "mandate system without group": ("mandate_group: vat", "mandate_group: null", "world.applications[2].mandate_system", "a mandate system needs a mandate group"),
    "mandate to oneself": ("mandatary: omega", "mandatary: alpha", "world.mandates[0].mandatary", "nobody gives a mandate to himself"),
    "technical user without prefix": ("    technical_user: EXPALPHA01", "    technical_user: ALPHA01", "world.senders[0].technical_user", "the name of a technical user starts with EXP"),
    "preferred channel that is not there": ("{DMFA: ftp}", "{DMFA: sftp}", "world.senders[0].preferred_channel.DMFA", "the sender has no sftp channel"),
    "preferred channel that does not carry it": ("{DMFA: ftp}", "{EBOX: ftp}", "world.senders[0].preferred_channel.EBOX", "the ftp channel does not carry this application"),
    "two channels of one type": ("    preferred_channel:", "    - {channel: ftp, connection_type: Router, status: active, applications: [EBOX], certificate: {serial: '1', expires: '2025-06-30'}, ssh_key: false}\n    preferred_channel:", "world.senders[0].channels", "a sender has one channel of each type at a time"),
    "batch channel without applications": ("status: active, applications: [DMFA]", "status: active, applications: null", "world.senders[0].channels[0].applications", "null is for a webservice"),
    "webservice with applications": ("status: active, applications: null", "status: active, applications: [DMFA]", "world.senders[0].channels[1].applications", "it carries every application: write null"),
    "function that nobody holds": ("held_by: anne", "held_by: null", "world.legal_functions[0].held_by", "exactly one of 'held_by' and 'held_by_enterprise' is needed"),
    "function that two hold": ("held_by: null, held_by_enterprise: omega", "held_by: anne, held_by_enterprise: omega", "world.legal_functions[1].held_by", "exactly one of 'held_by' and 'held_by_enterprise' is needed"),
    "user name of an account": ("owner: acc_leo, email", "owner: acc_leo, user_name: leo, email", "world.contacts[1].user_name", "a user name is a person's"),
    "national number as a user name": ("user_name: aaerts", "user_name: aa-71031490293", "world.contacts[0].user_name", "this reads as a national number: that stands with the person and nowhere else"),
    "national number as a telephone number": ("'+32 2 509 99 12'", "'89 44 02 935 18'", "world.contacts[2].telephone", "nowhere else, and a telephone number begins with + and the country code"),
    "representative of a person": ("permanent_representative: null", "permanent_representative: carla", "world.legal_functions[0].permanent_representative", "only an enterprise that holds the function has one"),
}
# fmt: on
# Of two places that contradict each other, the later one is told; of a list, the line where it begins.
ELSEWHERE = {
    "two chief access managers": "  - {id: ds2,",
    "two channels of one type": "    channels:",
}


def refusal(store: Any, text: str) -> FactsFileError:
    with pytest.raises(FactsFileError) as caught:
        store.check(text)
    return caught.value


@pytest.mark.parametrize("case", CASES)
def test_an_error_names_its_place_and_what_would_be_right(empty_store: Any, small_world: str, case: str) -> None:
    old, new, place, message = CASES[case]
    assert old in small_world
    text = small_world.replace(old, new, 1)

    (error,) = refusal(empty_store, text).errors

    assert error.place == place
    assert message in error.message
    assert ELSEWHERE.get(case, new.split("\n")[0]) in text.splitlines()[error.line - 1]


def test_the_small_world_itself_is_right(empty_store: Any, small_world: str) -> None:
    assert empty_store.check(small_world).added == 34


def test_all_errors_are_told_at_once_in_the_order_of_the_file(empty_store: Any, small_world: str) -> None:
    text = small_world
    for case in ("account type", "two chief access managers", "check digits of a NISS", "unknown right"):
        text = text.replace(*CASES[case][:2])

    found = refusal(empty_store, text)

    assert [error.place for error in found.errors] == [
        "world.persons[1].niss",
        "world.designations[1]",
        "world.accounts[1].type",
        "world.flemish_rights[0].right",
    ]
    assert str(found) == f"{found.errors[0]} (and 3 more)"
    assert str(found.errors[0]) == "line 6, world.persons[1].niss: NISS: the check digits are wrong"


def test_an_error_elsewhere_is_not_told_again_where_the_thing_is_named(empty_store: Any, small_world: str) -> None:
    text = small_world.replace("type: nsso_employer", "typo: nsso_employer")

    assert {error.place for error in refusal(empty_store, text).errors} == {"world.capacities[0].typo"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("niss: '71031490293'", "niss: '71031490294'"),
        ("niss: '71031490293'", "niss: 71031490293"),
        ("niss: '71031490293'", "niss: '71.03.14-902.93'"),
        ("niss: '71031490293'", "niss: '7103149029'"),
        ("niss: '71031490293'", "niss: ['71031490293']"),
        ("niss: '71031490293'", "71031490293: niss"),
        ("person: leo, enterprise", "person: '71031490293', enterprise"),
        ("person: leo, enterprise", "person: 71.03.14-902.93, enterprise"),
        ("language: nl", "language: '71031490293'"),
        ("begin: '2020-02-01'", "begin: '71031490293'"),
        ("{id: ds2,", "{id: '71031490293', id: '71031490293',"),
        ("  agents:", "  71031490293:"),
        ("{DMFA: ftp}", "{71031490293: ftp}"),
        ("owner: anne", "owner: '71031490293'"),
        ("user_name: aaerts", "user_name: '71031490293'"),
        ("title: Mevr.", "title: 'Mevr. 71.03.14-902.93'"),
        ("email: a.aerts@", "email: a.71031490293@"),
        ("email: a.aerts@", "email: 71031490293@@"),
        ("'+32 2 509 99 11'", "'71031490293'"),
    ],
)
def test_no_error_repeats_a_national_number(empty_store: Any, small_world: str, old: str, new: str) -> None:
    found = refusal(empty_store, small_world.replace(old, new, 1))

    for told in (str(found), repr(found), *map(str, found.errors)):
        assert not re.search(r"71[. -]?03", told)


WORLD = yaml.safe_load((Path(__file__).parent / "small_world.yaml").read_text())["world"]
ODD: tuple[Any, ...] = (
    None,
    True,
    1,
    1.5,
    10**30,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"a": {}},
    "71031490293",
    "2024-01-01",
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from _paths(value[step], (*path, step))


@given(path=sampled_from(list(_paths({"world": WORLD}))[1:]), odd=sampled_from(ODD))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_wherever_the_file_is_loaded_or_refused(
    empty_store: Any, path: tuple[Any, ...], odd: Any
) -> None:
    file = copy.deepcopy({"world": WORLD})
    inside: Any = file
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = odd

    with suppress(FactsFileError):  # anything else would be a traceback
        empty_store.check(json.dumps(file), Form.JSON)
