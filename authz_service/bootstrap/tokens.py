"""Access tokens where none are accepted: what it takes to read them is there once the first of them comes."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from authz_service.domain.principals import Principal
from authz_service.identity.failures import TokenFailure
from authz_service.settings import Settings

if TYPE_CHECKING:
    from authz_service.identity.tokens import AccessTokens

__all__ = ["Tokens"]


class Tokens:
    """Says who comes with a token. May be used from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Where issuers are set up they are read now. Raises StartError, SettingsError."""
        self._settings = settings
        self._lock = Lock()
        self._made: AccessTokens | None = None
        if settings.identity.issuers or settings.identity.development_issuer:
            self._make()

    def principal(self, token: str) -> Principal | TokenFailure:
        """Return who comes with the token, or why it is not accepted. Raises IssuerUnreachableError."""
        return (self._made or self._make()).principal(token)

    def _make(self) -> AccessTokens:
        # Certificates, keys of all kinds and a client of HTTP come with it.
        from authz_service.bootstrap.identity import build_access_tokens  # noqa: PLC0415

        with self._lock:
            if self._made is None:
                self._made = build_access_tokens(self._settings)
            return self._made
