"""The administration API of an installation, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from authz_service.admin_api.administration import create_administration
from authz_service.admin_api.application import Mounted
from authz_service.admin_api.parts import BASE, AdministrationParts, ApiSettings
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.service import Service
from authz_service.decision_api.strict_json import read_object
from authz_service.identity.failures import IssuerUnreachableError
from authz_service.services.administration.addresses import PathAddresses
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.settings import AdministrationSettings
from authz_service.services.messages import MessagesError
from authz_service.store.errors import StoreError

__all__ = ["with_administration"]


def with_administration(
    service: Service, readiness: Callable[[], Mapping[str, str]], behind: WSGIApplication
) -> WSGIApplication:
    """Return the administration API in front of another application. Raises StartError."""
    settings = service.settings
    chosen = settings.administration
    authority = service.authority
    parts = AdministrationParts(
        authority=authority,
        administration=Administration(
            service.database,
            service.decisions,
            authority,
            AdministrationSettings(chosen.check_days, chosen.password_url, chosen.certificate_url),
        ),
        addresses=PathAddresses(service.database),
        decisions=service.decisions,
        explanations=service.explanations,
        access_tokens=service.access_tokens,
        callers=service.callers,
        read_json=read_object,
        readiness=readiness,
        unavailable=(StoreError, IssuerUnreachableError),
        settings=ApiSettings(settings.public_url, settings.limits.body_bytes, settings.limits.depth),
    )
    try:
        application = create_administration(parts)
    except MessagesError as error:
        raise StartError(str(error)) from None
    # With a path in the public URL, some proxies take it away and some do not.
    mounts = {urlsplit(settings.public_url).path.rstrip("/") + BASE, BASE}
    return Mounted(dict.fromkeys(mounts, application), behind)
