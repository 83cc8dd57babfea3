"""What a run found, beside the goals: a row is met only by figures of this run, and never by what is missing."""

import json
from dataclasses import replace

from bench.chart import chart
from bench.checking import Checked
from bench.goals import Verdict, verdicts
from bench.peers.interface import Shape
from bench.plans import SHORT
from bench.report import as_json, markdown
from bench.rounds import Cell, Figures
from bench.suite import Results
from bench.writes import Revoked, UnderWrites

FIGURES = Figures(1000.0, 900.0, 1100.0, 500.0, 2000.0, 100.0, 50.0, 0, 3)
OURS = "authz, PostgreSQL"
CERBOS = "Cerbos AuthZEN"


def results(rate: float = 3000.0, p99: float = 800.0, failed: int = 0) -> Results:
    """Return a run in which Cerbos reached 1,000 requests a second and a p99 of 2 ms."""
    found = Results(SHORT, facts=200_000)
    for connections in (1, 8, 32):
        found.cells[Cell(Shape.SINGLE, connections, OURS)] = replace(FIGURES, rate=rate, p99=p99, failed=failed)
        found.cells[Cell(Shape.SINGLE, connections, CERBOS)] = FIGURES
    return found


def row(found: Results, workload: str) -> Verdict:
    [verdict] = [verdict for verdict in verdicts(found) if verdict.workload == workload]
    return verdict


def single(found: Results) -> Verdict:
    """Return the row against Cerbos at 8 connections."""
    rows = [each for each in verdicts(found) if each.workload == "authz, PostgreSQL: single, 8 connections"]
    return next(each for each in rows if CERBOS in each.goal)


def test_a_goal_is_met_by_rate_and_p99_together() -> None:
    assert single(results()).met is True
    assert single(results(rate=1900.0)).met is False
    assert single(results(p99=1300.0)).met is False


def test_a_request_without_a_good_answer_misses_the_goal() -> None:
    verdict = single(results(failed=1))
    assert verdict.met is False
    assert "1 requests had no good answer" in verdict.why


def test_a_missed_row_says_where_the_time_goes() -> None:
    assert "100 µs of CPU a request in the service and 50 in its database" in single(results(rate=1900.0)).why


def test_a_peer_that_was_wrong_is_not_timed_and_the_row_says_so() -> None:
    found = results()
    found.cells = {cell: figures for cell, figures in found.cells.items() if cell.name != CERBOS}
    found.left_out[f"{CERBOS}, single"] = "3 of 300 answers wrong"
    verdict = single(found)
    assert (verdict.met, verdict.measured, verdict.why) == (None, "not measured", "3 of 300 answers wrong")


def test_a_peer_that_answered_nothing_is_no_victory() -> None:
    found = results()
    found.cells[Cell(Shape.SINGLE, 8, CERBOS)] = replace(FIGURES, rate=0.0, p99=0.0)
    assert single(found).met is None


def test_one_stale_answer_misses_the_goal() -> None:
    found = results()
    found.revoked = [Revoked(OURS, 1200, 1, 2)]
    assert row(found, f"{OURS}: revocations").met is False


def test_revocations_seen_by_a_single_worker_prove_nothing() -> None:
    found = results()
    found.revoked = [Revoked(OURS, 1200, 0, 1)]
    assert row(found, f"{OURS}: revocations").met is False


def test_writes_that_are_too_few_do_not_meet_the_goal() -> None:
    found = results()
    found.writes = [UnderWrites(OURS, FIGURES, FIGURES, 120.0, 600, 0, 3000.0)]
    verdict = row(found, f"{OURS}: decisions under writes")
    assert verdict.met is False
    assert "half of them took 3.00 ms or more" in verdict.why


def test_the_report_has_every_row_and_what_was_checked() -> None:
    found = results()
    found.checked[CERBOS, Shape.SINGLE] = Checked(300, 160, 0)
    text = "\n".join(markdown(found, list(verdicts(found)), {"processors": "2"}, "2026-01-01"))
    assert all(verdict.workload in text for verdict in verdicts(found))
    assert "| Cerbos AuthZEN |  | single | 300 | 160 | 0 |" in text


def test_the_json_holds_the_figures_and_the_goals() -> None:
    found = results()
    read = json.loads(json.dumps(as_json(found, list(verdicts(found)), {}, "2026-01-01")))
    assert len(read["cells"]) == 6
    assert any(goal["met"] for goal in read["goals"])


def test_the_chart_is_a_picture_with_a_bar_for_each_figure() -> None:
    picture = chart(results(), "2026-01-01")
    assert picture.startswith("<svg ")
    assert picture.count("<rect ") == 1 + 6
