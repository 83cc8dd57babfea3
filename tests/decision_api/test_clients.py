"""AuthZEN clients that others have made and published, as real callers of the running service."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from apparitor import (
    Action,
    BatchEvaluationRequest,
    EvaluationItem,
    EvaluationRequest,
    EvaluationSemantic,
    EvaluationsOptions,
    Resource,
    ScannerConfig,
    Subject,
)
from apparitor.client import AuthZENClient
from apparitor.errors import AuthZENClientError
from authzen_backend import AuthZENBackend
from authzen_backend.aria import extract_aria_context
from decern import Client, DecernError  # type: ignore[import-untyped]
from pydantic import AnyHttpUrl

from tests.support.reference import ALLOWED, DENIED
from tests.support.service import Service

WRONG_KEY: Final = "authz_" + "x" * 43


class TestDecern:
    """decern: the standard library's HTTP, reads lists of reasons."""

    @pytest.mark.parametrize(("question", "allowed"), [(ALLOWED, True), (DENIED, False)])
    def test_asks(self, every_service: Service, question: dict[str, Any], allowed: bool) -> None:
        client = Client(every_service.base_url, token=every_service.key)
        decision = client.evaluate(
            question["subject"], question["action"]["name"], question["resource"], context={"now": 100}
        )
        assert decision.allowed is allowed
        assert bool(decision.reasons) is not allowed
        assert decision.errors == []
        assert isinstance(decision.context, dict)

    @pytest.mark.parametrize("key", [WRONG_KEY, "wrong", None])
    def test_is_told_that_its_key_is_wrong(self, service: Service, key: str | None) -> None:
        with pytest.raises(DecernError) as raised:
            Client(service.base_url, token=key).evaluate(ALLOWED["subject"], "x", ALLOWED["resource"])
        assert raised.value.status_code == 401

    def test_is_told_what_is_missing(self, service: Service) -> None:
        client = Client(service.base_url, token=service.key)
        with pytest.raises(DecernError) as raised:
            client.evaluate({"type": "person"}, "list_users", ALLOWED["resource"])
        assert raised.value.status_code == 400
        assert "subject.id is missing" in raised.value.body


class TestPolicyBackend:
    """authzen-policy-backend: for agents; it renames subjects and shows what the answer gives as a reason."""

    def ask(self, service: Service, question: dict[str, Any], key: str, **more: Any) -> Any:
        url = f"{service.base_url}/access/v1/evaluation"
        with AuthZENBackend(url, "tests", token=key, default_subject_type=question["subject"]["type"]) as backend:
            return backend.evaluate(
                {
                    "agent_id": question["subject"]["id"],
                    "tool_name": question["action"]["name"],
                    "action": question["action"]["name"],
                    "resource_type": question["resource"]["type"],
                    "resource_id": question["resource"]["id"],
                    "user_id": "someone",
                    "extra": {"a": 1},
                    **more,
                }
            )

    def test_reads_a_denial_of_a_subject_that_it_renamed(self, every_service: Service) -> None:
        decision = self.ask(every_service, ALLOWED, every_service.key)
        assert decision.error is None
        assert decision.allowed is False
        assert not decision.reason.startswith("AuthZEN PDP error")
        extract_aria_context(decision)  # does not trip over our context

    def test_reads_an_allow(self, every_service: Service) -> None:
        """It leaves subjects alone that begin with `auth:`; an operator may have any name."""
        operator = {
            "subject": {"type": "operator", "id": "auth:operator:tests"},
            "action": {"name": "read_audit"},
            "resource": {"type": "service", "id": "authz"},
        }
        assert self.ask(every_service, operator, every_service.key).allowed is True

    def test_shows_our_explanation(self, service: Service) -> None:
        """What it does not know it puts into the context: that is how `explain` gets there."""
        decision = self.ask(service, DENIED, service.key, explain=True)
        assert decision.reason.startswith("The subject's request to view the list of users is refused:")

    def test_reads_a_wrong_key_as_an_error(self, service: Service) -> None:
        decision = self.ask(service, ALLOWED, WRONG_KEY)
        assert decision.allowed is False
        assert "HTTP 401" in decision.reason


def request(question: dict[str, Any]) -> EvaluationRequest:
    return EvaluationRequest(
        subject=Subject(**question["subject"]),
        action=Action(**question["action"]),
        resource=Resource(**question["resource"]),
    )


