"""A branch of a directory that one target keeps, by the example for its server, with all that it remembers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from authz_service.directory.filters import escape
from authz_service.directory.names import Dn
from authz_service.directory.servers import SecretText, ServerSettings
from authz_service.directory.session import Session, open_session
from authz_service.domain.projections import (
    Group,
    GroupKind,
    ProjectedCapacity,
    ProjectedPerson,
    Projection,
)
from authz_service.domain.vocabulary import Domain
from authz_service.services.projection.groups import ENTERPRISE_WIDE
from authz_service.store.directories import Directories, RunOutcome
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.planning import Wanted
from authz_service.sync.plans import Plan
from authz_service.sync.rendering import render_all
from authz_service.sync.runs import Runner, RunReport
from authz_service.sync.targets import Target
from tests.directory_servers.servers import Attributes, DirectoryServer
from tests.sync.mappings import (
    ALPHA,
    CARLA,
    ELS,
    EXAMPLE,
    FRANK,
    INES,
    PEOPLE,
    capacity,
    changed,
    projection,
    targets_in,
)

__all__ = ["CAPACITIES", "Branch", "enterprises_by_name", "people_by_name", "planted", "without_passwords"]

CAPACITIES: Final = {
    "uman": capacity("alpha.nsso", "nsso_employer", Domain.SOCIAL_SECURITY, "199001125"),
    "rma": capacity("alpha.finance", "domain_finance", Domain.FINANCE, ALPHA),
    "webidm": capacity("alpha.flanders", "domain_flanders", Domain.FLANDERS, ALPHA),
}
_BASES: Final = {
    "uman": "ou=authz,dc=uman,dc=example",
    "rma": "ou=authz,dc=rma,dc=example",
    "webidm": "OU=authz,DC=webidm,DC=example",
}
Change = tuple[str, str]


@dataclass(slots=True)
class Branch:
    """Keeps one target as the projections say that were handed in last."""

    server: DirectoryServer
    root: Dn
    target: Target
    directories: Directories
    password: str = ""
    """What the sync says when it binds, where that is not the right one."""
    projections: tuple[Projection, ...] = ()
    entries: tuple[DesiredEntry, ...] = field(default=())

    @property
    def settings(self) -> ServerSettings:
        """How the example says, but for the address and whom to trust."""
        server, asked = self.server, self.target.server
        url = server.plain_url if asked.start_tls else server.secure_url
        return replace(
            asked,
            urls=(url,),
            bind_dn=server.bind_dn,
            ca_file=server.authority.file,
            secret=SecretText(self.password or server.bind_password),
        )

    def connect(self) -> AbstractContextManager[Session]:
        return open_session(self.settings)

    @property
    def runner(self) -> Runner:
        return Runner(self.target, self.directories, Fingerprints(b"secret of the tests"), self.connect, "this")

    def wanted(self, *projections: Projection) -> Wanted:
        if projections:
            self.projections = projections
        self.entries = render_all(self.target, self.projections)
        return Wanted(self.entries, max((each.revision for each in self.projections), default=0), "policy")

    def plan(self, *projections: Projection) -> Plan:
        return self.runner.plan(self.wanted(*projections))[0]

    def apply(self, *projections: Projection) -> RunReport:
        return self.runner.apply(self.wanted(*projections))

    def done(self, *projections: Projection) -> RunReport:
        """Apply, and see that all of it was done without a fault."""
        report = self.apply(*projections)
        assert report.run.outcome is RunOutcome.DONE, report.run.failures
        return report

    def is_exact(self) -> bool:
        """Whether a fresh look finds nothing to do."""
        plan = self.plan()
        return not plan.changes and not plan.clashes and not plan.reported

    def writes_nothing(self) -> bool:
        """Whether one more run leaves the server's own count of changes where it stands."""
        before = self.server.mark()
        report = self.done()
        return not report.writes and self.server.mark() == before and not self.server.written_since(before)

    def without_limits(self) -> None:
        limits = self.target.limits
        wide = replace(limits.deletions, number=100_000, percent=100.0)
        wider = replace(limits, deletions=wide, removed_members=wide, shrunken_source=wide, approve_empty_source=False)
        self.target = replace(self.target, limits=wider)

    # --- what should be there -----------------------------------------------------------------------------------------

    @property
    def capacity(self) -> ProjectedCapacity:
        return CAPACITIES[self.server.example]

    def group(self, kind: GroupKind = GroupKind.ACCESS_MANAGERS, code: str = "", context: str = "") -> Group:
        """Return a group of the enterprise; without a kind, the one that the tests let people come to and leave."""
        if kind in ENTERPRISE_WIDE:
            return Group(kind, ALPHA)
        held = self.capacity
        if kind is GroupKind.FLEMISH_RIGHT:
            return Group(kind, ALPHA, "", held.domain, code, context)
        return Group(kind, ALPHA, held.capacity_id, held.domain, code)

    def with_managers(
        self, *person_ids: str, people: tuple[ProjectedPerson, ...] = PEOPLE, name: str = "Alpha"
    ) -> Projection:
        """Return the enterprise with these people in `group()`."""
        chief = self.group(GroupKind.CHIEF_ACCESS_MANAGER)
        groups = {chief: frozenset({people[0].person_id}), self.group(): frozenset(person_ids)}
        return projection(capacities=(self.capacity,), people=people, groups=groups, name=name)

    def small_enterprise(self) -> Projection:
        """Return an enterprise with a group of every kind that the example maps."""
        held = {
            GroupKind.CHIEF_ACCESS_MANAGER: {CARLA},
            GroupKind.CO_CHIEF_ACCESS_MANAGERS: {ELS},
            GroupKind.ACCESS_MANAGERS: {CARLA, ELS, FRANK},
            GroupKind.CO_ACCESS_MANAGERS: set[str](),
        }
        groups = {}
        for kind in self.target.mapped.groups:
            code = "" if kind in held or kind is GroupKind.USERS else "DMFA"
            context = "AGRI" if kind is GroupKind.FLEMISH_RIGHT else ""
            mandator = "0999050510" if kind is GroupKind.MANDATE_APPLICATION else ""
            group = replace(self.group(kind, code, context), mandator_number=mandator)
            groups[group] = frozenset(held.get(kind, {INES, FRANK}))
        return projection(capacities=(self.capacity,), groups=groups)

    def stranger(self, dn: Dn) -> None:
        """Have somebody else make a person."""
        more = "" if self.person_class == "user" else "sn: somebody else\ncn: somebody else\n"
        self.server.by_hand(f"dn: {dn}\nchangetype: add\nobjectClass: {self.person_class}\n{more}")

    # --- what is there ------------------------------------------------------------------------------------------------

    @property
    def member_attribute(self) -> str:
        return self.target.mapped.groups[GroupKind.ACCESS_MANAGERS].group_class.member_attribute

    @property
    def person_class(self) -> str:
        return self.target.mapped.people.object_classes[0]

    def held(self, condition: str = "(objectClass=*)") -> dict[Dn, Attributes]:
        """Return what there is below the base, with what the server tells only when it is asked."""
        found = self.server.found(self.target.mapped.base, condition, self.server.blocked[0], self.server.entry_id)
        found.pop(self.target.mapped.base, None)
        return found

    def wanted_entry(self, key: str) -> DesiredEntry:
        return next(entry for entry in self.entries if entry.key == key)

    def person(self, person_id: str) -> tuple[Dn, Attributes]:
        """Return the entry of somebody, by his name in it."""
        entry = self.wanted_entry(f"person/{person_id}")
        ((dn, attributes),) = self.held(
            f"(&(objectClass={self.person_class})(sn={escape(entry.attributes['sn'][0].decode())}))"
        ).items()
        return dn, attributes

    def managers(self) -> set[Dn]:
        """Return who stands in `group()`, the placeholder apart."""
        return self.members(self.group())

    def members(self, group: Group) -> set[Dn]:
        mapping = self.target.mapped.groups[group.kind]
        (attributes,) = self.server.found(
            self.wanted_entry(f"group/{group.key}").dn, "(objectClass=*)", scope="base"
        ).values()
        names = {Dn.parse(value.decode()) for value in attributes.get(self.member_attribute.lower(), set())}
        return names - {mapping.placeholder}

    def names(self, *person_ids: str) -> set[Dn]:
        """Return the names that people should have."""
        return {self.wanted_entry(f"person/{person_id}").dn for person_id in person_ids}


