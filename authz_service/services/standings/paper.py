"""The exceptional procedure, and the letter that ends an account (policies/paper.polar)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.standings import PaperStanding
from authz_service.domain.states import Named
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, Reason
from authz_service.services.standings.common import asked_by, employed, legal_function, own_enterprise, shared
from authz_service.services.standings.reading import NOBODY, NamedNumber, Reading

DELIVERIES: Final = frozenset({"post", "fax", "email", "scan"})
OPEN_STATES: Final = frozenset({"awaiting_signature", "posted"})
ACTIONS: Final = (
    Action.DELETE_ENTERPRISE_ACCOUNT,
    Action.PROCESS_EXCEPTIONAL_REQUEST,
    Action.SUBMIT_EXCEPTIONAL_REQUEST,
)

_standing: Final = remembered(PaperStanding)


class PaperQuestion:
    """A question about a request on paper or a letter."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._properties = reading.question.action_properties
        self._candidate = self._signer = NOBODY
        self._request = self._enterprise = self._delivery = ""
        self._document = Named.MISSING
        self._confirmed = self._original = False
        if reading.action is Action.PROCESS_EXCEPTIONAL_REQUEST:
            self._request = reading.resource_id
            paper = self._read_document("paper")
            if self._document is Named.GIVEN:
                self._delivery = reading.one_of("received_by", paper, DELIVERIES)
                self._original = reading.boolean("original", paper)
                if paper.get("original") is None:
                    reading.problems.add(Reason.MISSING_DATA)
            return
        self._enterprise = reading.resource_number()
        if reading.action is Action.DELETE_ENTERPRISE_ACCOUNT:
            self._read_document("letter")
        else:
            self._candidate = reading.person("candidate")
            self._confirmed = reading.boolean("confirmed", self._properties)

    def _read_document(self, name: str) -> Mapping[str, Any]:
        self._document, document = self._reading.record(name, self._properties)
        if self._document is Named.WRONG_TYPE:
            self._signer = NamedNumber(Named.WRONG_TYPE)
        else:
            self._signer = self._reading.person("signed_by", document)
        return document

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(
            *asked_by(self._reading),
            enterprise_number=self._enterprise,
            request=self._request,
            other_niss=self._candidate.digits or self._signer.digits,
            all_representatives=self._reading.action is Action.SUBMIT_EXCEPTIONAL_REQUEST,
        )

    def standing(self, facts: QuestionFacts) -> PaperStanding:
        """Return the standing."""
        at = self._reading.at
        processing = self._reading.action is Action.PROCESS_EXCEPTIONAL_REQUEST
        known = facts.request is not None if processing else facts.enterprise is not None
        enterprise_id = facts.enterprise.enterprise_id if facts.enterprise else None
        function = legal_function(facts, facts.other, enterprise_id, at)
        return _standing(
            *shared(self._reading, facts, own_enterprise(facts, at), resource_known=known),
            candidate=self._candidate.named,
            candidate_function=function,
            candidate_employed=employed(facts, facts.other, enterprise_id, at),
            confirmed=self._confirmed,
            representative_has_card=any(
                has_card and relation.state == "signing" and relation.period.phase(at) is Phase.DURING
                for relation, has_card in facts.representatives_cards
            ),
            request_open=facts.request is not None and facts.request.state in OPEN_STATES,
            document_present=self._document is not Named.MISSING,
            delivery=self._delivery or "unknown",
            original=self._original,
            signer=self._signer.named,
            signer_function=function,
        )
