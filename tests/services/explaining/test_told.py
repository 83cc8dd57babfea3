"""What an explanation tells, and what it never tells."""

import json
import re
from typing import Any

import pytest

from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import RelationKind
from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.explaining.changes import Change, ChangeCode, Provider
from authz_service.services.explaining.elements import FactKind, NamedFact
from authz_service.services.explaining.explanation import Explanation, Stated
from authz_service.services.explaining.telling import Telling
from authz_service.services.explanations import Explanations
from authz_service.services.messages import LANGUAGES, Messages, MessagesError, read_messages
from tests.services.explaining.worlds import told
from tests.services.test_decisions_agree import REFERENCE, SCOPES

NISS = {person["id"]: person["niss"] for person in REFERENCE["persons"]}
DAY = "2024-03-15"


class Asking:
    """Asks of the alpha enterprise on a day, with the eID."""

    def __init__(self, service: DecisionService, explanations: Explanations) -> None:
        self._service = service
        self._explanations = explanations

    def __call__(
        self,
        who: str,
        action: str,
        resource: tuple[str, str] = ("capacity", "alpha.nsso"),
        *,
        means: str = "eid",
        acting_for: str = "0999010126",
        properties: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        question = Question(
            subject_type="person",
            subject_id=NISS[who],
            subject_properties={"acting_for": acting_for},
            action=action,
            action_properties=properties or {},
            resource_type=resource[0],
            resource_id=resource[1],
            context={"at": DAY, "authentication_means": means},
        )
        [decision] = self._service.decide([question], SCOPES)
        explanation = self._explanations.explanation(action, decision)
        assert explanation is not None
        return explanation


@pytest.fixture
def asking(service: DecisionService, explanations: Explanations) -> Asking:
    return Asking(service, explanations)


def need(explanation: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in explanation["needs"] if one["need"] == name)


def ways(explanation: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["change"], one["provider"]) for one in explanation["nearest"]]


class TestAnAllow:
    def test_is_a_chain_from_the_designation_to_the_action(self, asking: Asking) -> None:
        chain = asking("carla", "list_users")["chain"]
        assert chain[0]["step"] == "fact"
        assert chain[0]["fact"] == {"kind": "chief_access_manager", "id": "ds02", "since": "2023-05-31T22:00:00Z"}
        assert chain[0]["sentence"] == {
            "nl": "Hoofdtoegangsbeheerder (GAP) van de onderneming, sinds 1 juni 2023",
            "fr": "Gestionnaire d'Accès Principal (GAP) de l'entreprise, depuis le 1 juin 2023",
            "de": "Hauptzugangsverwalter (GAP) des Unternehmens, seit dem 1. Juni 2023",
            "en": "Chief Access Manager (GAP) of the enterprise, since 1 June 2023",
        }
        [hence] = [step for step in chain if step.get("need") == "access manager"]
        assert "hence Access Manager (GA) of every domain of the enterprise" in hence["sentence"]["en"]
        assert hence["facts"] == [chain[0]["fact"]]
        assert chain[-1]["step"] == "allowed"
        assert chain[-1]["sentence"]["en"] == "You are allowed to view the list of users."

    def test_cites_each_rule_with_its_source_and_its_place(self, asking: Asking, policy: PolicyEngine) -> None:
        cited = {
            rule["rule"]: rule for step in asking("carla", "list_users")["chain"] for rule in step.get("rules", ())
        }
        rule = cited["GGA-CAM-03"]
        assert rule["sentence"].startswith("From the designation on, the Chief Access Manager (GAP) is automatically")
        assert rule["source"].startswith("S4, III.")
        name, _, line = rule["place"].partition(":")
        text = next(source.text for source in policy.text.sources if source.name == name)
        assert text.splitlines()[int(line) - 1].startswith("# GGA-CAM-03. ")

    def test_names_the_own_record_of_an_access_manager(self, asking: Asking) -> None:
        explanation = asking("frank", "list_users")
        facts = [step["fact"]["kind"] for step in explanation["chain"] if step["step"] == "fact"]
        assert facts[:2] == ["access_manager", "enterprise_account"]


