"""Measures the directory sync on this machine, in one run, and says where a demand is missed (exit code 1)."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tools.bench_sync.figures import Figure, as_json, table
from tools.bench_sync.measures import Bench

__all__ = ["main"]

_SECTIONS = {"first": Bench.first_and_again, "change": Bench.one_change, "group": Bench.large_group}


def main() -> int:
    """Measure what the arguments ask for. Return 0: every demand is met; 1: some is not."""
    parser = argparse.ArgumentParser(prog="bench_sync", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*_SECTIONS, []], help="which of them (default: all)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size; the demands are for the whole")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--folder", type=Path, help="on whose disk (default: that of temporary files)")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.gettempdir())
    bench = Bench(folder, 0.1 if asked.quick else 1.0, lambda text: print(f"… {text}", file=sys.stderr, flush=True))
    figures: list[Figure] = []
    for section in asked.sections or _SECTIONS:
        figures += _SECTIONS[section](bench)
    print(f"{os.cpu_count()} cores; figures of one run on one machine, ± 30 %: the ratios count")
    print("\n".join(table(figures)))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(figures), indent=1, ensure_ascii=False), "utf-8")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
