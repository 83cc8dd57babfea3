"""Random questions over any world: a good part of them allowed, the rest near misses and odd ones."""

import copy
import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from .oracle import ACTIONS, decide
from .question_parts import MEANS, Json, Parts
from .rules_subjects import LEVELS
from .world import Record, World, parse_moment

ALL_SCOPES = frozenset({"admin", "sync", "audit"})
ODD_VALUES: Sequence[Any] = (None, 7, True, "", "x", [], ["x"], {}, {"a": 1}, 3.5, [1])


def random_questions(
    world: World,
    seed: int,
    count: int,
    *,
    today: str = "2024-03-15",
    scopes: frozenset[str] = ALL_SCOPES,
    actions: Sequence[str] = (),
    absent_at: float = 0.02,
) -> Iterator[Json]:
    """Questions in the shape of the wire; the same seed gives the same ones.

    `today` is the moment most questions are about, and the clock for those without `at`.
    """
    generator = _Generator(world, random.Random(seed), today, scopes, absent_at)
    names = list(actions) or sorted(ACTIONS)
    for _ in range(count):
        yield generator.question(generator.rng.choice(names))


class _Generator:
    def __init__(self, world: World, rng: random.Random, today: str, scopes: frozenset[str], absent_at: float) -> None:
        self.world = world
        self.rng = rng
        self.today = today
        self.scopes = scopes
        self.absent_at = absent_at
        self.parts = Parts(world, rng, today)
        self.clock: datetime | None = parse_moment(today)

    def question(self, action: str) -> Json:
        """One question about the action."""
        style = self.rng.random()
        if style < 0.36:
            return self._allowed(action)
        if style < 0.7:
            question = copy.deepcopy(self._allowed(action))
            for _ in range(self.rng.choice([1, 1, 1, 2])):
                self._spoil(question)
            return question
        question = self._plausible(action)
        if style > 0.88:
            for _ in range(self.rng.randint(1, 3)):
                self._spoil(question)
        if style > 0.995:
            question["action"]["name"] = "drop_everything"
        return question

    def _allowed(self, action: str) -> Json:
        question = self._plausible(action)
        for _ in range(40):
            if decide(self.world, question, now=self.clock, scopes=self.scopes).decision:
                return question
            question = self._plausible(action)
        return question

    # -- plausible questions -------------------------------------------------------------------

    def _plausible(self, action: str) -> Json:
        kind, rng = ACTIONS[action], self.rng
        resource, enterprise, capacity = self._resource(kind.resource, action)
        context: Json = {"at": self.today if rng.random() < 0.6 else self.parts.moment()}
        if rng.random() < self.absent_at:
            del context["at"]
        if kind.resource == "application":
            capacity = self._place(action, resource, context)
            enterprise = str(capacity["enterprise"]) if capacity else enterprise
        properties = self.parts.properties(action, enterprise, capacity)
        subject = self._subject(action, enterprise, capacity, resource, context)
        question: Json = {
            "subject": subject,
            "action": {"name": action} | ({"properties": properties} if properties else {}),
            "resource": resource,
            "context": context,
        }
        if kind.subject == "person":
            self._log_in(question)
        return question

    def _resource(self, kind: str, action: str = "") -> tuple[Json, str, Record | None]:
        """A resource of the kind, its enterprise and its capacity."""
        world, rng = self.world, self.rng
        capacity: Record | None = None
        favoured = self.parts.favoured(action)
        enterprise = str(rng.choice(world.enterprises)["id"])
        if favoured and rng.random() < 0.7:
            enterprise = rng.choice(favoured)
        simple = {"person": self.parts.anybody(), "service": "authz"}
        if kind == "enterprise":
            identifier = self.parts.number(enterprise)
        elif kind == "mandate_registry":
            identifier = rng.choice(["mahis", "ssm"])
        elif kind in simple:
            identifier = simple[kind]
        else:
            row = self._row(kind, action)
            identifier = str(row["id"])
            capacity = row if kind == "capacity" else world.capacity_by_id.get(str(row.get("capacity")))
            parties = [row.get("mandator"), row.get("mandatary")] if kind == "mandate" else []
            owner = (capacity or row).get("enterprise") or rng.choice([*parties, *parties, None])
            enterprise = str(owner) if owner in world.enterprise_by_id else enterprise
        return {"type": kind, "id": identifier}, enterprise, capacity

    def _row(self, kind: str, action: str) -> Record:
        if action == "remove_co_access_manager" and self.rng.random() < 0.6:
            rows = [row for row in self.world.accounts if row["type"] == "co_access_manager"]
            if rows:
                return self.rng.choice(rows)
        rows = {
            "capacity": self.world.capacities,
            "account": self.world.accounts,
            "role_assignment": self.world.role_assignments,
            "mandate": self.world.mandates,
            "request": self.world.requests,
            "application": self.world.applications,
        }[kind]
        return self.rng.choice(rows) if rows else {"id": "none", "capacity": "none", "enterprise": "none"}

    def _place(self, action: str, resource: Json, context: Json) -> Record | None:
        """Where an application is used: the capacity, the channel, the mandator."""
        world, rng = self.world, self.rng
        if action == "submit_file":
            return self._transmission(resource, context)
        application = world.application_by_id.get(resource["id"])
        offered = [row for row in world.capacities if application and row["type"] in application["offered_to"]]
        mandate: Record | None = None
        if action == "act_under_mandate":
            mandate = rng.choice(world.mandates) if world.mandates else None
            if mandate is not None:
                offered = [row for row in world.capacities if row["enterprise"] == mandate["mandatary"]]
                covered = [row["id"] for row in world.applications if row.get("mandate_group") in mandate["groups"]]
                if covered and rng.random() < 0.8:
                    resource["id"] = rng.choice(covered)
                context["for_enterprise"] = self.parts.number(str(mandate["mandator"]))
        capacity = rng.choice(offered or world.capacities)
        context["capacity"] = capacity["id"]
        return capacity

    def _transmission(self, resource: Json, context: Json) -> Record | None:
        world, rng = self.world, self.rng
        context["file_signed"] = rng.random() < 0.95
        context["channel"] = rng.choice(["ftp", "sftp", "sftp", "webservice"])
        sender = rng.choice(world.senders) if world.senders else None
        if sender is None:
            return None
        context[".sender"] = sender["technical_user"]
        channel = rng.choice(sender["channels"])
        if rng.random() < 0.85:
            context["channel"] = channel["channel"]
            if channel["applications"] and rng.random() < 0.85:
                resource["id"] = rng.choice(channel["applications"])
        if rng.random() < 0.3:
            context["certificate_serial"] = channel["certificate"]["serial"]
        capacity = world.capacity_by_id[str(sender["capacity"])]
        mandators = [row["mandator"] for row in world.mandates if row["mandatary"] == capacity["enterprise"]]
        if mandators and rng.random() < 0.6:
            context["for_enterprise"] = self.parts.number(str(rng.choice(mandators)))
        return capacity

    def _subject(self, action: str, enterprise: str, capacity: Record | None, resource: Json, context: Json) -> Json:
        kind = ACTIONS[action].subject
        world, rng = self.world, self.rng
        if kind == "technical_user":
            return {"type": kind, "id": context.pop(".sender", "EXPNOBODY")}
        if kind == "agent":
            return {"type": kind, "id": rng.choice(world.agents)["id"] if world.agents else "agent_1"}
        if kind == "operator":
            return {"type": kind, "id": rng.choice(["ops", "release", "demo"])}
        if kind == "declared_person":
            return {"type": kind, "id": self.parts.somebody_of(enterprise)}
        return self._person(action, enterprise, capacity, resource)

    def _person(self, action: str, enterprise: str, capacity: Record | None, resource: Json) -> Json:
        rng = self.rng
        niss = self.parts.somebody_of(enterprise)
        if resource["type"] == "person" and rng.random() < 0.8:
            niss = resource["id"]
        if resource["type"] == "role_assignment" and rng.random() < 0.7:
            row = self.world.role_by_id.get(resource["id"])
            niss = self.parts.niss[row["person"]] if row else niss
        if capacity is not None and rng.random() < 0.35:
            niss = self.parts.manager_of(capacity)
        if action == "use_flemish_right":
            niss = self.parts.holder_of_right(enterprise)
        subject: Json = {"type": "person", "id": niss}
        named = resource["type"] in ("mandate", "mandate_registry")
        if named or rng.random() < 0.75:
            subject["properties"] = {"acting_for": self.parts.number(enterprise)}
        return subject

    def _log_in(self, question: Json) -> None:
        rng = self.rng
        person = self.world.person_by_niss.get(question["subject"]["id"])
        keys = sorted(person["digital_keys"], key=lambda key: -LEVELS.get(key, 0)) if person else []
        means = keys[0] if keys and rng.random() < 0.7 else rng.choice(keys or ["eid"])
        if rng.random() < 0.9:
            question["context"]["authentication_means"] = means
        else:
            question["subject"].setdefault("properties", {})["authentication_means"] = means

    # -- spoiling ------------------------------------------------------------------------------

    def _spoil(self, question: Json) -> None:
        """Change one thing about a question."""
        ways = [self._spoil_subject, self._spoil_moment, self._spoil_property, self._spoil_property]
        ways += [self._spoil_resource, self._spoil_context, self._spoil_person]
        if question["subject"]["type"] == "person":
            ways += [self._spoil_means, self._spoil_acting, self._spoil_person]
        self.rng.choice(ways)(question)

    def _spoil_person(self, question: Json) -> None:
        """Somebody else of the same enterprise, or anybody."""
        if question["subject"]["type"] not in ("person", "declared_person"):
            return self._spoil_subject(question)
        number = (question["subject"].get("properties") or {}).get("acting_for")
        firm = self.world.enterprise_by_number.get(number) if isinstance(number, str) else None
        near = firm is not None and self.rng.random() < 0.75
        question["subject"]["id"] = self.parts.somebody_of(str(firm["id"])) if near and firm else self.parts.anybody()
        if question["subject"]["type"] == "person" and self.rng.random() < 0.85:
            self._log_in(question)
        return None

    def _spoil_subject(self, question: Json) -> None:
        """Another type of subject, or an unknown one."""
        rng, subject = self.rng, question["subject"]
        if rng.random() < 0.25:
            subject["id"] = rng.choice([self.parts.stranger(), "EXPNOBODY", "agent_99", "71031490294", ""])
            return
        kind = rng.choice(["person", "technical_user", "agent", "operator", "declared_person", "robot"])
        senders = [row["technical_user"] for row in self.world.senders] or ["EXPNOBODY"]
        agents = [row["id"] for row in self.world.agents] or ["agent_1"]
        known = {"technical_user": rng.choice(senders), "agent": rng.choice(agents), "operator": "ops"}
        question["subject"] = {"type": kind, "id": known.get(kind) or self.parts.anybody()}
        if kind == "person":
            self._log_in(question)

    def _spoil_moment(self, question: Json) -> None:
        question["context"]["at"] = self.parts.moment()

    def _spoil_means(self, question: Json) -> None:
        (question["subject"].get("properties") or {}).pop("authentication_means", None)
        question["context"].pop("authentication_means", None)
        if self.rng.random() < 0.85:
            question["context"]["authentication_means"] = self.rng.choice(MEANS)

    def _spoil_acting(self, question: Json) -> None:
        rng = self.rng
        properties = question["subject"].setdefault("properties", {})
        properties.pop("acting_for", None)
        pick = rng.random()
        if pick < 0.6:
            properties["acting_for"] = self.parts.some_firm()
        elif pick < 0.7:
            properties["acting_for"] = self.parts.strange_firm()
        elif pick < 0.75 and question["resource"]["type"] != "person":
            properties["acting_for"] = rng.choice(["0999010127", 12, "alpha"])

    def _spoil_resource(self, question: Json) -> None:
        rng = self.rng
        pick, kind = rng.random(), ACTIONS[question["action"]["name"]].resource
        if pick < 0.7:
            question["resource"] = self._resource(kind)[0]
        elif pick < 0.85:
            question["resource"]["id"] = rng.choice(["nothing", "", self.parts.strange_firm(), "0999010127"])
        else:
            other = rng.choice(["enterprise", "capacity", "account", "application", "person", "mandate"])
            question["resource"] = self._resource(other)[0]
            if other == kind:
                question["resource"]["type"] = "garden"

    def _spoil_property(self, question: Json) -> None:
        """Leave a property out, or give it another or an odd value."""
        properties = question["action"].get("properties")
        if not properties:
            return self._spoil_context(question)
        holder, name = properties, self.rng.choice(sorted(properties))
        if isinstance(properties[name], dict) and properties[name] and self.rng.random() < 0.6:
            holder, name = properties[name], self.rng.choice(sorted(properties[name]))
        self._change(holder, name)
        return None

    def _spoil_context(self, question: Json) -> None:
        """Another capacity, mandator, channel or certificate."""
        names = ["capacity", "for_enterprise", "channel", "file_signed", "certificate_serial"]
        used = [name for name in names if name in question["context"]]
        if not used:
            return self._spoil_moment(question)
        name = self.rng.choice([*used, "certificate_serial"] if "channel" in used else used)
        self._change(question["context"], name)
        return None

    def _change(self, holder: Json, name: str) -> None:
        rng, world = self.rng, self.world
        pick = rng.random()
        if pick < 0.2:
            holder.pop(name, None)
            return
        if pick < 0.32:
            holder[name] = rng.choice([value for value in ODD_VALUES if value != ""])
            return
        niss = rng.choice([self.parts.anybody(), self.parts.anybody(), self.parts.stranger(), self._wrong_niss()])
        number = rng.choice([self.parts.some_firm(), self.parts.some_firm(), self.parts.strange_firm(), "0999010127"])
        capacity = rng.choice(world.capacities)["id"] if rng.random() < 0.9 else "alpha.nothing"
        application = rng.choice(world.applications)["id"] if rng.random() < 0.9 else "NO_SUCH_APP"
        others: dict[str, Any] = {
            "candidate": niss,
            "target": niss,
            "signed_by": niss,
            "mandator": self.parts.some_firm() if rng.random() < 0.9 else "0999010127",
            "mandatary": self.parts.some_firm() if rng.random() < 0.9 else "0999010127",
            "for_enterprise": number,
            "capacity": capacity,
            "application": application,
            "applications": rng.choice([[], [application], [application, "DMFA"]]),
            "groups": rng.choice([[], self.parts.groups[:1], self.parts.groups[-1:], self.parts.groups]),
            "channel": rng.choice(["ftp", "sftp", "webservice", "pigeon"]),
            "certificate_serial": rng.choice(["4660", "4661", "8191", "77", "1"]),
            "expires": rng.choice(["2024-03-14", "2024-03-15", "2024-03-16", "2020-01-01", "2031-01-01"]),
            "format": "cer",
            "for_side": rng.choice(["mandator", "mandatary", "both"]),
            "role_domain": rng.choice(["finance", "mobility", "social_security", "flanders"]),
            "received_by": rng.choice(["post", "fax", "email", "scan", "pigeon"]),
            "right": rng.choice([*self.world.right_by_id, "NO_SUCH_RIGHT"]),
            "right_context": rng.choice(["approval:EPS-001", "approval:XXX"]),
            "technical_user_name": rng.choice(["KAPPA10", "EXPOTHER", "EXP", "expnew1"]),
            "technical_user_name_confirmation": rng.choice(["KAPPA10", "EXPOTHER"]),
        }
        value = holder.get(name)
        if isinstance(value, bool):
            holder[name] = not value
        elif name in others:
            holder[name] = others[name]
        else:
            holder[name] = rng.choice(ODD_VALUES)

    def _wrong_niss(self) -> str:
        niss = self.parts.anybody()
        return self.rng.choice([niss[:-2] + f"{(int(niss[-2:]) % 97 + 1):02d}", niss[:-1], niss + "0"])
