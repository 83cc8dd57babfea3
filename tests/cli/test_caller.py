"""`authz caller`."""

import re
from collections.abc import Callable
from functools import partial

from tests.cli.conftest import Program, Result


def test_a_callers_life(in_process: Callable[..., Result], program_on_each: Program) -> None:
    run = partial(in_process, program_on_each)
    assert run("db", "upgrade").code == 0
    added = program_on_each.run(
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

    listed = run("caller", "list", "--json")
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
    table = run("caller", "list").out
    assert "portal  decide explain  active" in table
    assert key not in listed.out + table
    assert "\x1b" not in table, "colour is for terminals"

    assert run("caller", "add", "portal", "--scope", "decide").is_one_line_error(1, "revoke")
    assert run("caller", "revoke", "portal").code == 0
    assert run("caller", "revoke", "portal").is_one_line_error(1, "no such caller")
    assert run("caller", "list", "--json").json[0]["state"] == "revoked"
    assert run("caller", "add", "portal", "--scope", "decide").out.strip() != key


def test_no_callers_is_an_empty_list(in_process: Callable[..., Result], loaded: Program) -> None:
    assert in_process(loaded, "caller", "list", "--json").json == []
    told = in_process(loaded, "caller", "list")
    assert (told.code, told.out) == (0, "")
    assert "authz caller add" in told.err
