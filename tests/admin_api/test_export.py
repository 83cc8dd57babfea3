"""The user list as a file that a spreadsheet opens."""

import csv
import io

import pytest

from authz_service.admin_api.resources import export
from tests.support.administration import Administered, Client, number_of

EXPORT = "/capacities/alpha.nsso/userExport"


def rows(client: Client) -> list[list[str]]:
    reply = client.get(EXPORT)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="users.csv"'
    return list(csv.reader(io.StringIO(reply.body.decode(), newline="")))


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


def test_it_has_the_columns_of_the_list(carla: Client) -> None:
    heading, *users = rows(carla)
    assert heading == ["Name", "First name", "User name", "Type", "SSIN", "Status"]
    assert users[0] == ["Fontaine", "Frank", "", "GL", number_of("frank"), "Active"]
    assert len(users) == carla.get("/capacities/alpha.nsso/users").json()["total"]


def test_lines_end_as_rfc_4180_has_it(carla: Client) -> None:
    body = carla.get(EXPORT).body
    assert body.count(b"\r\n") == body.count(b"\n") == len(rows(carla))


@pytest.mark.parametrize(
    ("language", "name", "status"), [("nl", "Naam", "Geblokkeerd"), ("fr", "Nom", "Bloqué"), ("de", "Name", "Gesperrt")]
)
def test_its_words_are_in_the_language_asked_for(carla: Client, language: str, name: str, status: str) -> None:
    heading, *users = rows(carla.speaking(language))
    assert heading[0] == name
    assert status in {user[-1] for user in users}


@pytest.mark.parametrize("sign", list("=+-@"))
def test_no_cell_is_a_formula(administered: Administered, carla: Client, sign: str) -> None:
    name = f'{sign}hyperlink("http://evil.example","x")'
    ines = administered.client("ines")
    assert ines.patch("/me", {"userName": name}, if_match="*").status == 204
    [user] = [row for row in rows(carla) if row[1] == "Ines"]
    assert user[2] == f"'{name}"


@pytest.mark.parametrize("cell", ["\tx", "\rx", "=1"])
def test_what_begins_like_one_is_quoted(cell: str) -> None:
    assert export._as_text(cell) == f"'{cell}"


def test_it_comes_in_pieces() -> None:
    cells = [[str(number)] for number in range(export.ROWS_AT_ONCE * 2 + 1)]
    pieces = list(export._pieces(["n"], iter(cells)))
    assert len(pieces) == 3
    assert b"".join(pieces).decode().split() == ["n", *(cell for [cell] in cells)]


def test_only_for_managers_of_the_capacity(administered: Administered, carla: Client) -> None:
    assert administered.client("karen", "alpha").get(EXPORT).problem(403, "missingPermission")["reasons"]
    assert carla.get("/capacities/kappa.nsso/userExport").problem(404, "resourceNotFound")