class TestADeny:
    def test_says_which_needs_are_met_and_which_are_not(self, asking: Asking) -> None:
        explanation = asking("ines", "create_user", properties={"candidate": NISS["nele"]})
        unmet = {one["need"]: one["reasons"] for one in explanation["needs"] if not one["met"]}
        assert unmet == {
            "access manager": ["NOT_A_MANAGER"],
            "linked candidate": ["CANDIDATE_NOT_ELIGIBLE", "NOT_LINKED_TO_ENTERPRISE"],
        }
        assert need(explanation, "active account")["facts"][0]["kind"] == "enterprise_account"
        assert ways(explanation) == [
            ("employ_candidate", "employer"),
            ("appoint_access_manager", "chief_access_manager"),
        ]

    def test_names_the_record_that_is_blocked(self, asking: Asking) -> None:
        explanation = asking("pavel", "list_users")
        assert need(explanation, "access manager")["facts"][0]["id"] == "acc_pavel"
        assert ways(explanation) == [("unblock_account", "access_manager")]

    def test_names_the_designation_that_has_ended(self, asking: Asking) -> None:
        explanation = asking("dirk", "designate_co_chief_access_manager", ("enterprise", "0999010126"))
        [ended] = [fact for fact in need(explanation, "Chief Access Manager himself")["facts"] if fact["id"] == "ds01"]
        assert ended["until"] == "2023-05-31T22:00:00Z"

    def test_sends_whoever_logged_in_too_weakly_back_to_the_login(self, asking: Asking) -> None:
        explanation = asking("carla", "list_users", means="email_otp")
        assert ways(explanation) == [("log_in_stronger", "person")]
        assert explanation["nearest"][0]["sentence"]["fr"] == (
            "Ce qu'il faut pour cela : se connecter avec l'eID. Qui peut le faire : le demandeur lui-même."
        )
        assert explanation["nearest"][0]["sentence_admin"]["en"] == (
            "Missing: log in with the eID. By: the one who asks. (log_in_stronger)"
        )

    def test_has_no_way_out_where_nobody_may(self, asking: Asking) -> None:
        assert asking("frank", "block_user", ("account", "acc_frank"))["nearest"] == []

    @pytest.mark.parametrize(
        ("question", "named"),
        [
            (
                Question(
                    "person",
                    NISS["mia"],
                    "assign_role",
                    "capacity",
                    "alpha.finance",
                    action_properties={"role": "ANY", "role_domain": "mobility", "candidate": NISS["ines"]},
                    context={"at": DAY, "authentication_means": "eid"},
                ),
                [("choose_role_domain", "person")],
            ),
            (
                Question(
                    "person",
                    NISS["tess"],
                    "use_role",
                    "role_assignment",
                    "r_tess",
                    context={"at": DAY, "authentication_means": "eid"},
                ),
                [("accept_role", "person")],
            ),
            (
                Question(
                    "person",
                    NISS["frank"],
                    "block_user",
                    "account",
                    "acc_jan",
                    context={"at": DAY, "authentication_means": "eid"},
                ),
                [("unblock_target", "access_manager")],
            ),
            (
                Question(
                    "person",
                    NISS["carla"],
                    "list_users",
                    "capacity",
                    "alpha.nsso",
                    context={"at": "yesterday", "authentication_means": "eid"},
                ),
                [("correct_moment", "caller")],
            ),
            (Question("operator", "importer", "load_facts", "service", "authz"), [("give_scope", "operator")]),
        ],
        ids=lambda value: value.action if isinstance(value, Question) else "",
    )
    def test_names_who_can_provide_what_is_missing(
        self,
        service: DecisionService,
        explanations: Explanations,
        question: Question,
        named: list[tuple[str, str]],
    ) -> None:
        [decision] = service.decide([question], frozenset())
        explanation = explanations.explanation(question.action, decision)
        assert explanation is not None
        assert ways(explanation) == named

    def test_behind_a_shut_gate_only_the_gate_is_told(self, asking: Asking) -> None:
        names = {one["need"] for one in asking("carla", "list_users", ("capacity", "no.such"))["needs"]}
        assert "known resource" in names
        assert "access manager" not in names


