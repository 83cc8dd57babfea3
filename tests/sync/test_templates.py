"""The template language of mappings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.sync.templates import DnTemplate, Template, TemplateError

FIELDS = {"name", "first_name", "code", "number"}


def rendered(source: str, **values: str) -> str:
    words = {"nsso_employer": "ONSS"}
    return Template.parse(source, FIELDS, words).render(dict.fromkeys(FIELDS, "") | values)


@pytest.mark.parametrize(
    ("source", "values", "text"),
    [
        ("GAP", {}, "GAP"),
        ("{first_name} {name}", {"first_name": "Inès", "name": "Müller"}, "Inès Müller"),
        ("{{{name}}}", {"name": "x"}, "{x}"),
        ("{name|lower}", {"name": "ÉVA"}, "éva"),
        ("{name|upper}", {"name": "éva"}, "ÉVA"),
        ("{name|ascii}", {"name": "Çağri Strauß-Łøw 😀"}, "Cagri Strauss-Low "),
        ("{name|slug}", {"name": "  Été & C° (België) "}, "ete-c-belgie"),
        ("{name|sam}", {"name": 'a"/\\[]:;|=,+*?<>b.. '}, "a" + "-" * 15 + "b"),
        ("{name|first:4}", {"name": "abc def"}, "abc"),
        ("{name|or:first_name}", {"first_name": "Els"}, "Els"),
        ("{name|or:first_name}", {"name": "Evers", "first_name": "Els"}, "Evers"),
        ("{name|default:a, b}", {}, "a, b"),
        ("{name|ascii|lower|first:3}", {"name": "ÉLAN"}, "ela"),
        ("{code|word}", {"code": "nsso_employer"}, "ONSS"),
        ("{code|word}", {"code": "social_action"}, "social_action"),
        ("{number|dotted}", {"number": "0999010126"}, "0999.010.126"),
        ("{number|dotted}", {"number": "199001125"}, "199001125"),
        (r"a\,b", {}, r"a\,b"),
    ],
)
def test_a_template_is_text_with_fields_and_filters(source: str, values: dict[str, str], text: str) -> None:
    assert rendered(source, **values) == text


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{surname}", "there is no field {surname} here, only code, first_name, name, number"),
        ("{name|or:surname}", "there is no field {surname}"),
        ("{name|shout}", "there is no filter shout"),
        ("{name|lower:3}", "the filter lower takes no argument"),
        ("{name|first}", "the filter first takes 1 argument"),
        ("{name|first:no}", "whole numbers from 1 to 1024"),
        ("{name|first:0}", "whole numbers from 1 to 1024"),
        ("{name|hash:7}", "whole numbers from 8 to 52"),
        ("{name|number:9:9}", "the lowest number, then the highest"),
        ("{name", "a single { at column 1"),
        ("name}", "a single } at column 5"),
        ("{}", "there is no field {}"),
        ("{name.__class__}", "there is no field {name.__class__}"),
        ("{name!r}", "there is no field {name!r}"),
        ("{name[0]}", "there is no field {name[0]}"),
    ],
)
def test_what_is_not_in_the_language_is_refused_when_it_is_read(source: str, told: str) -> None:
    with pytest.raises(TemplateError, match=r".") as caught:
        Template.parse(source, FIELDS)
    assert told in str(caught.value)


def test_a_template_knows_which_fields_it_asks_for() -> None:
    assert Template.parse("{name|or:first_name} {{code}}", FIELDS).fields == {"name", "first_name"}


def test_a_hash_is_the_same_everywhere_and_always() -> None:
    assert rendered("{name|hash:8}", name="alpha") == "r3j7nlli"
    assert rendered("{name|number:100000:2000000000}", name="alpha") == "28596229"


@given(st.text())
def test_a_number_lies_in_its_range(value: str) -> None:
    assert 1000 <= int(rendered("{name|number:1000:1009}", name=value)) <= 1009


@given(st.text())
def test_what_the_filter_sam_leaves_is_taken_by_active_directory(value: str) -> None:
    left = rendered("{name|sam}", name=value)
    assert not set(left) & set('"/\\[]:;|=,+*?<>')
    assert not left.endswith((".", " "))
    assert not left.startswith(" ")


@given(st.text(), st.text())
def test_no_value_brings_a_field_or_a_filter_with_it(one: str, other: str) -> None:
    assert rendered("{name}/{code}", name=one, code=other) == f"{one}/{other}"


def rdns(source: str, **values: str) -> tuple[tuple[str, str], ...]:
    return DnTemplate.parse(source, FIELDS).render(dict.fromkeys(FIELDS, "") | values)


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("cn=GAP", [("cn", "GAP")]),
        (" cn = GAP , ou = x ", [("cn", "GAP"), ("ou", "x")]),
        (r"cn=GA\, {name},ou=x\+y", [("cn", "GA, N"), ("ou", "x+y")]),
        (r"cn=a\ ,ou=b", [("cn", "a "), ("ou", "b")]),
        (r"cn=\\,ou=b", [("cn", "\\"), ("ou", "b")]),
        ("cn={code|default:a,b},ou=b", [("cn", "a,b"), ("ou", "b")]),
        ("cn={{x}},ou=a=b", [("cn", "{x}"), ("ou", "a=b")]),
        ("2.5.4.3=x", [("2.5.4.3", "x")]),
    ],
)
def test_a_dn_template_is_rdns_from_the_left(source: str, parts: list[tuple[str, str]]) -> None:
    assert list(rdns(source, name="N")) == parts


@given(st.text())
def test_no_value_adds_to_a_name_or_takes_away_from_it(value: str) -> None:
    assert rdns("cn=GA {name},ou={code}", name=value, code="x") == (("cn", f"GA {value}"), ("ou", "x"))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "cn",
        "cn=",
        "=x",
        "cn=a,,ou=b",
        "cn=a,",
        "{name}=a",
        "c n=a",
        "cn=a+sn=b",
        'cn="a"',
        "cn=a;ou=b",
        r"cn=\z",
        "cn=a\\",
    ],
)
def test_what_is_no_name_is_refused_when_it_is_read(source: str) -> None:
    with pytest.raises(TemplateError):
        DnTemplate.parse(source, FIELDS)
