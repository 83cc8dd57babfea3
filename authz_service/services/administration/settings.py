"""What an installation chooses about administration."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AdministrationSettings"]


@dataclass(frozen=True, slots=True)
class AdministrationSettings:
    """The section `administration` of the settings.

    `check_days`: after how many days contact details are to be looked at again (UM-SELF-04, UM-MGT-04).
    `password_url`, `certificate_url`: where people change their password and see their certificate; this service has
    neither (UM-SELF-02, UM-SELF-03).
    """

    check_days: int
    password_url: str
    certificate_url: str
