"""The policy of an installation, as text and loaded, and the sentences that explain it."""

from __future__ import annotations

import functools
import os

from authz_service.bootstrap.errors import StartError
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.polar import PolicyLoadError
from authz_service.policy.text import PolicyText, read_policy
from authz_service.services.explanations import Explanations
from authz_service.services.messages import MessagesError
from authz_service.settings import Environment, Settings, SettingsError

__all__ = ["load_explanations", "load_policy", "read_policy_text"]


@functools.cache
def load_explanations() -> Explanations:
    """Return the sentences in all languages. Raises StartError."""
    try:
        return Explanations.load()
    except MessagesError as error:
        raise StartError(str(error)) from None


def read_policy_text(settings: Settings) -> PolicyText:
    """Return the policy as text with all that shapes its answers. Raises StartError, SettingsError for a switch."""
    digest = load_explanations().digest
    try:
        return read_policy(settings.policy_dir, settings.policy.switches, settings.assurance.levels, digest)
    except UnicodeDecodeError:
        raise StartError(f"a policy file in {settings.policy_dir} is not UTF-8") from None
    except ValueError as error:
        raise SettingsError(f"setting policy.switches: {error}") from None
    except OSError as error:
        raise StartError(f"the policy cannot be read: {error}") from None


def load_policy(settings: Settings) -> PolicyEngine:
    """Return the policy, loaded. Raises StartError when it may not or cannot be, SettingsError for a switch."""
    # With POLAR_LOG the engine prints what it is asked about.
    if os.environ.get("POLAR_LOG") and settings.environment is not Environment.DEVELOPMENT:
        raise StartError("POLAR_LOG is set, which makes the policy engine print what it is asked: unset it")
    text = read_policy_text(settings)
    try:
        return PolicyEngine(text)
    except PolicyLoadError as error:
        first, *more = str(error).splitlines()
        others = f" (and {len(more)} more; `authz policy check` lists them)" if more else ""
        raise StartError(f"the policy does not load: {first}{others}") from None
