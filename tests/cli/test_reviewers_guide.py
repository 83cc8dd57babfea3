"""docs/reviewers.md: each step is a command that works as printed."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.support.national_numbers import national_numbers_in

PROJECT: Final = Path(__file__).parents[2]
GUIDE: Final = (PROJECT / "docs" / "reviewers.md").read_text("utf-8")
PRINTED: Final = [
    line for block in re.findall("^```\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]
MADE: Final = {"alpha.html", "policy-book/policy-book.en.html", "rights.csv", "rights.xlsx"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_step_works_as_printed(tmp_path: Path) -> None:
    script = "\n".join(["set -e", *PRINTED]).replace("/tmp/", f"{tmp_path}/")  # noqa: S108 the guide's own folder
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTHZ_")}
    told = subprocess.run(
        ["bash", "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert {name for name in MADE if (tmp_path / name).stat().st_size > 1000} == MADE
    assert "hence Access Manager (GA) of every domain of the enterprise" in told.stdout
    assert not national_numbers_in(told.stdout)


def test_the_guide_is_a_page_of_steps() -> None:
    assert len(PRINTED) >= 10
    assert all(line.startswith((".venv/bin/authz ", "export AUTHZ_", "cat policies/", "echo ")) for line in PRINTED)
