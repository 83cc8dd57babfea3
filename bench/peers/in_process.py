"""Engines that are asked inside a Python process: Cedar, Casbin, Regorus and OPA, each with the same rules.

Each looks the person up among the facts for every question and hands the engine what its policy needs of them, but for
Casbin, which keeps all facts in its memory.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from bench.fetching import PythonPackage, fetch_python
from bench.questions import Action, Kind, PersonFacts, Question

__all__ = ["Casbin", "Cedar", "Facts", "Opa", "Regorus"]

Facts: TypeAlias = Mapping[tuple[str, str], PersonFacts]
"""How persons stand, by the ids of enterprise and person."""

_POLICIES: Final = Path(__file__).with_name("policies")
_encode: Final = msgspec.json.Encoder().encode

CEDAR: Final = PythonPackage(
    "cedarpy",
    "4.12.2",
    (
        "33d6430cf5ec485638cb051c91aa6068b0d70d641d01201a2883cf1b5bf11c20",
        "a389bc0e930797e23428608304a0fc78dc46d8b5f2405cc80a683dcde2998ceb",
    ),
)
CASBIN: Final = PythonPackage("casbin", "1.43.0", ("63a3d1228870250e859ccd94133fe478821093f71dd37f05e0baa0c6fea26623",))
SIMPLEEVAL: Final = PythonPackage(
    "simpleeval", "1.0.8", ("c9c4ff42879ebf0c05f6562cb81031869948916be343bcc950b81fcc081fe9ce",)
)
REGORUS: Final = PythonPackage(
    "celine-regorus",
    "0.9.1.post20260227075446",
    ("b1b5cd141ad6029b5e9e668b803516efc909aabbf3f3e480636f54fee56e5309",),
)
OPA: Final = PythonPackage(
    "opa-golib-python-bindings",
    "0.4.4",
    ("d411c901e14b8c7c3023e23e4a944f4cf429c1d31baf80e959e57d11efbfd24a",),
    any_python=True,
)


class Cedar:
    """Cedar (Rust): the policies are read once; the person and the resource are entities that come with the request."""

    name = "Cedar (cedarpy)"
    version = CEDAR.version

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Fetch it and read the policies. Raises PeerUnavailableError."""
        del questions
        cedarpy = _imported(fetch_python(CEDAR), "cedarpy")
        self._facts = facts
        self._ask = cedarpy.is_authorized
        self._policies = cedarpy.PolicySet.from_str((_POLICIES / "cedar" / "bench.cedar").read_text("utf-8"))

    def allows(self, question: Question) -> bool:
        """Return its decision."""
        held = self._facts[question.enterprise, question.person_id]
        person = {
            "chief": held.chief,
            "co_chief": held.co_chief,
            "manager_of": held.manager_of,
            "co_manager_of": held.co_manager_of,
            "user_of": held.user_of,
            "blocked_in": held.blocked_in,
            "grants": [{"capacity": capacity, "application": application} for capacity, application in held.grants],
        }
        resource = {"id": question.capacity, "offered": question.resource.offered}
        entities = [
            {"uid": {"type": "Person", "id": question.person_id}, "attrs": person, "parents": ()},
            {"uid": {"type": "Capacity", "id": question.capacity}, "attrs": resource, "parents": ()},
        ]
        request = {
            "principal": f'Person::"{question.person_id}"',
            "action": f'Action::"{question.action}"',
            "resource": f'Capacity::"{question.capacity}"',
            "context": _circumstances(question),
        }
        return bool(self._ask(request, self._policies, _encode(entities).decode()).allowed)


