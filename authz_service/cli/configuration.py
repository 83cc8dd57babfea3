"""The settings as a command gets them."""

from __future__ import annotations

import os

import click

from authz_service.settings import Settings, load_settings, unknown_variables

__all__ = ["configured"]


def configured() -> Settings:
    """Return the settings, and say on stderr which variables look like settings and are none. Raises SettingsError."""
    for name in unknown_variables(os.environ):
        click.echo(f"authz: there is no setting {name}; it is ignored", err=True)
    return load_settings()
