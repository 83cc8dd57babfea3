"""Where the endpoints are, and the document that tells clients so (AuthZEN Authorization API 1.0, 9)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from authz_service.services.search.sought import SearchKind

__all__ = [
    "EVALUATIONS_PATH",
    "EVALUATION_PATH",
    "LIVENESS_PATH",
    "READINESS_PATH",
    "SEARCH_PATHS",
    "metadata",
    "path_of",
    "well_known_paths",
]

EVALUATION_PATH: Final = "/access/v1/evaluation"
EVALUATIONS_PATH: Final = "/access/v1/evaluations"
SEARCH_PATHS: Final = {kind: f"/access/v1/search/{kind}" for kind in SearchKind}
WELL_KNOWN_PATH: Final = "/.well-known/authzen-configuration"
LIVENESS_PATH: Final = "/livez"
READINESS_PATH: Final = "/readyz"


def metadata(public_url: str) -> dict[str, Any]:
    """Return the metadata of the decision point at a public URL, which is its identifier as it stands (9.2.3)."""
    base = public_url.rstrip("/")
    return {
        "policy_decision_point": public_url,
        "access_evaluation_endpoint": base + EVALUATION_PATH,
        "access_evaluations_endpoint": base + EVALUATIONS_PATH,
        **{f"search_{kind}_endpoint": base + path for kind, path in SEARCH_PATHS.items()},
    }


def path_of(public_url: str) -> str:
    """Return the path of the public URL, without a slash at its end: "" for most."""
    return urlsplit(public_url).path.rstrip("/")


def well_known_paths(public_url: str) -> frozenset[str]:
    """Return the paths of the metadata: the well-known part stands between the host and the path (9.2).

    The one without a path is there for proxies that take the path away before they hand a request on.
    """
    return frozenset({WELL_KNOWN_PATH, WELL_KNOWN_PATH + path_of(public_url)})
