"""Lists that everybody may read, and the health of the service."""

import pytest
import structlog

from authz_service.domain.vocabulary import Reason
from authz_service.services.authority.reports import ConflictCode
from tests.support.administration import Administered, Client

LISTS = ["terms", "reasons", "declarations", "problemTypes"]


@pytest.fixture(scope="module")
def administered(unchanged: Administered) -> Administered:
    return unchanged


@pytest.fixture
def nobody(administered: Administered) -> Client:
    return administered.nobody().under("/refData")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_and_each_of_it(nobody: Client, name: str) -> None:
    items = nobody.get(f"/{name}").json()["items"]
    assert len({item["code"] for item in items}) == len(items) > 0
    assert all(nobody.follow(item["href"]).json() == item for item in items)
    assert nobody.get(f"/{name}/nothing").problem(404, "resourceNotFound")


def test_terms_have_their_new_and_old_names(nobody: Client) -> None:
    chief = nobody.get("/terms/chiefAccessManager").json()
    assert chief["newTerm"]["fr"] == "Gestionnaire d'Accès Principal (GAP)"
    assert chief["oldTerm"]["fr"] == "Responsable Accès Entité (RAE)"
    assert nobody.get("/terms/domain").json()["oldTerm"]["fr"] == "Qualité"
    assert "oldTerm" not in nobody.get("/terms/user").json()


def test_every_reason_has_a_meaning(nobody: Client) -> None:
    items = nobody.get("/reasons").json()["items"]
    assert [item["code"] for item in items] == sorted(reason.value for reason in Reason)
    assert all(len(set(item["meaning"].values())) > 1 for item in items)


def test_the_declaration_is_the_text_of_2018(nobody: Client) -> None:
    text = nobody.get("/declarations/2018-07").json()["text"]
    assert "loi du 8 décembre 1992" in text["fr"]
    assert "Je signalerai immédiatement tout changement" in text["fr"]


def test_every_conflict_is_told_about(nobody: Client) -> None:
    told = {item["code"]: item for item in nobody.get("/problemTypes").json()["items"]}
    assert {code.value for code in ConflictCode} <= told.keys()
    assert told["staleVersion"]["status"] == 412


class TestHealth:
    def test_up(self, administered: Administered) -> None:
        assert administered.nobody().get("/health").json() == {"status": "UP"}

    def test_down(self, administered: Administered) -> None:
        down = administered.with_parts(readiness=lambda: {"database": "does not answer"})
        reply = down.nobody().get("/health")
        assert (reply.status, reply.json()) == (503, {"status": "DOWN"})

    def test_a_check_that_fails_has_failed(self, administered: Administered) -> None:
        def fail() -> dict[str, str]:
            raise RuntimeError

        with structlog.testing.capture_logs():
            assert administered.with_parts(readiness=fail).nobody().get("/health").status == 503
