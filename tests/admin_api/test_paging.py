"""Pages of the user list and the links between them."""

from typing import Any

import pytest

from tests.support.administration import Administered, Client

USERS = "/capacities/alpha.nsso/users"
TOTAL = 7


@pytest.fixture(scope="module")
def administered(unchanged: Administered) -> Administered:
    return unchanged


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


def walked(client: Client, first: str, link: str) -> list[Any]:
    """Return the pages from one on, followed by a link."""
    pages = [client.follow(first).json()]
    while link in pages[-1]:
        pages.append(client.follow(pages[-1][link]).json())
    return pages


@pytest.mark.parametrize("size", [1, 2, TOTAL - 1, TOTAL, TOTAL + 1, 100])
def test_every_user_is_on_one_page(carla: Client, size: int) -> None:
    first = carla.get(f"{USERS}?pageSize={size}").json()
    pages = walked(carla, first["self"], "next")
    assert len(pages) == -(-TOTAL // size)
    ids = [item["id"] for page in pages for item in page["items"]]
    assert len(set(ids)) == len(ids) == TOTAL
    assert {(page["total"], page["pageSize"]) for page in pages} == {(TOTAL, size)}
    assert [page["page"] for page in pages] == list(range(1, len(pages) + 1))
    assert walked(carla, pages[-1]["self"], "prev") == pages[::-1]
    assert (pages[0]["first"], pages[0]["last"]) == (pages[0]["self"], pages[-1]["self"])


def test_by_default_twenty_on_the_first_page(carla: Client) -> None:
    page = carla.get(USERS).json()
    assert (page["page"], page["pageSize"]) == (1, 20)


def test_links_ask_for_the_same(carla: Client) -> None:
    page = carla.get(f"{USERS}?type=user&sort=-familyName&pageSize=1&status=active").json()
    assert all(asked in page["next"] for asked in ("type=user", "sort=-familyName", "status=active"))
    names = [each["items"][0]["familyName"] for each in walked(carla, page["self"], "next")]
    assert names == sorted(names, reverse=True)
    assert len(names) == page["total"]


def test_a_page_beyond_the_last_is_empty(carla: Client) -> None:
    page = carla.get(f"{USERS}?page=9&pageSize=5").json()
    assert page["items"] == []
    assert "next" not in page
    assert carla.follow(page["prev"]).json()["page"] == 2


def test_nothing_found_is_one_empty_page(carla: Client) -> None:
    page = carla.get(f"{USERS}?userName=nobody").json()
    assert (page["items"], page["total"]) == ([], 0)
    assert page["first"] == page["last"] == page["self"]
