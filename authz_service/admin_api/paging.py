"""Pages of a collection and the links between them (Belgif rule col-paging)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authz_service.admin_api.links import Links

__all__ = ["DEFAULT_PAGE_SIZE", "page_links"]

DEFAULT_PAGE_SIZE: Final = 20


def page_links(
    links: Links, segments: tuple[str, ...], query: Mapping[str, Any], page: int, page_size: int, total: int
) -> dict[str, Any]:
    """Return where this page is among the others. `query`: the parameters that chose what is in the collection."""
    last = max(1, -(-total // page_size))

    def url(number: int) -> str:
        return links.to(*segments, query={**query, "page": number, "pageSize": page_size})

    return {
        "self": url(page),
        "page": page,
        "pageSize": page_size,
        "total": total,
        "first": url(1),
        "last": url(last),
        **({"prev": url(min(page - 1, last))} if page > 1 else {}),
        **({"next": url(page + 1)} if page < last else {}),
    }