class TestWhatIsNeverTold:
    def test_no_number_name_or_record_of_anybody_else(
        self, service: DecisionService, explanations: Explanations
    ) -> None:
        numbers = set(NISS.values())
        names = {person["id"] for person in REFERENCE["persons"]} - {"agent_1"}
        for asked in told(service, REFERENCE, 11, 250):
            explanation = explanations.explanation(asked.request["action"]["name"], asked.decision)
            if explanation is None:
                continue
            text = json.dumps(explanation)
            assert not [number for number in numbers if number in text]
            facts = [fact for one in explanation["needs"] for fact in one["facts"]]
            facts += [step["fact"] for step in explanation["chain"] if "fact" in step]
            facts += [fact for step in explanation["chain"] for fact in step.get("also", ())]
            basis = asked.decision.basis
            assert basis is not None
            person = basis.facts.subject
            own = {
                one.relation_id
                for one in (*basis.facts.relations, *([basis.facts.target] if basis.facts.target else []))
                if person is not None and one.person_id == person.person_id
            }
            for fact in facts:
                if fact["kind"] in {kind.value for kind in RelationKind}:
                    assert fact["id"] in own, fact
                assert fact.get("id") not in names

    def test_nothing_of_a_mandate_to_whoever_is_no_party(self, asking: Asking) -> None:
        mandate = ("mandate", "m_kappa_omega_old")
        as_party = asking("willa", "view_mandates", mandate, acting_for="0999050510")
        as_stranger = asking("carla", "view_mandates", mandate)
        assert "mandate" in str([one["facts"] for one in as_party["needs"]])
        assert "m_kappa_omega_old" not in str(as_stranger)

    def test_an_unknown_action_has_no_explanation(self, service: DecisionService, explanations: Explanations) -> None:
        question = Question("person", NISS["carla"], "fly", "capacity", "alpha.nsso")
        [decision] = service.decide([question], SCOPES)
        assert explanations.explanation("fly", decision) is None


@pytest.fixture(scope="module")
def messages() -> Messages:
    return read_messages()


class TestTheSentences:
    @pytest.mark.parametrize("code", ChangeCode)
    def test_each_change_in_each_language(self, messages: Messages, code: ChangeCode) -> None:
        change = Change(code, Provider.PERSON, 1, lambda state: state)
        [way] = Telling(messages).tell(Explanation((), (), (), (), (change,)), {})["nearest"]
        for sentences in (way["sentence"], way["sentence_admin"]):
            assert sentences.keys() == set(LANGUAGES)
            assert not [said for said in sentences.values() if re.search(r"[{}]|  |None", said)]

    @pytest.mark.parametrize("kind", FactKind)
    @pytest.mark.parametrize(("since", "until"), [(None, None), (0, None), (None, 0), (0, 1)])
    def test_each_fact_in_each_language(
        self, messages: Messages, policy: PolicyEngine, kind: FactKind, since: int | None, until: int | None
    ) -> None:
        fact, rule = NamedFact(kind, "x", since, until), policy.rule_text("UM-MGT-01")
        assert rule is not None
        stated = Stated(fact, (fact,))
        [step, _] = Telling(messages).tell(Explanation((), (stated,), (), (rule,), ()), {})["chain"]
        for sentence in step["sentence"].values():
            assert not re.search(r"[{}]|  |None", sentence)

    def test_the_last_day_is_the_one_before_the_end(self, messages: Messages, policy: PolicyEngine) -> None:
        """2024-03-31T22:00Z is midnight in Brussels on the first day of April, in summer time."""
        rule = policy.rule_text("UM-MGT-01")
        assert rule is not None
        fact = NamedFact(FactKind.USER, "x", None, 1_711_922_400_000_000)
        [step, _] = Telling(messages).tell(Explanation((), (Stated(fact, ()),), (), (rule,), ()), {})["chain"]
        assert step["sentence"]["en"] == "user in the capacity, up to and including 31 March 2024"

    def test_one_that_is_missing_is_named(self, messages: Messages) -> None:
        lacking = {language: dict(messages.texts[language]) for language in LANGUAGES}
        del lacking["de"]["change.confirm"]
        with pytest.raises(MessagesError, match=r"de\.po has no translation of change\.confirm"):
            Telling(Messages(lacking, ""))