def item(question: dict[str, Any]) -> EvaluationItem:
    return EvaluationItem(
        subject=Subject(**question["subject"]),
        action=Action(**question["action"]),
        resource=Resource(**question["resource"]),
    )


def apparitor(service: Service, key: str) -> AuthZENClient:
    headers = {"Authorization": f"Bearer {key}"}
    url = AnyHttpUrl(service.base_url)
    return AuthZENClient(ScannerConfig(pdp_url=url, allow_insecure_pdp=True, default_headers=headers))


class TestApparitor:
    """apparitor: the strictest reader of answers: real booleans, no repeated members, no redirects."""

    @pytest.mark.parametrize(("question", "allowed"), [(ALLOWED, True), (DENIED, False)])
    def test_asks(self, every_service: Service, question: dict[str, Any], allowed: bool) -> None:
        async def ask() -> bool:
            async with apparitor(every_service, every_service.key) as client:
                return (await client.evaluate(request(question))).decision

        assert asyncio.run(ask()) is allowed

    @pytest.mark.parametrize(
        ("semantic", "decisions"),
        [
            (None, [True, False, True]),
            (EvaluationSemantic.EXECUTE_ALL, [True, False, True]),
            (EvaluationSemantic.DENY_ON_FIRST_DENY, [True, False]),
            (EvaluationSemantic.PERMIT_ON_FIRST_PERMIT, [True]),
        ],
    )
    def test_asks_batches(
        self, every_service: Service, semantic: EvaluationSemantic | None, decisions: list[bool]
    ) -> None:
        options = EvaluationsOptions(evaluations_semantic=semantic) if semantic else None
        batch = BatchEvaluationRequest(evaluations=[item(ALLOWED), item(DENIED), item(ALLOWED)], options=options)
        assert self.answered(every_service, batch) == decisions

    def test_asks_batches_with_defaults(self, every_service: Service) -> None:
        batch = BatchEvaluationRequest(
            subject=Subject(**ALLOWED["subject"]),
            action=Action(**ALLOWED["action"]),
            evaluations=[EvaluationItem(resource=Resource(**ALLOWED["resource"])), item(DENIED)],
        )
        assert self.answered(every_service, batch) == [True, False]

    def answered(self, service: Service, batch: BatchEvaluationRequest) -> Sequence[bool]:
        async def ask() -> list[bool]:
            async with apparitor(service, service.key) as client:
                return [answer.decision for answer in (await client.evaluate_batch(batch)).evaluations]

        return asyncio.run(ask())

    def test_is_told_that_its_key_is_wrong(self, service: Service) -> None:
        async def ask() -> None:
            async with apparitor(service, WRONG_KEY) as client:
                await client.evaluate(request(ALLOWED))

        with pytest.raises(AuthZENClientError) as raised:
            asyncio.run(ask())
        assert raised.value.status_code == 401


class TestEmpowerNow:
    """empowernow-sdk: evaluation, batch and the three searches, page after page."""

    QUESTIONS: Final[dict[str, Any]] = {
        "allowed": ALLOWED,
        "denied": DENIED,
        # It says nothing of a subject that is sought but its type, so nothing is known of the authentication either.
        "subject": {
            "subject": {"type": "agent"},
            "action": {"name": "delete_enterprise_account", "properties": {"letter": {"signed_by": "71031490293"}}},
            "resource": {"type": "enterprise", "id": "0999010126"},
        },
        "resource": {**ALLOWED, "resource": {"type": "capacity"}},
        "action": ALLOWED,
    }

    def ask(self, service: Service, key: str) -> Any:
        program = Path(__file__).parent / "empowernow_client.py"
        done = subprocess.run(
            [sys.executable, program, service.base_url],
            input=json.dumps(self.QUESTIONS),
            env={**os.environ, "AUTHZEN_TOKEN": key},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_asks_and_searches(self, every_service: Service) -> None:
        assert self.ask(every_service, every_service.key) == {
            "single": [True, False],
            "batch": [True, False, True],
            "misspelt": [True, False, True],
            "subjects": ["agent_1"],
            "resources": ["alpha.finance", "alpha.mobility", "alpha.nsso", "alpha.social_action"],
            "actions": ["export_users", "list_roles", "list_users", "stop_sender", "update_capacity", "view_capacity"],
        }

    def test_is_told_that_its_key_is_wrong(self, service: Service) -> None:
        assert "error" in self.ask(service, WRONG_KEY)
