"""The settings: defaults, then `config/authz.toml`, then `config/local.toml`, then the environment (`AUTHZ_…`).

The names and what they mean are told in `config/authz.toml`. Whatever cannot be right is refused by its name.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

__all__ = ["Environment", "Limits", "Settings", "SettingsError", "home", "load_settings", "unknown_variables"]

PREFIX: Final = "AUTHZ_"
SEPARATOR: Final = "__"
CONFIG_DIR: Final = "AUTHZ_CONFIG_DIR"
DATABASES: Final = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class SettingsError(Exception):
    """A setting is missing, unknown or cannot be right. One line that names it and repeats no value."""


class Environment(StrEnum):
    """Where the service runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    """The least important events that are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Count = Annotated[int, Field(ge=1)]
Level = Annotated[int, Field(ge=0, le=1000)]


def _switch_word(value: object) -> object:
    """TOML's and the environment's truth values are taken for what they mean."""
    return ("off", "on")[value] if isinstance(value, bool) else value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Section):
    """What a request may ask of us: octets of its body, depth of its JSON, questions in a batch."""

    body_bytes: Count = 1_048_576
    depth: Annotated[int, Field(ge=8, le=200)] = 32
    items: Count = 1000


class Assurance(_Section):
    """`levels`: what each means of authentication is worth."""

    levels: dict[str, Level] = Field(min_length=1)


class Policy(_Section):
    """`switches`: the readings chosen where the sources leave a choice; which there are, the policy knows."""

    switches: dict[str, Annotated[str, BeforeValidator(_switch_word)]] = Field(default_factory=dict)


def home() -> Path:
    """Return the folder that config/, policies/ and var/ are in: the checkout, else the current one."""
    checkout = Path(__file__).resolve().parent.parent
    return checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()


def config_dir() -> Path:
    """Return the folder of the configuration files."""
    return Path(os.environ.get(CONFIG_DIR) or home() / "config")


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=SEPARATOR,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    environment: Environment = Environment.PRODUCTION
    public_url: str = ""
    host: str = Field(default="127.0.0.1", min_length=1)
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    workers: Count = Field(default_factory=lambda: len(os.sched_getaffinity(0)))
    threads: Annotated[int, Field(ge=1, le=64)] = 4
    database_url: SecretStr = Field(default_factory=lambda: SecretStr(f"sqlite:///{home() / 'var' / 'authz.db'}"))
    key_file: Path = Path()
    policy_dir: Path = Field(default_factory=lambda: home() / "policies")
    log_level: LogLevel = LogLevel.INFO
    access_log: bool = False
    limits: Limits = Limits()
    assurance: Assurance
    policy: Policy = Policy()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - given by name; ours is stricter
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there is no .env file
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nor a folder of secrets
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, the strongest first. Raises SettingsError, tomllib.TOMLDecodeError."""
        files = [config_dir() / "local.toml", config_dir() / "authz.toml"]
        if not files[-1].is_file():
            raise SettingsError(f"there is no {files[-1]}; {CONFIG_DIR} names the folder it is in")
        # One source a file: each overrides the next one key by key, sections included.
        return (
            init_settings,
            EnvSettingsSource(settings_cls),
            *(TomlConfigSettingsSource(settings_cls, file) for file in files if file.is_file()),
        )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Give what is not set the default that follows from the other settings."""
        filled = dict(given)
        host = str(filled.get("host") or "127.0.0.1")
        if not filled.get("public_url"):
            reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
            filled["public_url"] = f"http://{reached}:{filled.get('port', 8080)}"
        if not filled.get("key_file"):
            filled["key_file"] = _key_file(str(filled.get("database_url") or ""))
        return filled

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(DATABASES):
            raise ValueError("must be sqlite:///path or postgresql+psycopg://user:password@host/database")
        return url

    @model_validator(mode="after")
    def _check_public_url(self) -> Self:
        parts = urlsplit(self.public_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("public_url: must be an absolute http or https URL without query and fragment")
        if parts.scheme == "http" and self.environment is Environment.PRODUCTION and not _is_here(parts.hostname):
            raise ValueError(
                "public_url: must be https where it is not this machine (environment = development takes http)"
            )
        return self


def _key_file(database_url: str) -> Path:
    scheme, _, path = database_url.partition(":///")
    if scheme == "sqlite" and path:
        return Path(path.partition("?")[0]).with_suffix(".key")
    return home() / "var" / "authz.key"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win over all else. Raises SettingsError, which names the first wrong one."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_told(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"a file in {config_dir()} is no TOML: {error}") from None
    except SourceError as error:
        raise SettingsError(str(error).partition("\n")[0]) from None
    except OSError as error:
        raise SettingsError(f"{error.filename}: {error.strerror}") from None


def _told(error: ValidationError) -> str:
    first, *more = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(str(part) for part in first["loc"])
    message = {"extra_forbidden": "there is no such setting", "missing": "must be set"}.get(
        first["type"], first["msg"].removeprefix("Value error, ")
    )
    variable = PREFIX + place.upper().replace(".", SEPARATOR)
    told = f"setting {place} ({variable}): {message}" if place else f"setting {message}"
    return f"{told} (and {len(more)} more)" if more else told


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Return the names of variables that look like settings of ours and are none: a typing error, most likely."""
    known = {CONFIG_DIR, *(PREFIX + name.upper() for name in Settings.model_fields)}
    names = (name for name in environment if name.startswith(PREFIX))
    return sorted(name for name in names if name.partition(SEPARATOR)[0] not in known)
