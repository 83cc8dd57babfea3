"""`authz facts load` of one object a line: a file of any size, or standard input."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECT, WORLD, Program, Result
from tests.services.facts_file.bulk_support import line_of, lines_of

MEBIBYTE = 1024


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """The reference world, one object a line."""
    file = tmp_path / "world.ndjson"
    file.write_text(lines_of(WORLD.read_text("utf-8")), "utf-8")
    return file


def test_lines_are_loaded_all_or_nothing_and_the_same_again_change_nothing(
    in_process: Callable[..., Result], program_on_each: Program, lines: Path
) -> None:
    run = partial(in_process, program_on_each)
    assert run("db", "upgrade").code == 0
    checked = run("facts", "load", str(lines), "--dry-run", "--json").json
    assert (checked["added"], checked["revision"], checked["dry_run"]) == (232, 0, True)

    assert run("facts", "load", str(lines), "--json").json == {**checked, "revision": 1, "dry_run": False}

    assert run("facts", "load", str(WORLD), "--json").json["unchanged"] == 232
    assert run("facts", "load", str(lines), "--json").json["unchanged"] == 232


def test_a_load_is_one_record_of_the_log(in_process: Callable[..., Result], program: Program, lines: Path) -> None:
    run = partial(in_process, program)
    run("db", "upgrade")
    run("facts", "load", str(lines))

    exported = [json.loads(line) for line in run("audit", "export").out.splitlines()]
    [entry] = [json.loads(each["record"])["entry"] for each in exported if each.get("type") == "record"]

    [change] = entry["changes"]
    assert (entry["action"], entry["facts_made"]) == ("load_facts", 1)
    assert change["new"] | {"digest": ""} == {"added": 232, "closed": 0, "unchanged": 0, "lines": 208, "digest": ""}
    assert re.fullmatch("[0-9a-f]{64}", change["new"]["digest"])


def test_standard_input_and_how_far_it_is(program: Program, lines: Path) -> None:
    program.succeeds("db", "upgrade")

    told = program.run("facts", "load", "-", "--progress", stdin=lines.read_text("utf-8"))

    assert told.out == "232 records added, 0 closed, 0 known already; facts revision 1\n"
    assert [line.partition(":")[0] for line in told.err.splitlines()] == [
        "reading",
        "checking the file as a whole",
        "merging it with what is believed",
        "checking all facts together",
    ]
    assert re.match("reading: 208 lines in [0-9]+ s, [0-9]+ a second$", told.err.splitlines()[0])


def test_errors_are_told_with_their_lines(in_process: Callable[..., Result], loaded: Program, tmp_path: Path) -> None:
    file = tmp_path / "wrong.ndjson"
    agent = {"id": "agent_9", "service": "Contact Centre"}
    file.write_text(f"{line_of('agents', agent)}\n{line_of('agents', {'id': 'agent_8'})}\n{{\n", "utf-8")

    told = in_process(loaded, "facts", "load", str(file))

    assert (told.code, told.out) == (1, "")
    assert told.err.splitlines() == [
        f"{file}: line 2, world.agents[1]: the key 'service' is missing",
        f"{file}: line 3, world: this is no JSON: NDJSON is one object a line",
        f"authz: {file}: 2 errors; nothing was loaded",
    ]


@pytest.mark.slow
def test_an_interrupt_leaves_nothing(program_on_each: Program, lines: Path) -> None:
    program = program_on_each
    program.succeeds("db", "upgrade")
    with subprocess.Popen(
        program.command("facts", "load", "-", "--progress"),
        env=program.whole_environment(),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as loading:
        assert loading.stdin is not None
        assert loading.stderr is not None
        # More than a chunk, so that something is staged; and no end, so that it waits for more.
        persons = [line for line in lines.read_text("utf-8").splitlines() if '"persons"' in line]
        loading.stdin.write("\n".join([*persons, *[""] * 2500]).encode())
        loading.stdin.flush()
        assert loading.stderr.readline().startswith(b"reading: 2000 lines")
        loading.send_signal(signal.SIGINT)
        loading.stdin.close()
        assert loading.wait(60) == 130

    assert program.succeeds("facts", "export").count("id:") == 0
    assert json.loads(program.succeeds("facts", "load", str(lines), "--json"))["added"] == 232


def _many(enterprises: int) -> Iterator[str]:
    """Enterprises, each with a person who holds a function in it and works there: four facts in as many lines."""
    for number in range(1, enterprises + 1):
        birth = f"{number % 100:02d}{number // 100 % 12 + 1:02d}{number // 1200 % 28 + 1:02d}{number // 33600 + 1:03d}"
        first = f"{number + 1_000_000:08d}"
        person, enterprise = f"p{number}", f"e{number}"
        yield line_of(
            "persons",
            {
                "id": person,
                "niss": birth + f"{97 - int(birth) % 97:02d}",
                "kind": "nrn",
                "first_name": "First",
                "name": f"Name {number}",
                "language": "nl",
                "has_eid_or_foreigner_card": True,
                "digital_keys": ["itsme"],
            },
        )
        yield line_of(
            "enterprises",
            {
                "id": enterprise,
                "enterprise_number": first + f"{97 - int(first) % 97:02d}",
                "name": f"Enterprise {number}",
                "kind": "private_employer",
                "cbe_status": "active",
                "registered_in_csam": "2015-01-01",
                "portal_account_active_since": "2015-01-01",
                "ebox_active_since": None,
                "approved_for_service_vouchers": False,
            },
        )
        yield line_of(
            "legal_functions",
            {
                "id": f"{enterprise}/f",
                "enterprise": enterprise,
                "held_by": person,
                "held_by_enterprise": None,
                "permanent_representative": None,
                "function": "director",
                "begin": "2015-01-01",
                "end": None,
                "signing_power": True,
            },
        )
        yield line_of("employments", {"person": person, "enterprise": enterprise, "begin": "2016-01-01", "end": None})


PEAK = """
import resource, runpy, sys
sys.argv = ["authz", *sys.argv[1:]]
try:
    runpy.run_module("authz_service", run_name="__main__")
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(program_on_each: Program, tmp_path: Path) -> None:
    peaks = []
    for enterprises in (12_500, 50_000):
        here = tmp_path / str(enterprises)
        here.mkdir()
        file = here / "many.ndjson"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(f"{line}\n" for line in _many(enterprises))
        program_on_each.succeeds("db", "upgrade")
        done = subprocess.run(
            [sys.executable, "-c", PEAK, "facts", "load", str(file), "--dry-run"],
            env=program_on_each.whole_environment(),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith(f"{enterprises * 4} records would be added")
        peaks.append(int(done.stderr.split()[-1]) // MEBIBYTE)

    assert peaks[1] < 300
    # The databases' own buffers fill up to their limits; a file held in memory would take four times as much.
    assert peaks[1] < peaks[0] * 1.5