def planted(server: DirectoryServer, root: Dn, directories: Directories, folder: Path, *changes: Change) -> Branch:
    """Make a branch in a server, kept by the example for it, with some of its text replaced."""
    name = server.example
    text = changed(EXAMPLE.read_text(), (_BASES[name], f"ou=authz,{root}"), *changes)
    server.plant(root)
    return Branch(server, root, targets_in(folder, text)[name], directories)


def without_passwords(server: DirectoryServer) -> tuple[Change, ...]:
    """Return what has to be replaced in the example so that new people get no password, which takes Samba its time."""
    if server.example == "webidm":
        return ('random_password = "unicodePwd"', ""), ("at_creation = 512", "at_creation = 544")
    return ()


def people_by_name(server: DirectoryServer) -> Change:
    """Return what has to be replaced in the example so that people have their names in their DNs."""
    if server.example == "webidm":
        return 'dn = "CN={person_id}"', 'dn = "CN={name}"'
    after = f'\nobject_classes = ["inetOrgPerson"]\n\n[targets.{server.example}'
    return f'dn = "uid={{person_id}}"{after}', f'dn = "cn={{name}}"{after}'


def enterprises_by_name(server: DirectoryServer) -> Change:
    """Return what has to be replaced in the example so that enterprises have their names in their DNs."""
    kind = "OU" if server.example == "webidm" else "ou"
    return f'dn = "{kind}={{enterprise_number}}"', f'dn = "{kind}={{enterprise_name}}"'
