"""In which language to answer: by Accept-Language (RFC 9110, 12.5.4), English when none of ours is wanted."""

from __future__ import annotations

from typing import Final

from werkzeug.datastructures import LanguageAccept

from authz_service.services.messages import LANGUAGES

__all__ = ["DEFAULT_LANGUAGE", "preferred_language"]

DEFAULT_LANGUAGE: Final = "en"


def preferred_language(accepted: LanguageAccept) -> str:
    """Return nl, fr, de or en: the most wanted one, of which nl-BE and the like are forms."""
    refused = set()
    for tag, quality in accepted:
        language = tag.partition("-")[0].lower()
        if quality <= 0:
            refused.add(language)
        elif language in LANGUAGES and language not in refused:
            return language
    return DEFAULT_LANGUAGE
