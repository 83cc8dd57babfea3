"""The settings: their layers, and what is told of a wrong one."""

from pathlib import Path

import pytest

from authz_service.policy.text import SWITCHES
from authz_service.settings import SettingsError, config_dir, load_settings, unknown_variables
from tests.cli.conftest import PROJECT


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "authz.toml").write_text((PROJECT / "config" / "authz.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setenv("AUTHZ_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("AUTHZ_DATABASE_URL", raising=False)


def test_the_file_that_is_shipped_has_every_switch_at_its_default() -> None:
    assert load_settings().policy.switches == {name: values[0] for name, values in SWITCHES.items()}


def test_the_levels_are_those_of_the_reference_world() -> None:
    levels = load_settings().assurance.levels
    assert (levels["eid"], levels["itsme"], levels["email_otp"], levels["none"]) == (500, 450, 350, 0)
    assert len(levels) == 10


def test_each_layer_wins_over_the_one_before_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load_settings().port == 8080
    (tmp_path / "local.toml").write_text("port = 8081\n[assurance.levels]\neid = 600\n", "utf-8")
    assert load_settings().port == 8081
    levels = load_settings().assurance.levels
    assert (levels["eid"], levels["itsme"]) == (600, 450), "a section is overridden key by key"
    monkeypatch.setenv("AUTHZ_PORT", "8082")
    monkeypatch.setenv("AUTHZ_ASSURANCE__LEVELS__EID", "700")
    assert (load_settings().port, load_settings().assurance.levels["eid"]) == (8082, 700)
    assert load_settings(port=8083).port == 8083


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHZ_PORT", "")
    assert load_settings().port == 8080


@pytest.mark.parametrize(
    ("database_url", "key_file"),
    [
        ("sqlite:////srv/data/authz.db", Path("/srv/data/authz.key")),
        ("sqlite:///data/facts.sqlite?mode=rw", Path("data/facts.key")),
        ("postgresql+psycopg://authz:pw@db/authz", PROJECT / "var" / "authz.key"),
    ],
)
def test_each_database_has_a_key_file_of_its_own(database_url: str, key_file: Path) -> None:
    assert load_settings(database_url=database_url).key_file == key_file


@pytest.mark.parametrize(
    ("host", "public_url"),
    [("127.0.0.1", "http://127.0.0.1:8080"), ("0.0.0.0", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080")],  # noqa: S104
)
def test_the_public_url_follows_from_where_it_listens(host: str, public_url: str) -> None:
    assert load_settings(host=host).public_url == public_url


def test_production_is_the_default_and_wants_https() -> None:
    for url in ("https://authz.example.org", "http://localhost:9000", "http://[::1]:8080"):
        assert load_settings(public_url=url).public_url == url
    with pytest.raises(SettingsError, match="public_url: must be https"):
        load_settings(public_url="http://authz.example.org")
    development = load_settings(public_url="http://authz.example.org", environment="development")
    assert development.public_url == "http://authz.example.org"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prt = 1", r"setting prt \(AUTHZ_PRT\): there is no such setting"),
        ("[limits]\nwidth = 1", r"setting limits.width \(AUTHZ_LIMITS__WIDTH\): there is no such setting"),
        ("port = 0", r"setting port \(AUTHZ_PORT\): .*"),
        ('port = "secret"', r"setting port \(AUTHZ_PORT\): .*"),
        ("port", r"a file in .* is no TOML: .*"),
        ("database_url = 1", r"setting database_url \(AUTHZ_DATABASE_URL\): .*"),
        ('database_url = "oracle://secret"', r"setting database_url \(AUTHZ_DATABASE_URL\): must be sqlite:///.*"),
        ("[assurance.levels]\neid = -1", r"setting assurance.levels.eid \(AUTHZ_ASSURANCE__LEVELS__EID\): .*"),
        ('environment = "test"\nport = 0', r"setting environment \(AUTHZ_ENVIRONMENT\): .* \(and 1 more\)"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "local.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=rf"\A{message}\Z") as told:
        load_settings()
    assert "secret" not in str(told.value)


def test_levels_must_be_configured(tmp_path: Path) -> None:
    (tmp_path / "authz.toml").write_text("")
    with pytest.raises(SettingsError, match=r"setting assurance .*must be set"):
        load_settings()


def test_a_folder_without_configuration_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUTHZ_CONFIG_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"nowhere/authz\.toml; AUTHZ_CONFIG_DIR"):
        load_settings()


def test_the_database_url_is_never_shown() -> None:
    settings = load_settings(database_url="postgresql://authz:secret@db/authz")
    assert "secret" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_variables_that_are_no_settings() -> None:
    environment = dict.fromkeys(["AUTHZ_PORT", "AUTHZ_LIMITS__ITEMS", "AUTHZ_CONFIG_DIR", "AUTHZ_PROT", "PATH"], "1")
    assert unknown_variables(environment) == ["AUTHZ_PROT"]


def test_the_configuration_is_found_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTHZ_CONFIG_DIR")
    assert config_dir() == PROJECT / "config"
