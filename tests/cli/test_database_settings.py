"""The settings of replicas: from the environment, refused by name, never shown."""

import json

import pytest

from authz_service.settings import SettingsError, load_settings

PRIMARY = "postgresql+psycopg://authz:secret@primary/authz"
REPLICAS = ["postgresql+psycopg://authz:secret@replica-1/authz", "postgresql://authz:secret@replica-2/authz"]


def test_there_are_none_unless_they_are_named() -> None:
    database = load_settings().database
    assert (database.replicas, database.min_facts_wait, database.callers_on_replicas) == ((), 1, False)


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHZ_DATABASE_URL", PRIMARY)
    monkeypatch.setenv("AUTHZ_DATABASE__REPLICAS", json.dumps(REPLICAS))
    settings = load_settings()
    assert [url.get_secret_value() for url in settings.database.replicas] == REPLICAS
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("replicas", "message"),
    [
        (["sqlite:///copy.db"], "setting database.replicas (AUTHZ_DATABASE__REPLICAS): must be different URLs"),
        ([REPLICAS[0]] * 2, "setting database.replicas (AUTHZ_DATABASE__REPLICAS): must be different URLs"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(replicas: list[str], message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(database_url=PRIMARY, database={"replicas": replicas})
    assert str(refused.value).startswith(message)
    assert "secret" not in str(refused.value)


def test_only_postgresql_has_them() -> None:
    with pytest.raises(SettingsError, match=r"database\.replicas: only PostgreSQL has replicas"):
        load_settings(database_url="sqlite:///authz.db", database={"replicas": REPLICAS})


@pytest.mark.parametrize("seconds", [-1, 11])
def test_nobody_waits_for_ever(seconds: int) -> None:
    with pytest.raises(SettingsError, match=r"database\.min_facts_wait"):
        load_settings(database={"min_facts_wait": seconds})
