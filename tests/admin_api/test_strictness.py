"""Input is read strictly: all that is wrong is told, and no value is told again."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from authz_service.store import tables
from tests.support.administration import Administered, Client, number_of

USERS = "/capacities/alpha.nsso/users"


@pytest.fixture(scope="module")
def administered(unchanged: Administered) -> Administered:
    return unchanged


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


def issues_of(client: Client, content: object, path: str = USERS) -> list[tuple[str, str]]:
    issues = client.post(path, content).problem(400, "badRequest")["issues"]
    return [(issue["type"].rsplit(":")[-1], issue["name"]) for issue in issues]


GOOD: dict[str, Any] = {"email": "umar@alpha.example"}


def test_all_issues_are_told(carla: Client) -> None:
    content = {"ssin": "1", "email": "nobody", "title": "", "language": "es", "nickname": "x", "applications": "DMFA"}
    found = issues_of(carla, content)
    assert sorted(found) == [
        ("invalidInput", "email"),
        ("schemaViolation", "applications"),
        ("schemaViolation", "language"),
        ("schemaViolation", "ssin"),
        ("schemaViolation", "title"),
        ("unknownInput", "nickname"),
    ]


def test_those_of_the_query_and_the_body_together(carla: Client) -> None:
    found = issues_of(carla, {"ssin": "1"}, f"{USERS}?notThere=1&twice=1&twice=2")
    assert ("unknownInput", "notThere") in found
    assert ("schemaViolation", "ssin") in found


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("85073003329", "invalidStructure"),
        ("85073003", "schemaViolation"),
        ("850730-033-28", "schemaViolation"),
        (85073003, "schemaViolation"),
        (None, "schemaViolation"),
        (["85073003328"], "schemaViolation"),
        ("٨٥٠٧٣٠٠٣٣٢٨", "schemaViolation"),
    ],
)
def test_a_number_must_be_one(carla: Client, value: object, kind: str) -> None:
    assert issues_of(carla, {**GOOD, "ssin": value}) == [(kind, "ssin")]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("email", "a@b@c", "invalidInput"),
        ("email", "a b@c.be", "invalidInput"),
        ("email", "x" * 250 + "@b.be", "invalidInput"),
        ("email", 7, "schemaViolation"),
        ("telephone", "025556677", "schemaViolation"),
        ("telephone", "+32 2 555 66 77", "schemaViolation"),
        ("title", "a\u0000b", "invalidInput"),
        ("title", "a\nb", "invalidInput"),
        ("title", "x" * 21, "schemaViolation"),
        ("localEmail", None, "schemaViolation"),
        ("applications", [True], "schemaViolation"),
        ("applications", ["DMFA", "DMFA"], "schemaViolation"),
    ],
)
def test_texts_are_looked_at(carla: Client, name: str, value: object, kind: str) -> None:
    found = issues_of(carla, {**GOOD, "ssin": number_of("umar"), name: value})
    assert {(each, where.partition("[")[0]) for each, where in found} == {(kind, name)}


@pytest.mark.parametrize("name", ["email", "localEmail", "title", "userName", "givenName", "familyName"])
def test_a_national_number_belongs_in_no_other_place(carla: Client, name: str) -> None:
    number = number_of("ines")
    value = f"{number}@x.be" if "mail" in name.lower() else number
    reply = carla.post(USERS, {**GOOD, "ssin": number_of("umar"), name: value})
    issues = reply.problem(400, "badRequest")["issues"]
    assert ("invalidInput", name) in [(issue.get("type", "").rsplit(":")[-1], issue.get("name")) for issue in issues]
    assert number not in reply.body.decode()


@pytest.mark.parametrize(
    "path", [f"{USERS}?familyName={{}}", f"{USERS}?{{}}=1", "/myActions?user={}", f"{USERS}?page={{}}"]
)
def test_a_national_number_in_a_query_is_not_told_again(carla: Client, path: str) -> None:
    number = number_of("ines")
    reply = carla.get(path.format(number))
    assert reply.problem(400, "badRequest")
    assert number not in reply.body.decode() + str(reply.headers)


def test_a_national_number_as_a_name_is_not_told_again(carla: Client) -> None:
    number = number_of("ines")
    reply = carla.post(USERS, {**GOOD, "ssin": number_of("umar"), number: 1})
    [issue] = reply.problem(400, "badRequest")["issues"]
    assert (issue["type"].rsplit(":")[-1], issue["name"]) == ("unknownInput", "(not shown)")
    assert number not in reply.body.decode()


@pytest.mark.parametrize("path", [f"{USERS}/{{}}", "/capacities/{}", "/chiefAccessManagerDesignations/{}"])
def test_a_national_number_in_a_path_is_not_told_again(carla: Client, path: str) -> None:
    reply = carla.get(path.format(number_of("ines")))
    assert reply.problem(404, "resourceNotFound")
    assert number_of("ines") not in reply.body.decode() + str(reply.headers)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"ssin": "1", "ssin": "2"}',
        b'{"ssin": NaN}',
        b'{"ssin": "\xff"}',
        b'\xef\xbb\xbf{"ssin": "1"}',
        b'{"ssin": "\\ud800"}',
        b'{"a": 1e400}',
        json.dumps({"a": {"a": {}}}).replace("{}", "[" * 20 + "]" * 20).encode(),
    ],
)
def test_json_is_read_strictly(carla: Client, octets: bytes) -> None:
    assert issues_of(carla, octets) == [("schemaViolation", "")]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=1_0", "page=%201", "pageSize=101", "page=1&page=2", "sort=ssin", "type=boss"],
)
def test_queries_are_looked_at(carla: Client, query: str) -> None:
    [issue] = carla.get(f"{USERS}?{query}").problem(400, "badRequest")["issues"]
    assert (issue["in"], issue["name"]) == ("query", query.partition("=")[0])


def test_unknown_headers_are_let_be(carla: Client) -> None:
    assert carla.get(USERS, x_something="1").status == 200


@pytest.mark.parametrize(
    "path",
    ["/capacities/a%00b", "/capacities/a%0Ab", f"{USERS}/%FF%FE", f"{USERS}/{'x' * 201}", "/capacities/%E2%80%A8"],
)
def test_ids_that_cannot_be_lead_to_nothing(carla: Client, path: str) -> None:
    assert carla.get(path).problem(404, "resourceNotFound")


def test_truth_is_no_number(carla: Client) -> None:
    body = {"users": ["acc_ines"], "allOrNothing": 0}
    assert issues_of(carla, body, f"{USERS}/block") == [("schemaViolation", "allOrNothing")]


@pytest.mark.parametrize("name", ["HTTP_BELGOV_TRACE_ID", "authz.request_id"])
def test_a_national_number_as_an_identifier_of_the_request_is_not_kept(
    administered: Administered, carla: Client, name: str
) -> None:
    number = number_of("ines")
    path = f"/accessManagement/v1{carla.below}{USERS}/acc_greet/applications/DMFA"
    reply = carla.wire.request("DELETE", path, environ={name: number})
    assert reply.status == 204
    assert number not in str(reply.headers)
    with administered.reference.database.engine.connect() as connection:
        records = connection.execute(select(tables.audit_record)).all()
    assert records
    assert number not in str(records)


@pytest.mark.parametrize("member", ["title", "userName", "email"])
@pytest.mark.parametrize(
    "sign", ["\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"], ids=["no-break space", "zero width space"]
)
def test_a_sign_that_nobody_can_see_is_refused_by_the_name_of_its_member(
    administered: Administered, member: str, sign: str
) -> None:
    text = f"a{sign}b@alpha.example"
    content = {"ssin": number_of("umar"), "email": "a@alpha.example", member: text}
    if member == "userName":
        content["userNameConfirmation"] = text
    problem = (
        administered.client("frank", "alpha").post("/capacities/alpha.nsso/users", content).problem(400, "badRequest")
    )
    assert member in {issue["name"] for issue in problem["issues"]}
