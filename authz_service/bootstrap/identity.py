"""Who is trusted to say who comes, put together."""

from __future__ import annotations

from authz_service.bootstrap.errors import StartError
from authz_service.identity.development import DevelopmentIssuer, ensure_development_key
from authz_service.identity.failures import DevelopmentKeyError, IssuerUnreachableError
from authz_service.identity.tokens import AccessTokens, trusted
from authz_service.settings import Settings, SettingsError

__all__ = ["build_access_tokens", "development_issuer"]


def build_access_tokens(settings: Settings) -> AccessTokens:
    """Return what says who comes with a token: by the issuers set up and, switched on, the development issuer.

    Without any, every token is of the wrong issuer. Keys in files are read now, those of metadata when the first token
    comes. Raises StartError, SettingsError.
    """
    try:
        issuers = [trusted(issuer) for issuer in settings.identity.issuers]
    except IssuerUnreachableError as error:
        raise StartError(str(error)) from None
    if settings.identity.development_issuer:
        issuers.append(development_issuer(settings).trusted())
    try:
        return AccessTokens(issuers)
    except ValueError as error:
        raise SettingsError(f"setting identity.issuers: {error}") from None


def development_issuer(settings: Settings) -> DevelopmentIssuer:
    """Return the development issuer, its key made where there is none. Raises StartError, also when it is off."""
    identity = settings.identity
    if not identity.development_issuer:
        raise StartError(
            "the development issuer is off: it needs environment = development and identity.development_issuer = true"
        )
    try:
        key = ensure_development_key(identity.development_key_file)
    except DevelopmentKeyError as error:
        raise StartError(f"{error} ({identity.development_key_file})") from None
    return DevelopmentIssuer(
        url=settings.public_url.rstrip("/") + "/development",
        audience=settings.public_url,
        means=frozenset(settings.assurance.levels),
        key=key,
    )
