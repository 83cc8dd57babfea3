"""The shapes of the decision endpoints in OpenAPI: AuthZEN Authorization API 1.0, 5 to 9, and our additions to it."""

from __future__ import annotations

from typing import Any, Final

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.vocabulary import Action, Reason, ResourceType, SubjectType

__all__ = ["schemas"]

_Schema = dict[str, Any]

AUTHZEN_NAMES: Final = {"jsn-naming": "names are given by AuthZEN Authorization API 1.0 or follow its style"}
AUTHZEN_CODES: Final = {"cod-design": "values are given by AuthZEN Authorization API 1.0"}


def schemas(most_evaluations: int) -> dict[str, _Schema]:
    """Return the component schemas by name. `most_evaluations`: how many questions a batch may hold."""
    return {**_entities(), **_requests(most_evaluations), **_answers(), **_searches(), **_health()}


def _reference(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(description: str, **more: Any) -> _Schema:
    return {"type": "string", "description": description, **more}


def _object(
    description: str, properties: dict[str, _Schema], required: tuple[str, ...] = (), /, **more: Any
) -> _Schema:
    schema: _Schema = {"type": "object", "description": description, "properties": properties, **more}
    return {**schema, "required": list(required)} if required else schema


def _free_object(title: str, description: str) -> _Schema:
    return {"type": "object", "title": title, "description": description}


def _entities() -> dict[str, _Schema]:
    subject_types = ", ".join(kind for kind in SubjectType if kind is not SubjectType.UNKNOWN)
    actions = "; ".join(
        f"on {kind}: {', '.join(action for action in Action if RESOURCE_OF[action] is kind)}" for kind in ResourceType
    )
    return {
        "Subject": _object(
            "Who wants to act.",
            {
                "type": _text(f"One of {subject_types}. Another type is an unknown subject, which may do nothing."),
                "id": _text("Unique within its type; of a person the national number (NISS), 11 digits."),
                "properties": _free_object(
                    "SubjectProperties",
                    "`acting_for`: number of the enterprise a person acts for. `authentication_means`: as in context.",
                ),
            },
            ("type", "id"),
        ),
        "Action": _object(
            "What the subject wants to do.",
            {
                "name": _text(f"The action. Known are, {actions}."),
                "properties": _free_object(
                    "ActionProperties", "What the action is done with, such as `candidate` or `application`."
                ),
            },
            ("name",),
        ),
        "Resource": _object(
            "What the subject wants to do it to.",
            {
                "type": _text(f"One of {', '.join(ResourceType)}."),
                "id": _text("Unique within its type; of an enterprise its number, 10 digits."),
                "properties": _free_object(
                    "ResourceProperties", "Accepted and not used: the service has its own facts about resources."
                ),
            },
            ("type", "id"),
        ),
        "QuestionContext": _object(
            "What else bears upon the question. Members that are not listed are accepted and ignored.",
            {
                "authentication_means": _text("How the person logged in, such as eid or itsme."),
                "capacity": _text("The capacity chosen after login."),
                "for_enterprise": _text("Number of the mandator for whom the subject acts."),
                "at": _text("The moment asked about: RFC 3339, or a date, meaning noon in Brussels. Default: now."),
                "known_at": _text("Answer with what was recorded by then; as `at`. Default: all that is known now."),
                "explain": {"type": "boolean", "description": "Put the answer into words, in four languages."},
            },
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
    }


def _requests(most_evaluations: int) -> dict[str, _Schema]:
    members = {
        "subject": _reference("Subject"),
        "action": _reference("Action"),
        "resource": _reference("Resource"),
        "context": _reference("QuestionContext"),
    }
    defaults = {
        name: _free_object(
            f"Default{name.title()}", f"As in an evaluation request: for the items that have no `{name}`."
        )
        for name in members
    }
    items = {
        name: _free_object(
            f"Item{name.title()}", f"As in an evaluation request; replaces the whole `{name}` at the top."
        )
        for name in members
    }
    return {
        "EvaluationRequest": _object(
            "A question. Members that are not listed are ignored.", members, ("subject", "action", "resource")
        ),
        "EvaluationsRequest": _object(
            "Several questions. Without `evaluations`, or with none in it, the members at the top are one question.",
            {
                **defaults,
                "evaluations": {
                    "type": "array",
                    "maxItems": most_evaluations,
                    "items": _reference("EvaluationsItem"),
                    "description": "The questions, answered in this order.",
                },
                "options": _reference("EvaluationsOptions"),
            },
        ),
        "EvaluationsItem": _object(
            "A question. With what it takes from the top it must have a subject, an action and a resource; when it "
            "does not, or a member is of a wrong type, it is answered with a denial that has an error.",
            items,
        ),
        "EvaluationsOptions": _object(
            "How the questions are answered. Members that are not listed are ignored.",
            {
                "evaluations_semantic": _text(
                    "When to stop. The answer holds the items up to and including the one that decides; an error "
                    "counts as a denial.",
                    enum=["execute_all", "deny_on_first_deny", "permit_on_first_permit"],
                    default="execute_all",
                    **{"x-ignore-rules": AUTHZEN_CODES},
                )
            },
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
    }


def _answers() -> dict[str, _Schema]:
    decision = {
        "decision": {
            "type": "boolean",
            "description": "True: yes. False: no, and also when there is an error, so that nothing is let through.",
        },
        "context": _reference("DecisionContext"),
    }
    codes = ", ".join(Reason)
    return {
        "Decision": _object("The answer to a question.", decision, ("decision", "context")),
        "DecisionContext": _object(
            "Why. An item of a batch that could not be put as a question has an `error` and nothing else.",
            {
                "reasons": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": f"On a denial, why, in order; empty when allowed. Codes: {codes}.",
                },
                "rules": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Ids of the rules that grant or refuse; never empty.",
                },
                "policy": _text("Revision of the policy that answered."),
                "facts": {"type": "integer", "description": "Revision of the facts that were read."},
                "evaluation_id": _text("Id of this answer; no other has it.", format="uuid"),
                "at": _text("The moment asked about, when one was.", format="date-time"),
                "error": _reference("DecisionError"),
                "reason_user": _reference("LocalizedString"),
                "reason_admin": _reference("LocalizedString"),
            },
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
        "DecisionError": _object(
            "Why there is no answer: this is no statement about the subject.",
            {
                "status": {"type": "integer", "description": "As the HTTP status of a single question would be."},
                "message": _text("What is wrong; names members, never their values."),
                "retryable": {"type": "boolean", "description": "True: the same question may be answered later."},
            },
            ("status", "message"),
        ),
        "LocalizedString": _object(
            "A sentence in each language.",
            {language: {"type": "string"} for language in ("nl", "fr", "de", "en")},
            ("nl", "fr", "de", "en"),
        ),
        "EvaluationsAnswer": _object(
            "Either `evaluations`, or `decision` and `context` when the request held no `evaluations`.",
            {
                "evaluations": {
                    "type": "array",
                    "items": _reference("Decision"),
                    "description": "The answers, in the order of the questions.",
                },
                **decision,
            },
            minProperties=1,
        ),
        "Metadata": _object(
            "Where the endpoints are.",
            {
                name: {"type": "string", "format": "uri", "description": description}
                for name, description in (
                    ("policy_decision_point", "The identifier of this decision point."),
                    ("access_evaluation_endpoint", "Where single questions go."),
                    ("access_evaluations_endpoint", "Where batches go."),
                    ("search_subject_endpoint", "Where it is asked who may do something."),
                    ("search_resource_endpoint", "Where it is asked to what something may be done."),
                    ("search_action_endpoint", "Where it is asked what may be done."),
                )
            },
            ("policy_decision_point", "access_evaluation_endpoint", "access_evaluations_endpoint"),
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
        "RequestError": _object(
            "Why a request was not answered.",
            {
                "code": {"type": "integer", "description": "The HTTP status."},
                "message": _text("What is wrong; names members, never their values."),
            },
            ("code", "message"),
        ),
    }


_SOUGHT: Final = {"subject": "Subject", "resource": "Resource", "action": "Action"}


def _searches() -> dict[str, _Schema]:
    """The three searches: the entity sought has a type only; where actions are sought there is none (AuthZEN 8)."""
    members = {name: _reference(title) for name, title in _SOUGHT.items()}
    described: dict[str, _Schema] = {
        "SoughtSubject": _object(
            "What type of subjects is sought; an `id` is ignored.",
            {
                "type": _text("As of a subject."),
                "properties": _free_object("SoughtSubjectProperties", "As of a subject: the same for all of them."),
            },
            ("type",),
        ),
        "SoughtResource": _object(
            "What type of resources is sought; an `id` is ignored.", {"type": _text("As of a resource.")}, ("type",)
        ),
        **_pages(),
    }
    for kind, title in _SOUGHT.items():
        asked = {name: member for name, member in members.items() if name != kind}
        sought = {} if kind == "action" else {kind: _reference(f"Sought{title}")}
        more = {"context": _reference("QuestionContext"), "page": _reference("PageRequest")}
        described[f"{title}SearchRequest"] = _object(
            "A search. Members that are not listed are ignored.",
            {**sought, **asked, **more},
            tuple(name for name in members if name in sought or name in asked),
        )
        described[f"{title}SearchAnswer"] = _object(
            "A page of what was found.",
            {
                "page": _reference("PageAnswer"),
                "context": _reference("SearchContext"),
                "results": {
                    "type": "array",
                    "items": _reference(f"Found{'Action' if kind == 'action' else 'Entity'}"),
                    "description": "Each once, in an order that stays the same from page to page.",
                },
            },
            ("page", "context", "results"),
        )
    return described


def _pages() -> dict[str, _Schema]:
    count = {"type": "integer", "minimum": 0}
    return {
        "PageRequest": _object(
            "Which page. Members that are not listed are ignored.",
            {
                "limit": {**count, "description": "The most results wanted. With a token: as before, or left out."},
                "token": _text("The `next_token` of the page before; good for one hour, one caller and one search."),
            },
        ),
        "PageAnswer": _object(
            "Which page this is.",
            {
                "next_token": _text("What to ask for the next page with; empty: this was the last one."),
                "count": {**count, "description": "How many results are in this answer; can be none before the end."},
            },
            ("next_token", "count"),
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
        "SearchContext": _object(
            "What the whole search was answered from.",
            {
                "policy": _text("Revision of the policy that answered."),
                "facts": {"type": "integer", "description": "Revision of the facts that were read."},
                "at": _text("The moment asked about, when one was.", format="date-time"),
            },
            ("policy", "facts"),
        ),
        "FoundEntity": _object(
            "A subject or a resource.",
            {"type": _text("The type that was sought."), "id": _text("As in an evaluation.")},
            ("type", "id"),
        ),
        "FoundAction": _object("An action.", {"name": _text("As in an evaluation.")}, ("name",)),
    }


def _health() -> dict[str, _Schema]:
    status = _text(
        "UP: can do its work. DOWN: cannot.", enum=["UP", "DOWN"], **{"x-ignore-rules": {"cod-design": "Belgif"}}
    )
    checks = {
        "type": "object",
        "title": "HealthChecks",
        "additionalProperties": {"type": "string"},
        "description": 'The outcome of each check by its name: "ok", or what is wrong.',
    }
    return {
        "Liveness": _object("The process answers.", {"status": status}, ("status",)),
        "HealthStatus": _object(
            "Whether questions can be decided.", {"status": status, "checks": checks}, ("status", "checks")
        ),
    }
