"""Reading the file of targets: what it may say, and on which line it is wrong."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from authz_service.domain.projections import GroupKind
from authz_service.domain.vocabulary import Domain
from authz_service.sync.target_files import SecretUnreadableError, TargetFileError, read_targets, server_settings
from authz_service.sync.target_tables import schema
from authz_service.sync.targets import (
    DisablingBit,
    DisablingValue,
    EmptyGroups,
    GroupClass,
    Limit,
    Marker,
    disabling_values,
)
from tests.sync.mappings import ALPHA, CONFIG, SMALL, changed, example, example_tables, small, targets_in

POSIX = ('class = "groupOfNames"\nempty = "allowed"\n', 'class = "posixGroup"\n')


def test_the_example_is_a_valid_file_for_the_three_systems() -> None:
    domains = {name: example(name).domains for name in ("uman", "rma", "webidm")}
    assert domains == {
        "uman": {Domain.SOCIAL_SECURITY},
        "rma": {Domain.FINANCE, Domain.MOBILITY},
        "webidm": {Domain.FLANDERS},
    }


def test_the_schema_in_config_is_that_of_the_file() -> None:
    shown = json.loads((CONFIG / "directories.schema.json").read_text())
    assert shown == json.loads(json.dumps(schema())), "write json.dumps(schema(), indent=2) to it"


def test_the_example_conforms_to_the_schema() -> None:
    shown = json.loads((CONFIG / "directories.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(shown)
    jsonschema.Draft202012Validator(shown).validate({"targets": example_tables()})


def test_no_kind_of_group_is_without_a_place_in_the_example() -> None:
    kinds = {kind for name in ("uman", "rma", "webidm") for kind in example(name).mapped.groups}
    assert kinds == set(GroupKind)


def test_an_empty_file_has_no_targets(tmp_path: Path) -> None:
    assert targets_in(tmp_path, "") == {}


def test_a_target_is_for_all_enterprises_or_for_those_it_names(tmp_path: Path) -> None:
    assert small(tmp_path).is_for(ALPHA)
    chosen = small(tmp_path, ("base =", f'enterprises = ["{ALPHA}"]\nbase ='))
    assert chosen.is_for(ALPHA)
    assert not chosen.is_for("0999050510")


def test_files_are_named_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("pass word\n")
    target = small(tmp_path, ('secret_variable = "SECRET"', 'secret_file = "password"\nca_file = "tls/ca.pem"'))
    assert target.server.ca_file == tmp_path / "tls" / "ca.pem"
    assert server_settings(target).secret.value == "pass word"


def test_what_is_read_from_the_file_holds_no_password(tmp_path: Path) -> None:
    target = small(tmp_path)
    settings = server_settings(target, {"SECRET": "hunter2-secret"})
    assert settings.secret.value == "hunter2-secret"
    assert "hunter2" not in repr(settings) + str(settings) + repr(target)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('secret_file = "absent"', "cannot be read: No such file"),
        ('secret_file = "."', "cannot be read: Is a directory"),
        ('secret_file = "empty"', "the file that secret_file names holds no password"),
        ('secret_file = "binary"', "the file that secret_file names is no text"),
        ('secret_variable = "SECRET"', "the environment variable that secret_variable names holds no password"),
    ],
)
def test_a_password_that_is_not_there_is_told_when_it_is_needed(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    target = small(tmp_path, ('secret_variable = "SECRET"', line))
    with pytest.raises(SecretUnreadableError, match=told):
        server_settings(target, {})


def test_what_a_class_needs_comes_with_it(tmp_path: Path) -> None:
    unique = small(tmp_path, ('"groupOfNames"', '"groupOfUniqueNames"')).mapped.groups[GroupKind.CHIEF_ACCESS_MANAGER]
    assert unique.group_class.member_attribute == "uniqueMember"
    assert GroupClass.POSIX_GROUP.member_attribute == "memberUid"
    assert {kind.member_attribute for kind in GroupClass if kind.names_entries} == {"member", "uniqueMember"}
    assert {kind for kind in GroupClass if kind.needs_a_member} == {"groupOfNames", "groupOfUniqueNames"}


def test_a_kind_of_group_may_be_otherwise_than_the_rest(tmp_path: Path) -> None:
    users = '[targets.small.groups.users]\ndn = "cn=U"\nclass = "group"\nattributes.Description = "{capacity_id}"\n'
    target = small(tmp_path, ('empty = "allowed"', 'empty = "delete"\nattributes.description = "{kind}"'), more=users)
    chief, other = (target.mapped.groups[kind] for kind in (GroupKind.CHIEF_ACCESS_MANAGER, GroupKind.USERS))
    assert (chief.group_class, other.group_class) == (GroupClass.GROUP_OF_NAMES, GroupClass.ACTIVE_DIRECTORY)
    assert chief.empty is other.empty is EmptyGroups.DELETE
    assert [(name, [t.source for t in filled]) for name, filled in other.attributes] == [
        ("Description", ["{capacity_id}"])
    ]


def test_a_search_asks_for_all_that_a_target_fills_and_no_more() -> None:
    asked = example("rma").mapped.attributes_read()
    assert {"objectClass", "businessCategory", "uniqueMember", "nsAccountLock", "uid", "ou", "mail"} <= set(asked)
    assert "userPassword" not in asked
    assert len({name.lower() for name in asked}) == len(asked)


def test_the_marker_is_known_in_any_spelling_and_among_other_values() -> None:
    marker = Marker("businessCategory", "ours (1)")
    assert marker.is_on({"BUSINESSCATEGORY": (b"theirs", b"Ours (1)")})
    assert not marker.is_on({"businessCategory": (b"theirs",), "description": (b"ours (1)",)})
    assert marker.filter == r"(businessCategory=ours \281\29)"


@pytest.mark.parametrize(
    ("current", "disabled", "value"),
    [
        ((), False, b"512"),
        ((), True, b"514"),
        ((b"66048",), True, b"66050"),
        ((b"66050",), False, b"66048"),
        ((b"not a number",), True, b"514"),
    ],
)
def test_a_bit_disables_and_leaves_all_others_alone(current: tuple[bytes, ...], disabled: bool, value: bytes) -> None:
    bit = DisablingBit("userAccountControl", 2, 512)
    assert disabling_values(bit, disabled=disabled, current=current) == (value,)


def test_a_value_disables_and_enables() -> None:
    lock = DisablingValue("nsAccountLock", "true", "")
    assert disabling_values(lock, disabled=True) == (b"true",)
    assert disabling_values(lock, disabled=False, current=(b"true",)) == ()


@pytest.mark.parametrize(
    ("going", "there", "exceeded"),
    [(0, 0, False), (9, 10, False), (10, 100, False), (11, 100, True), (20, 1000, False), (21, 1000, True)],
)
def test_a_limit_is_a_number_and_a_share_once_there_are_some(going: int, there: int, exceeded: bool) -> None:
    assert Limit(number=20, percent=10, percent_from=10).is_exceeded(going, there) is exceeded


FAULTS = [
    # where, what stands there instead, line, what is told
    (('["social_security"]', '["social"]'), 2, "targets.small.domains[0]: is none of the words that may stand here"),
    (('["social_security"]', '["none"]'), 2, "targets.small.domains[0]: is no domain that a directory is for"),
    (('["social_security"]', "[]"), 2, "targets.small.domains"),
    (("targets.small", "targets.Small"), 1, "the name of a target is made of"),
    (("base =", 'enterprises = ["0999010127"]\nbase ='), 3, "enterprises[0]: enterprise number: the first digit"),
    (("base =", 'root ='), 3, "targets.small.root: there is no such key here"),
    (('base = "dc=test,dc=example"\n', ""), 1, "targets.small.base: is missing"),
    (('"dc=test,dc=example"\n[', '"dc=test,"\n['), 3, "targets.small.base: not a distinguished name"),
    (("ldaps://localhost", "http://localhost"), 5, "targets.small.server.urls[0]"),
    (("ldaps://localhost", "ldaps://localhost:port"), 5, "urls[0]: an address is ldaps://host:port"),
    (("ldaps://localhost", "ldap://localhost"), 5, "urls[0]: without TLS the password can be read on the way"),
    (('["ldaps://localhost"]', '["ldaps://localhost"]\nstart_tls = true'), 5, "start_tls is for ldap://"),
    (('secret_variable = "SECRET"', ""), 4, "the password is in a file (secret_file) or in the environment"),
    (('"SECRET"', '"SECRET"\nsecret_file = "x"'), 4, "targets.small.server: the password is in a file"),
    (('secret_variable = "SECRET"', 'password = "hunter2"'), 7, "targets.small.server.password: there is no such key"),
    (('"SECRET"', '"hunter2"'), 7, "secret_variable: this is the name of an environment variable"),
    (("businessCategory", "objectclass"), 9, "an object class marks nothing as ours"),
    (("businessCategory", "business category"), 9, "marker.attribute: this is no name of an attribute"),
    (("uid={person_id}", "uid={nick}"), 12, "targets.small.people.dn: there is no field {nick} here"),
    (("uid={person_id}", "uid={national_number}"), 12, "there is no field {national_number} here"),
    (("uid={person_id}", "{person_id}"), 12, "each RDN is an attribute type"),
    (("attributes.sn", "attributes.memberOf"), 14, "this attribute is filled otherwise"),
    (("attributes.sn", "attributes.userPassword"), 14, "this attribute is filled otherwise"),
    (("attributes.sn", "attributes.BusinessCategory"), 14, "this attribute is filled otherwise"),
    (('"{name}"', '["{name}", "{name|shout}"]'), 14, "targets.small.people.attributes.sn: there is no filter shout"),
    (('"{name}"', "3"), 14, "targets.small.people.attributes.sn: Expected"),
    (('sn = "{name}"', 'sn = "a"\nattributes.SN = "b"'), 15, "twice, in two spellings"),
    (('"groupOfNames"', '"groupOfEverything"'), 16, "groups.class: is none of the words"),
    (('class = "groupOfNames"\n', ""), 15, "groups.class: say which: groupOfNames,"),
    (('empty = "allowed"\n', ""), 15, "groups.empty: groupOfNames may not be empty everywhere"),
    (('"allowed"', '"placeholder"'), 15, "groups.placeholder: this is no name of an entry"),
    (('"allowed"', '"placeholder"\nplaceholder = "nobody"'), 18, "groups.placeholder: not a distinguished name"),
    (("cn=GAP {enterprise_number}", "cn={capacity_id}"), 19, "chief_access_manager.dn: there is no field {capacity_id}"),
    (('dn = "cn=GAP', 'under = "x"\ndn = "cn=GAP'), 19, "under: there is no such container"),
    (("groups.chief_access_manager", "groups.chief"), 18, "targets.small.groups.chief: there is no such key here"),
    (POSIX, 17, "chief_access_manager.attributes: posixGroup needs gidNumber"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "line", "told"), FAULTS)
def test_what_cannot_be_is_refused_with_the_file_and_the_line(
    tmp_path: Path, change: tuple[str, str], line: int, told: str
) -> None:
    with pytest.raises(TargetFileError, match=r".") as caught:
        small(tmp_path, change)
    assert str(caught.value).startswith(f"{tmp_path / 'directories.toml'}:{line}: ")
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "line", "told"),
    [
        ('[targets.small.people.disabling]\nattribute = "a"\n', 20, "say what disables"),
        ('[targets.small.people.disabling]\nattribute = "a"\nbit = 3\n', 22, "one bit"),
        ('[targets.small.people.disabling]\nattribute = "a"\nbit = 2\nat_creation = 514\n', 22, "not set in at_creation"),
        ('[targets.small.people.disabling]\nattribute = "a"\ndisabled = "x"\nenabled = "x"\n', 23, "is the same"),
        ('[targets.small.people.disabling]\nattribute = "objectClass"\ndisabled = "x"\n', 21, "it cannot disable"),
        ('[targets.small.limits]\ndeletions = { number = -1, percent = 5 }\n', 21, "limits.deletions.number"),
        ('[targets.small.schedule]\nfirst_retry_seconds = 400\n', 20, "longer than longest_retry_seconds"),
        ('[targets.small.containers.a]\neach = "target"\nunder = "a"\ndn = "ou=a"\n', 22, "cannot lie in itself"),
        ('[targets.small.containers.a]\neach = "capacity"\ndn = "ou={capacity_id}"\n[targets.small.containers.b]\neach = "enterprise"\nunder = "a"\ndn = "ou=b"\n', 25, "there is one for each capacity"),
        (SMALL.replace("targets.small", "targets.second"), 27, "target small has the same marker there"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_its_line(tmp_path: Path, more: str, line: int, told: str) -> None:
    with pytest.raises(TargetFileError, match=r".") as caught:
        small(tmp_path, more=more)
    assert f":{line}: " in str(caught.value)
    assert told in str(caught.value)


def test_the_fault_is_found_among_several_targets(tmp_path: Path) -> None:
    second = changed(SMALL, ("targets.small", "targets.second"), ('"ours"', '"ours too"'))
    third = changed(SMALL, ("targets.small", "targets.third"), ('"ours"', '"third"'), ('"{name}"', "3"))
    with pytest.raises(TargetFileError, match=r":52: targets\.third\.people\.attributes\.sn: Expected"):
        targets_in(tmp_path, SMALL + second + third)


def test_two_targets_may_share_a_server_with_a_marker_or_a_base_of_their_own(tmp_path: Path) -> None:
    marked = changed(SMALL, ("targets.small", "targets.second"), ('"ours"', '"ours too"'))
    elsewhere = changed(SMALL, ("targets.small", "targets.third"), ('base = "dc=test', 'base = "ou=x,dc=other'))
    assert set(targets_in(tmp_path, SMALL + marked + elsewhere)) == {"small", "second", "third"}


def test_a_national_number_is_for_targets_that_are_entitled_to_it(tmp_path: Path) -> None:
    entitled = ("base =", "entitled_to_national_number = true\nbase =")
    target = small(tmp_path, entitled, ("uid={person_id}", "uid={national_number}"))
    assert target.entitled_to_national_number
    with pytest.raises(TargetFileError, match=r"groups\.chief_access_manager\.dn: there is no field"):
        small(tmp_path, entitled, ("GAP {enterprise_number}", "GAP {national_number}"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a = \xff", ":1: the file is no UTF-8"),
        (b"[targets.a]\n[targets.a]\n", ":2: this is no TOML"),
        (b"targets = 3\n", ":1: targets: Expected `object`"),
        (b"\ntarget = 3\n", ":2: target: there is no such key here"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "directories.toml"
    file.write_bytes(content)
    with pytest.raises(TargetFileError, match=r".") as caught:
        read_targets(file)
    assert told in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(TargetFileError, match="No such file or directory"):
        read_targets(tmp_path / "absent.toml")
