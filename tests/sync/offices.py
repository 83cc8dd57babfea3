"""Runs against a private OpenLDAP, and what it holds afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from authz_service.directory.filters import escape
from authz_service.directory.names import Dn
from authz_service.directory.servers import SecretText, ServerSettings
from authz_service.directory.session import Session, open_session
from authz_service.domain.moments import now
from authz_service.domain.projections import Projection
from authz_service.store.directories import Directories, RunOutcome
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.planning import Wanted
from authz_service.sync.plans import Action, Plan
from authz_service.sync.rendering import render_all
from authz_service.sync.runs import Runner, RunReport
from authz_service.sync.saved_plans import SavedPlan
from authz_service.sync.targets import Target
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, PASSWORD, Slapd
from tests.sync.test_ldif import read

__all__ = ["AUTHZ", "Office"]

AUTHZ = Dn.parse(f"ou=authz,{BASE}")
_OPERATIONAL = ("*", "pwdAccountLockedTime", "entryUUID")


@dataclass(slots=True)
class Office:
    """Keeps one target as the projections say that were handed in last."""

    target: Target
    slapd: Slapd
    authority: Authority
    directories: Directories
    projections: tuple[Projection, ...] = ()
    policy: str = "policy"
    holder: str = "this"
    secret: bytes = b"secret of the tests"
    entries: tuple[DesiredEntry, ...] = field(default=())

    @property
    def settings(self) -> ServerSettings:
        return ServerSettings(
            urls=(self.slapd.tls_url,),
            bind_dn=self.slapd.sync_dn,
            secret=SecretText(PASSWORD),
            ca_file=self.authority.file,
            receive_timeout_seconds=10,
        )

    def connect(self) -> AbstractContextManager[Session]:
        return open_session(self.settings)

    @property
    def runner(self) -> Runner:
        return Runner(self.target, self.directories, Fingerprints(self.secret), self.connect, self.holder)

    def wanted(self, *projections: Projection, only: frozenset[str] | None = None) -> Wanted:
        if projections:
            self.projections = projections
        self.entries = render_all(self.target, self.projections)
        revision = max((projection.revision for projection in self.projections), default=0)
        return Wanted(self.entries, revision, self.policy, only)

    def plan(self, *projections: Projection) -> Plan:
        return self.runner.plan(self.wanted(*projections))[0]

    def apply(self, *projections: Projection, saved: SavedPlan | None = None) -> RunReport:
        return self.runner.apply(self.wanted(*projections), saved)

    def done(self, *projections: Projection) -> RunReport:
        report = self.apply(*projections)
        assert report.run.outcome is RunOutcome.DONE, report.run.failures
        return report

    def is_exact(self) -> bool:
        """Whether a fresh look finds nothing to do."""
        plan = self.plan()
        return not plan.changes and not plan.clashes and not plan.reported

    # --- looking ------------------------------------------------------------------------------------------------------

    def held(self, base: Dn | str = AUTHZ, condition: str = "(objectClass=*)") -> dict[Dn, dict[str, set[bytes]]]:
        """Return the entries under a name, as the server's own tools show them."""
        asked = ("-LLL", "-o", "ldif-wrap=no", "-b", str(base), condition, *_OPERATIONAL)
        entries: dict[Dn, dict[str, set[bytes]]] = {}
        for record in self.slapd.tool("ldapsearch", *asked).split("\n\n"):
            pairs = read(record)
            if pairs:
                attributes = entries.setdefault(Dn.parse(pairs[0][1].decode()), {})
                for name, value in pairs[1:]:
                    attributes.setdefault(name.lower(), set()).add(value)
        return entries

    def marked(self) -> dict[Dn, dict[str, set[bytes]]]:
        """Return our entries without their ids."""
        marker = self.target.mapped.marker
        found = self.held(BASE, f"({marker.attribute}={escape(marker.value)})")
        return {
            dn: {name: values for name, values in attributes.items() if name != "entryuuid"}
            for dn, attributes in found.items()
        }

    def the(self, condition: str) -> tuple[Dn, dict[str, set[bytes]]]:
        """Return the one entry that matches, anywhere in the directory."""
        (entry,) = self.held(BASE, condition).items()
        return entry

    def members(self, name: str) -> set[str]:
        """Return the first values of the names of a group's members."""
        values = self.the(f"(&(objectClass=groupOfNames)(cn={escape(name)}))")[1]["member"]
        return {Dn.parse(value.decode()).rdns[0][0][1] for value in values}

    def writes(self) -> int:
        return len(self.slapd.writes())

    def by_hand(self, ldif: str) -> None:
        """Have somebody else change the directory."""
        self.slapd.tool("ldapmodify", given=ldif)

    def without_limits(self) -> None:
        limits = self.target.limits
        wide = replace(limits.deletions, number=100_000, percent=100.0)
        self.target = replace(
            self.target,
            limits=replace(
                limits,
                deletions=wide,
                removed_members=wide,
                shrunken_source=wide,
                approve_empty_source=False,
                approve_policy_change=False,
            ),
        )


def kinds(plan: Plan) -> Mapping[str, Action]:
    """Return what is done with which entry."""
    return {change.key: change.action for change in plan.changes}


def now_and(seconds: int) -> int:
    return now() + seconds * 1_000_000
