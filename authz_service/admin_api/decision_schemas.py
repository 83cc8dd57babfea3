"""The shapes of the decision endpoints in OpenAPI: AuthZEN Authorization API 1.0, 5 to 9, and our additions to it."""

from __future__ import annotations

from typing import Final

from authz_service.admin_api.explanation_schemas import explanation_schemas
from authz_service.admin_api.schema_parts import AUTHZEN_NAMES, Schema, described, reference, text
from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.vocabulary import Action, Reason, ResourceType, SubjectType

__all__ = ["schemas"]

AUTHZEN_CODES: Final = {"cod-design": "values are given by AuthZEN Authorization API 1.0"}


def schemas(most_evaluations: int) -> dict[str, Schema]:
    """Return the component schemas by name. `most_evaluations`: how many questions a batch may hold."""
    return {
        **_entities(),
        **_requests(most_evaluations),
        **_answers(),
        **explanation_schemas(),
        **_searches(),
        **_health(),
    }


def _free_object(title: str, description: str) -> Schema:
    return {"type": "object", "title": title, "description": description}


def _entities() -> dict[str, Schema]:
    subject_types = ", ".join(kind for kind in SubjectType if kind is not SubjectType.UNKNOWN)
    actions = "; ".join(
        f"on {kind}: {', '.join(action for action in Action if RESOURCE_OF[action] is kind)}" for kind in ResourceType
    )
    return {
        "Subject": described(
            "Who wants to act.",
            {
                "type": text(f"One of {subject_types}. Another type is an unknown subject, which may do nothing."),
                "id": text("Unique within its type; of a person the national number (NISS), 11 digits."),
                "properties": _free_object(
                    "SubjectProperties",
                    "`acting_for`: number of the enterprise a person acts for. `authentication_means`: as in context.",
                ),
            },
            ("type", "id"),
        ),
        "Action": described(
            "What the subject wants to do.",
            {
                "name": text(f"The action. Known are, {actions}."),
                "properties": _free_object(
                    "ActionProperties", "What the action is done with, such as `candidate` or `application`."
                ),
            },
            ("name",),
        ),
        "Resource": described(
            "What the subject wants to do it to.",
            {
                "type": text(f"One of {', '.join(ResourceType)}."),
                "id": text("Unique within its type; of an enterprise its number, 10 digits."),
                "properties": _free_object(
                    "ResourceProperties", "Accepted and not used: the service has its own facts about resources."
                ),
            },
            ("type", "id"),
        ),
        "QuestionContext": described(
            "What else bears upon the question. Members that are not listed are accepted and ignored.",
            {
                "authentication_means": text("How the person logged in, such as eid or itsme."),
                "capacity": text("The capacity chosen after login."),
                "for_enterprise": text("Number of the mandator for whom the subject acts."),
                "at": text("The moment asked about: RFC 3339, or a date, meaning noon in Brussels. Default: now."),
                "known_at": text("Answer with what was recorded by then; as `at`. Default: all that is known now."),
                "explain": {"type": "boolean", "description": "Say why, in four languages; scope `explain`."},
                "min_facts": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": 0,
                    "description": (
                        "A facts revision that the answer must have seen, such as a write returned it. The answer may "
                        "then come from a replica that has it; where it is nowhere, the status is 503. 0: any will do. "
                        "Default: all that is recorded."
                    ),
                },
            },
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
    }


