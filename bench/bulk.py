"""How fast `authz facts load` takes the dataset as NDJSON into an empty database, and in how much memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.dataset import APPLICATIONS, Dataset, Enterprise, national_number
from bench.postgresql import Cluster
from bench.service import PROGRAM, PROJECT

__all__ = ["BulkLoad", "bulk_load", "lines"]

_SINCE: Final = "2020-09-13"
_MOST_SECONDS: Final = 3600
_LOOKED_EVERY: Final = 0.1


@dataclass(frozen=True, slots=True)
class BulkLoad:
    """One load. `failed`: what the command said when it did not take the file; `memory`: its peak RSS, in octets."""

    name: str
    facts: int
    seconds: float
    memory: int
    failed: str = ""


def bulk_load(dataset: Dataset, folder: Path, cluster: Cluster | None) -> BulkLoad:
    """Load into an empty database on PostgreSQL, or on SQLite where there is no cluster, and remove it again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / "facts.ndjson"
    facts = _write(file, dataset)
    url = cluster.create("bulk") if cluster else f"sqlite:///{folder.resolve() / 'facts.db'}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHZ_")}
    environment = {**kept, "AUTHZ_DATABASE_URL": url, "AUTHZ_KEY_FILE": str(folder.resolve() / "service.key")}
    name = f"authz facts load, {'PostgreSQL' if cluster else 'SQLite'}"
    try:
        subprocess.run([PROGRAM, "db", "upgrade"], cwd=PROJECT, env=environment, capture_output=True, check=True)
        return _load(name, file, environment, facts)
    finally:
        if cluster:
            cluster.drop("bulk")
        shutil.rmtree(folder, ignore_errors=True)


def _load(name: str, file: Path, environment: dict[str, str], facts: int) -> BulkLoad:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [PROGRAM, "facts", "load", file],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak = _Peak(process.pid)
    peak.start()
    try:
        _, errors = process.communicate(timeout=_MOST_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    seconds = time.perf_counter() - begun
    peak.join()
    failed = (errors.strip().splitlines() or ["it failed"])[-1] if process.returncode else ""
    return BulkLoad(name, facts, seconds, peak.octets, failed)


class _Peak(threading.Thread):
    """Looks at the highest resident size of a process until it is gone."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.octets = 0

    def run(self) -> None:
        with suppress(OSError, StopIteration):
            while True:
                lines = self._status.read_text("ascii", "replace").splitlines()
                self.octets = int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024
                time.sleep(_LOOKED_EVERY)


def _write(file: Path, dataset: Dataset) -> int:
    with file.open("w", encoding="utf-8") as out:
        for line in lines(dataset):
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
    return len(APPLICATIONS) + sum(enterprise.facts() for enterprise in dataset.enterprises())


def lines(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """Yield the entries of a facts file, each with the name of its list as `kind`, none before what it refers to."""
    for code, offered_to in APPLICATIONS.items():
        yield {
            "kind": "applications",
            "id": code,
            "label": code,
            "domain": "social_security",
            "offered_to": list(offered_to),
            "mandate_system": None,
            "mandate_group": None,
            "channels": ["portal"],
            "min_level": None,
        }
    for enterprise in dataset.enterprises():
        yield from _of_enterprise(enterprise)


def _of_enterprise(enterprise: Enterprise) -> Iterator[dict[str, Any]]:
    own: str = enterprise.id
    yield {
        "kind": "enterprises",
        "id": own,
        "enterprise_number": enterprise.number,
        "name": f"Enterprise {enterprise.index}",
        "enterprise_kind": "private_employer",
        "cbe_status": "active",
        "registered_in_csam": _SINCE,
        "portal_account_active_since": _SINCE,
        "ebox_active_since": _SINCE,
        "approved_for_service_vouchers": False,
    }
    identifier = {"scheme": "enterprise_number", "value": enterprise.number}
    for capacity in enterprise.capacities:
        about = {"type": capacity.type, "domain": "social_security", "identifier": identifier, "created": _SINCE}
        yield {"kind": "capacities", "id": capacity.id, "enterprise": own, **about}
    for place in range(enterprise.people):
        yield {
            "kind": "persons",
            "id": f"p{enterprise.person(place)}",
            "person_kind": "nrn",
            "niss": national_number(enterprise.person(place)),
            "first_name": "First",
            "name": "Last",
            "language": "nl",
            "has_eid_or_foreigner_card": True,
            "digital_keys": ["eid", "itsme"],
        }
    yield from _relations(enterprise)


def _relations(enterprise: Enterprise) -> Iterator[dict[str, Any]]:
    """Yield what the people of an enterprise are there."""
    own: str = enterprise.id
    since: dict[str, str | None] = {"begin": _SINCE, "end": None}
    names = [f"p{enterprise.person(place)}" for place in range(enterprise.people)]
    for place, name in enumerate(names):
        if place in enterprise.representatives:
            function = {"function": "managing_director", "signing_power": True, **since}
            holder = {"held_by": name, "held_by_enterprise": None, "permanent_representative": None}
            yield {"kind": "legal_functions", "id": f"l{name}", "enterprise": own, **holder, **function}
        else:
            yield {"kind": "employments", "person": name, "enterprise": own, **since}
    chief = names[enterprise.chief]
    roles = [("chief_access_manager", chief, names[0])]
    roles += [("co_chief_access_manager", names[place], chief) for place in enterprise.co_chiefs]
    for role, name, by in roles:
        designated = {"role": role, "enterprise": own, "person": name, "designated_by": by, "end_reason": None}
        yield {"kind": "designations", "id": f"d{name}", **designated, **since}
    for account in enterprise.accounts:
        about = {"person": names[account.place], "capacity": account.capacity, "type": account.kind.value}
        status = {"status": "blocked" if account.blocked else "active", "applications": list(account.applications)}
        yield {"kind": "accounts", "id": account.id, **about, **status, **since}