class Casbin:
    """Casbin for Python. Its facts are rules in memory: those of the persons who ask, loaded once."""

    name = "Casbin"
    version = CASBIN.version

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Fetch it and load the facts. Raises PeerUnavailableError."""
        casbin = _imported(fetch_python(CASBIN, SIMPLEEVAL), "casbin")
        folder = _POLICIES / "casbin"
        self._enforcer: Any = casbin.Enforcer(str(folder / "model.conf"), str(folder / "policy.csv"))
        for (enterprise, person), held in facts.items():
            rules = _grouping_rules(enterprise, person, held)
            if rules:
                self._enforcer.add_named_grouping_policies("g", rules)
        offers = {(code, question.capacity) for question in questions for code in question.resource.offered}
        self._enforcer.add_named_grouping_policies("g2", [list(offer) for offer in sorted(offers)])

    def allows(self, question: Question) -> bool:
        """Return its decision."""
        action, fit = question.action.value, "yes"
        if question.action is Action.GRANT_APPLICATION:
            action = "grant_to_user" if question.resource.target_kind is Kind.USER else "grant_to_manager"
        elif question.action is Action.CREATE_USER:
            linked = question.resource.candidate_linked
            fit = "yes" if linked and not question.resource.candidate_has_account else "no"
        offer = f"{question.capacity}/{question.application}"
        asked = (question.person_id, action, question.enterprise, question.capacity, question.application, offer, fit)
        return bool(self._enforcer.enforce(*asked))


class Regorus:
    """Regorus (Rust), an interpreter of Rego: the input comes as JSON with the request."""

    name = "Regorus"
    version = REGORUS.version

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Fetch it and read the policy. Raises PeerUnavailableError."""
        del questions
        self._facts = facts
        self._engine = _with_rego(_imported(fetch_python(REGORUS), "regorus").Engine())

    def allows(self, question: Question) -> bool:
        """Return its decision."""
        held = self._facts[question.enterprise, question.person_id]
        self._engine.set_input_json(_encode(_rego_input(question, held)).decode())
        return self._engine.eval_rule("data.bench.allow") is True


class Opa:
    """OPA's own Go library: the input comes with the request."""

    name = "OPA (Go library)"
    version = OPA.version

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Fetch it and read the policy. Raises PeerUnavailableError."""
        del questions
        self._facts = facts
        self._engine = _with_rego(_imported(fetch_python(OPA), "opa_bindings").OpaEngine())

    def allows(self, question: Question) -> bool:
        """Return its decision."""
        held = self._facts[question.enterprise, question.person_id]
        return self._engine.eval_document("bench.allow", _rego_input(question, held)) is True


def _with_rego(engine: Any) -> Any:
    engine.add_policy("bench.rego", (_POLICIES / "rego" / "bench.rego").read_text("utf-8"))
    return engine


def _imported(folder: Path, module: str) -> Any:
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module(module)


def _circumstances(question: Question) -> dict[str, object]:
    """Return what is known beside the person and the capacity."""
    if question.action is Action.CREATE_USER:
        resource = question.resource
        return {"candidate_linked": resource.candidate_linked, "candidate_has_account": resource.candidate_has_account}
    if question.resource.target_kind is not None:
        return {"application": question.application, "target_kind": question.resource.target_kind}
    return {"application": question.application} if question.application else {}


def _rego_input(question: Question, held: PersonFacts) -> dict[str, object]:
    grants: dict[str, list[str]] = {}
    for capacity, application in held.grants:
        grants.setdefault(capacity, []).append(application)
    return {
        "action": question.action,
        "capacity": question.capacity,
        "offered": question.resource.offered,
        "person": {
            "chief": held.chief,
            "co_chief": held.co_chief,
            "manager_of": held.manager_of,
            "co_manager_of": held.co_manager_of,
            "user_of": held.user_of,
            "blocked_in": held.blocked_in,
            "grants": grants,
        },
        **_circumstances(question),
    }


def _grouping_rules(enterprise: str, person: str, held: PersonFacts) -> list[list[str]]:
    rules = [[person, "chief", enterprise]] if held.chief or held.co_chief else []
    rules += [[person, "manager", capacity] for capacity in (*held.manager_of, *held.co_manager_of)]
    rules += [[person, "user", capacity] for capacity in held.user_of]
    rules += [[person, "blocked", capacity] for capacity in held.blocked_in]
    return rules + [[person, "granted", f"{capacity}/{application}"] for capacity, application in held.grants]