def _requests(most_evaluations: int) -> dict[str, Schema]:
    members = {
        "subject": reference("Subject"),
        "action": reference("Action"),
        "resource": reference("Resource"),
        "context": reference("QuestionContext"),
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
        "EvaluationRequest": described(
            "A question. Members that are not listed are ignored.", members, ("subject", "action", "resource")
        ),
        "EvaluationsRequest": described(
            "Several questions. Without `evaluations`, or with none in it, the members at the top are one question.",
            {
                **defaults,
                "evaluations": {
                    "type": "array",
                    "maxItems": most_evaluations,
                    "items": reference("EvaluationsItem"),
                    "description": "The questions, answered in this order.",
                },
                "options": reference("EvaluationsOptions"),
            },
        ),
        "EvaluationsItem": described(
            "A question. With what it takes from the top it must have a subject, an action and a resource; when it "
            "does not, or a member is of a wrong type, it is answered with a denial that has an error.",
            items,
        ),
        "EvaluationsOptions": described(
            "How the questions are answered. Members that are not listed are ignored.",
            {
                "evaluations_semantic": text(
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


def _answers() -> dict[str, Schema]:
    decision = {
        "decision": {
            "type": "boolean",
            "description": "True: yes. False: no, and also when there is an error, so that nothing is let through.",
        },
        "context": reference("DecisionContext"),
    }
    codes = ", ".join(Reason)
    return {
        "Decision": described("The answer to a question.", decision, ("decision", "context")),
        "DecisionContext": described(
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
                "policy": text("Revision of the policy that answered."),
                "facts": {"type": "integer", "description": "Revision of the facts that were read."},
                "evaluation_id": text("Id of this answer; no other has it.", format="uuid"),
                "at": text("The moment asked about, when one was.", format="date-time"),
                "error": reference("DecisionError"),
                "reason_user": reference("LocalizedString"),
                "reason_admin": reference("LocalizedString"),
                "explanation": reference("Explanation"),
            },
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
        "DecisionError": described(
            "Why there is no answer: this is no statement about the subject.",
            {
                "status": {"type": "integer", "description": "As the HTTP status of a single question would be."},
                "message": text("What is wrong; names members, never their values."),
                "retryable": {"type": "boolean", "description": "True: the same question may be answered later."},
            },
            ("status", "message"),
        ),
        "LocalizedString": described(
            "A sentence in each language.",
            {language: {"type": "string"} for language in ("nl", "fr", "de", "en")},
            ("nl", "fr", "de", "en"),
        ),
        "EvaluationsAnswer": described(
            "Either `evaluations`, or `decision` and `context` when the request held no `evaluations`.",
            {
                "evaluations": {
                    "type": "array",
                    "items": reference("Decision"),
                    "description": "The answers, in the order of the questions.",
                },
                **decision,
            },
            minProperties=1,
        ),
        "Metadata": described(
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
        "RequestError": described(
            "Why a request was not answered.",
            {
                "code": {"type": "integer", "description": "The HTTP status."},
                "message": text("What is wrong; names members, never their values."),
            },
            ("code", "message"),
        ),
    }


_SOUGHT: Final = {"subject": "Subject", "resource": "Resource", "action": "Action"}


def _searches() -> dict[str, Schema]:
    """The three searches: the entity sought has a type only; where actions are sought there is none (AuthZEN 8)."""
    members = {name: reference(title) for name, title in _SOUGHT.items()}
    shapes: dict[str, Schema] = {
        "SoughtSubject": described(
            "What type of subjects is sought; an `id` is ignored.",
            {
                "type": text("As of a subject."),
                "properties": _free_object("SoughtSubjectProperties", "As of a subject: the same for all of them."),
            },
            ("type",),
        ),
        "SoughtResource": described(
            "What type of resources is sought; an `id` is ignored.", {"type": text("As of a resource.")}, ("type",)
        ),
        **_pages(),
    }
    for kind, title in _SOUGHT.items():
        asked = {name: member for name, member in members.items() if name != kind}
        sought = {} if kind == "action" else {kind: reference(f"Sought{title}")}
        more = {"context": reference("QuestionContext"), "page": reference("PageRequest")}
        shapes[f"{title}SearchRequest"] = described(
            "A search. Members that are not listed are ignored.",
            {**sought, **asked, **more},
            tuple(name for name in members if name in sought or name in asked),
        )
        shapes[f"{title}SearchAnswer"] = described(
            "A page of what was found.",
            {
                "page": reference("PageAnswer"),
                "context": reference("SearchContext"),
                "results": {
                    "type": "array",
                    "items": reference(f"Found{'Action' if kind == 'action' else 'Entity'}"),
                    "description": "Each once, in an order that stays the same from page to page.",
                },
            },
            ("page", "context", "results"),
        )
    return shapes


def _pages() -> dict[str, Schema]:
    count = {"type": "integer", "minimum": 0}
    return {
        "PageRequest": described(
            "Which page. Members that are not listed are ignored.",
            {
                "limit": {**count, "description": "The most results wanted. With a token: as before, or left out."},
                "token": text("The `next_token` of the page before; good for one hour, one caller and one search."),
            },
        ),
        "PageAnswer": described(
            "Which page this is.",
            {
                "next_token": text("What to ask for the next page with; empty: this was the last one."),
                "count": {**count, "description": "How many results are in this answer; can be none before the end."},
            },
            ("next_token", "count"),
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
        "SearchContext": described(
            "What the whole search was answered from.",
            {
                "policy": text("Revision of the policy that answered."),
                "facts": {"type": "integer", "description": "Revision of the facts that were read."},
                "at": text("The moment asked about, when one was.", format="date-time"),
            },
            ("policy", "facts"),
        ),
        "FoundEntity": described(
            "A subject or a resource.",
            {"type": text("The type that was sought."), "id": text("As in an evaluation.")},
            ("type", "id"),
        ),
        "FoundAction": described("An action.", {"name": text("As in an evaluation.")}, ("name",)),
    }


def _health() -> dict[str, Schema]:
    status = text(
        "UP: can do its work. DOWN: cannot.", enum=["UP", "DOWN"], **{"x-ignore-rules": {"cod-design": "Belgif"}}
    )
    checks = {
        "type": "object",
        "title": "HealthChecks",
        "additionalProperties": {"type": "string"},
        "description": 'The outcome of each check by its name: "ok", or what is wrong.',
    }
    return {
        "Liveness": described("The process answers.", {"status": status}, ("status",)),
        "HealthStatus": described(
            "Whether questions can be decided.", {"status": status, "checks": checks}, ("status", "checks")
        ),
    }
