"""The settings: defaults, then `config/authz.toml`, then `config/local.toml`, then the environment (`AUTHZ_…`).

The names and what they mean are told in `config/authz.toml`. Whatever cannot be right is refused by its name.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from email.utils import parseaddr
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

from authz_service.decision_log.sinks import SinkKind
from authz_service.delivery.smtp import Security, SmtpServer
from authz_service.domain.messages import is_address
from authz_service.domain.vocabulary import Scope
from authz_service.identity.issuers import Issuer

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


class MailTransport(StrEnum):
    """Where mails go."""

    FOLDER = "folder"
    CONSOLE = "console"
    SMTP = "smtp"


Count = Annotated[int, Field(ge=1)]
Level = Annotated[int, Field(ge=0, le=1000)]


def _switch_word(value: object) -> object:
    """TOML's and the environment's truth values are taken for what they mean."""
    return ("off", "on")[value] if isinstance(value, bool) else value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Section):
    """What a request may ask of us: octets of its body, depth of its JSON, questions in a batch, how many explained."""

    body_bytes: Count = 1_048_576
    depth: Annotated[int, Field(ge=8, le=200)] = 32
    items: Count = 1000
    explanations: Count = 100


class Database(_Section):
    """Replicas that answer questions which say how fresh the facts must be, and how long a revision is waited for."""

    replicas: tuple[SecretStr, ...] = ()
    min_facts_wait: Annotated[float, Field(ge=0, le=10)] = 1
    callers_on_replicas: bool = False

    @field_validator("replicas")
    @classmethod
    def _check_replicas(cls, replicas: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        urls = [replica.get_secret_value() for replica in replicas]
        if len(set(urls)) != len(urls) or not all(url.startswith(DATABASES[1:]) for url in urls):
            raise ValueError("must be different URLs postgresql+psycopg://user:password@host/database")
        return replicas


class Assurance(_Section):
    """`levels`: what each means of authentication is worth."""

    levels: dict[str, Level] = Field(min_length=1)


class Policy(_Section):
    """`switches`: the readings chosen where the sources leave a choice; which there are, the policy knows."""

    switches: dict[str, Annotated[str, BeforeValidator(_switch_word)]] = Field(default_factory=dict)


class Identity(_Section):
    """Whose access tokens are trusted. `development_issuer`: whether tokens that `authz token` makes are, too."""

    issuers: tuple[Issuer, ...] = ()
    development_issuer: bool = False
    development_key_file: Path = Field(default_factory=lambda: home() / "var" / "development-issuer.pem")


class Operators(_Section):
    """`command_line`: what whoever can run commands on this machine may do to the service (OPS-01)."""

    command_line: tuple[Scope, ...] = (Scope.ADMIN, Scope.AUDIT, Scope.SYNC)
    second_operator: bool = True


class Administering(_Section):
    """When contact details are to be looked at again, and where people change their passwords and see certificates."""

    check_days: Annotated[int, Field(ge=1, le=3650)] = 180
    password_url: str = "https://www.csam.be"  # noqa: S105 - a place, no password
    certificate_url: str = "https://www.socialsecurity.be"

    @field_validator("password_url", "certificate_url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError("must be an absolute http or https URL")
        return url


class Mailing(_Section):
    """How mails are sent, from whom, and how often that is tried. `folder` None: beside the key file."""

    transport: MailTransport = MailTransport.FOLDER
    folder: Path | None = None
    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Security = Security.STARTTLS
    username: str = ""
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 20
    sender: str = "authz@localhost"
    portal_url: str = "https://www.csam.be"
    attempts: Annotated[int, Field(ge=1, le=100)] = 8
    first_retry_seconds: Annotated[float, Field(gt=0)] = 60
    longest_retry_seconds: Annotated[float, Field(gt=0, le=604_800)] = 21_600
    kept_days: Annotated[int, Field(ge=1, le=3650)] = 30

    @model_validator(mode="after")
    def _check(self) -> Self:
        _, address = parseaddr(self.sender)
        if not is_address(address) or not address.isascii() or not self.sender.isprintable():
            raise ValueError("mail.sender: must be name@domain, or A name <name@domain>, the address in ASCII")
        if urlsplit(self.portal_url).scheme not in {"http", "https"} or not urlsplit(self.portal_url).hostname:
            raise ValueError("mail.portal_url: must be an absolute http or https URL")
        if self.transport is MailTransport.SMTP:
            if not self.host or address.endswith("@localhost"):
                raise ValueError("mail: to send by SMTP, host and sender must be set")
            self.smtp_server()
        return self

    def smtp_server(self) -> SmtpServer:
        """Return where mail is handed over. Raises ValueError for what would be unsafe."""
        usual = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
        return SmtpServer(
            host=self.host,
            port=self.port or usual[self.security],
            security=self.security,
            username=self.username,
            password=self.password.get_secret_value(),
            ca_file=self.ca_file,
            timeout_seconds=self.timeout_seconds,
        )


class DecisionLogging(_Section):
    """Where and how decisions are recorded. `file` None: beside the key file."""

    sinks: tuple[SinkKind, ...] = (SinkKind.FILE,)
    file: Path | None = None
    syslog: Path = Path("/dev/log")
    required: bool = False
    wait_seconds: Annotated[float, Field(gt=0, le=30)] = 2
    buffer: Annotated[int, Field(ge=1000, le=10_000_000)] = 50_000
    flush_milliseconds: Annotated[int, Field(ge=1, le=1000)] = 50
    rotate_bytes: Annotated[int, Field(ge=100_000)] = 100_000_000
    rotate_hours: Annotated[int, Field(ge=0, le=8760)] = 24
    kept: Annotated[int, Field(ge=1, le=10_000)] = 14

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.required and not self.sinks:
            raise ValueError("decision_log: what is required needs a sink")
        if len(set(self.sinks)) != len(self.sinks):
            raise ValueError("decision_log.sinks: a sink is there twice")
        return self


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
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    database: Database = Database()
    database_url: SecretStr = Field(default_factory=lambda: SecretStr(f"sqlite:///{home() / 'var' / 'authz.db'}"))
    key_file: Path = Path()
    audit_key_file: Path = Path()
    policy_dir: Path = Field(default_factory=lambda: home() / "policies")
    directories_file: Path = Field(default_factory=lambda: config_dir() / "directories.toml")
    log_level: LogLevel = LogLevel.INFO
    access_log: bool = False
    limits: Limits = Limits()
    assurance: Assurance
    operators: Operators = Operators()
    policy: Policy = Policy()
    identity: Identity = Identity()
    mail: Mailing = Mailing()
    administration: Administering = Administering()
    decision_log: DecisionLogging = DecisionLogging()

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
        if not filled.get("audit_key_file"):
            filled["audit_key_file"] = Path(filled["key_file"]).with_suffix(".audit.pem")
        return filled

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(DATABASES):
            raise ValueError("must be sqlite:///path or postgresql+psycopg://user:password@host/database")
        return url

    @model_validator(mode="after")
    def _check_replicas(self) -> Self:
        primary = self.database_url.get_secret_value()
        if self.database.replicas and primary.startswith(DATABASES[0]):
            raise ValueError("database.replicas: only PostgreSQL has replicas")
        return self

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

    @model_validator(mode="after")
    def _check_identity(self) -> Self:
        if self.identity.development_issuer and self.environment is Environment.PRODUCTION:
            raise ValueError("identity.development_issuer: whoever has its key can be anybody: not in production")
        urls = [issuer.url for issuer in self.identity.issuers]
        if len(set(urls)) != len(urls):
            raise ValueError("identity.issuers: an issuer is there twice")
        means = {name for issuer in self.identity.issuers for name in issuer.means.values()}
        if not means <= self.assurance.levels.keys():
            raise ValueError("identity.issuers: their means must be names that assurance.levels has")
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
    nothing = "there is no such setting"
    message = {"extra_forbidden": nothing, "unexpected_keyword_argument": nothing, "missing": "must be set"}.get(
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
