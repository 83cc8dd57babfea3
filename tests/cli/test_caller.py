"""`authz caller`."""

import re

from tests.cli.conftest import Program


def test_a_callers_life(program_on_each: Program) -> None:
    program = program_on_each
    program.succeeds("db", "upgrade")
    added = program.run(
        "caller",
        "add",
        "portal",
        "--scope",
        "decide",
        "--scope",
        "explain",
        "--purpose",
        "the portal",
        "--ends",
        "2099-12-31",
    )
    assert re.fullmatch(r"authz_[A-Za-z0-9_-]{43}\n", added.out), "the key alone"
    assert (added.code, added.err) == (0, "")
    key = added.out.strip()

    listed = program.run("caller", "list", "--json")
    (caller,) = listed.json
    assert caller | {"created_at": ""} == {
        "name": "portal",
        "scopes": ["decide", "explain"],
        "purpose": "the portal",
        "state": "active",
        "created_at": "",
        "ends_at": "2099-12-31T23:00:00Z",
        "revoked_at": None,
    }
    table = program.succeeds("caller", "list")
    assert "portal  decide explain  active" in table
    assert key not in listed.out + table
    assert "\x1b" not in table, "colour is for terminals"

    assert program.run("caller", "add", "portal", "--scope", "decide").is_one_line_error(1, "revoke")
    assert program.succeeds("caller", "revoke", "portal")
    assert program.run("caller", "revoke", "portal").is_one_line_error(1, "no such caller")
    assert program.run("caller", "list", "--json").json[0]["state"] == "revoked"
    assert program.succeeds("caller", "add", "portal", "--scope", "decide").strip() != key


def test_no_callers_is_an_empty_list(loaded: Program) -> None:
    assert loaded.run("caller", "list", "--json").json == []
    told = loaded.run("caller", "list")
    assert (told.code, told.out) == (0, "")
    assert "authz caller add" in told.err
