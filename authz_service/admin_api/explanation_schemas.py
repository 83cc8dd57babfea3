"""The shape of `context.explanation` in OpenAPI (docs/explanation.md)."""

from __future__ import annotations

from authz_service.admin_api.schema_parts import AUTHZEN_NAMES, Schema, described, reference, text
from authz_service.services.explaining.changes import ChangeCode, Provider
from authz_service.services.explaining.elements import FactKind

__all__ = ["explanation_schemas"]


def explanation_schemas() -> dict[str, Schema]:
    """Return the component schemas of an explanation by name."""
    return {
        "Explanation": described(
            "Why it is so, on request: of an allow the chain, of a denial what is missing and the nearest way to it.",
            {
                "needs": _list("ExplainedNeed", "What the action needs, as far as something can be said of it."),
                "chain": _list("ExplanationStep", "Of an allow: facts, what follows from them, and the end."),
                "nearest": _list("NearestChange", "Of a denial: what would together give an allow; empty: unknown."),
            },
            ("needs", "chain", "nearest"),
        ),
        **_needs(),
        **_steps(),
        **_changes(),
    }


def _list(name: str, description: str) -> Schema:
    return {"type": "array", "items": reference(name), "description": description}


def _texts(description: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": description}


def _needs() -> dict[str, Schema]:
    return {
        "ExplainedNeed": described(
            "A need of the action.",
            {
                "need": text("Its name in the policy."),
                "met": {"type": "boolean", "description": "Whether it is met."},
                "rules": _texts("Ids of the rules that demand it, and of those that meet or refuse it."),
                "reasons": _texts("Codes; empty when it is met."),
                "facts": _list("ExplainedFact", "The facts behind that."),
            },
            ("need", "met", "rules", "reasons", "facts"),
        ),
        "ExplainedFact": described(
            "A fact about the subject, the enterprise and capacity asked about, or the catalogue.",
            {
                "kind": text(f"One of {', '.join(FactKind)}."),
                "id": text("Its id, where it has one."),
                "since": text("The first instant of it, where it has one.", format="date-time"),
                "until": text("The first instant after it, where it has one.", format="date-time"),
            },
            ("kind",),
        ),
    }


def _steps() -> dict[str, Schema]:
    return {
        "ExplanationStep": described(
            "A step of the chain.",
            {
                "step": text("fact: something that is so; hence: a need that is met by it; allowed: the end."),
                "sentence": reference("LocalizedString"),
                "fact": reference("ExplainedFact"),
                "also": _list("ExplainedFact", "Facts that would do in its place."),
                "need": text("The need that is met."),
                "facts": _list("ExplainedFact", "The facts by which it is met."),
                "rules": _list("ExplainedRule", "The rules by which it is met or, at the end, that grant."),
            },
            ("step",),
        ),
        "ExplainedRule": described(
            "A rule as the policy states it.",
            {
                "rule": text("Its id."),
                "sentence": text("What it says."),
                "source": text("Where that is written."),
                "place": text("File and line in the policy."),
            },
            ("rule", "sentence", "source", "place"),
        ),
    }


def _changes() -> dict[str, Schema]:
    return {
        "NearestChange": described(
            "Something that would have to be otherwise; all of them together give an allow.",
            {
                "change": text(f"What. One of {', '.join(ChangeCode)}."),
                "provider": text(f"Who can bring it about. One of {', '.join(Provider)}."),
                "sentence": reference("LocalizedString"),
                "sentence_admin": reference("LocalizedString"),
            },
            ("change", "provider", "sentence", "sentence_admin"),
            **{"x-ignore-rules": AUTHZEN_NAMES},
        ),
    }
