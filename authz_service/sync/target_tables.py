"""What may stand in `config/directories.toml`: its tables and keys, and what each value must look like.

`config/directories.schema.json` is made from these types (`schema`), so that an editor can help to write the file.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from authz_service.domain.vocabulary import Domain
from authz_service.sync.targets import Drift, EachOf, EmptyGroups, GroupClass

__all__ = [
    "Attributes",
    "ContainerTable",
    "DirectoriesFile",
    "DisablingTable",
    "GroupTable",
    "GroupsTable",
    "LimitTable",
    "LimitsTable",
    "MarkerTable",
    "PeopleTable",
    "ScheduleTable",
    "ServerTable",
    "TargetTable",
    "schema",
]

_Text = Annotated[str, Meta(min_length=1)]
_Count = Annotated[int, Meta(ge=0)]
_Percent = Annotated[float, Meta(ge=0, le=100)]
_Seconds = Annotated[float, Meta(gt=0, le=604_800)]
_TimeOut = Annotated[float, Meta(gt=0, le=600)]
_Template = Annotated[
    str, Meta(min_length=1, description="Text with {fields}; docs/directories.md tells which there are.")
]
_DnTemplate = Annotated[str, Meta(min_length=1, description="RDNs from the left, with {fields} in their values.")]
Attributes = dict[str, _Template | tuple[_Template, ...]]
"""Attributes by name, each with the template of its value, or those of its values."""

_Under = Annotated[str, Meta(description="The container it lies in, by its name in this file. Without it: the base.")]
_Classes = Annotated[tuple[_Text, ...], Meta(min_length=1, description="Object classes that the entries must have.")]


class _Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class ServerTable(_Table, frozen=True, kw_only=True):
    """Where the directory is, and as whom we come."""

    urls: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^ldaps?://[^/?#@\s]+/?$")], ...],
        Meta(min_length=1, description="ldaps://host:port or ldap://host:port; tried in this order."),
    ]
    start_tls: Annotated[bool, Meta(description="Begin TLS on ldap:// before anything else is said.")] = False
    ca_file: Annotated[str, Meta(description="Whose certificates count (PEM). Without it: the system's.")] = ""
    plain_allowed: Annotated[bool, Meta(description="Go without TLS; passwords can then be read on the way.")] = False
    bind_dn: Annotated[str, Meta(min_length=1, description="Who we are: a DN, for Active Directory also name@realm.")]
    secret_file: Annotated[
        str, Meta(description="The file that the password stands in; a line end is no part of it.")
    ] = ""
    secret_variable: Annotated[str, Meta(description="The environment variable that the password stands in.")] = ""
    connect_seconds: _TimeOut = 5.0
    receive_seconds: _TimeOut = 30.0
    page_size: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    max_request_bytes: Annotated[int, Meta(ge=16_384, le=1_073_741_824)] = 1_048_576
    max_values: Annotated[int, Meta(ge=1, le=1_000_000, description="Members that one request adds or removes.")] = 1000


class MarkerTable(_Table, frozen=True, kw_only=True):
    """What every entry of ours has, and no other entry may have. Without it an entry is never changed or deleted."""

    attribute: _Text
    value: _Text


class ContainerTable(_Table, frozen=True, kw_only=True):
    """Entries that others lie under: one for the target, or one for each enterprise or capacity."""

    each: EachOf
    under: _Under = ""
    dn: _DnTemplate
    object_classes: _Classes = ("organizationalUnit",)
    attributes: Attributes = {}


class DisablingTable(_Table, frozen=True, kw_only=True):
    """How a blocked person is disabled: by a value (`disabled`, `enabled`) or by a bit of a number (`bit`)."""

    attribute: _Text
    disabled: Annotated[str, Meta(min_length=1, description="The value of somebody blocked.")] = ""
    enabled: Annotated[str, Meta(description="The value of everybody else; empty: the attribute is absent.")] = ""
    bit: Annotated[int, Meta(ge=0, description="The bit that is set for somebody blocked; others are kept.")] = 0
    at_creation: Annotated[int, Meta(ge=0, description="The number that a new entry gets; the bit is added.")] = 0


class PeopleTable(_Table, frozen=True, kw_only=True):
    """One entry a person; one a person and enterprise when the DN names the enterprise."""

    under: _Under = ""
    dn: _DnTemplate
    object_classes: _Classes
    attributes: Attributes = {}
    login_attribute: Annotated[str, Meta(description="Whose value stands in memberUid of a posixGroup.")] = "uid"
    random_password: Annotated[
        str, Meta(description="An attribute that a new entry gets a password in which nobody knows.")
    ] = ""
    disabling: DisablingTable | UnsetType = UNSET


class GroupTable(_Table, frozen=True, kw_only=True):
    """The groups of one kind. What is not said here is as [groups] says."""

    under: _Under = ""
    dn: _DnTemplate
    class_: GroupClass | UnsetType = msgspec.field(default=UNSET, name="class")
    empty: EmptyGroups | UnsetType = UNSET
    placeholder: str | UnsetType = UNSET
    object_classes: tuple[_Text, ...] | UnsetType = UNSET
    attributes: Attributes = {}


class GroupsTable(_Table, frozen=True, kw_only=True):
    """What holds for all groups, and a table for each kind that this target gets."""

    class_: GroupClass | UnsetType = msgspec.field(default=UNSET, name="class")
    empty: Annotated[
        EmptyGroups | UnsetType, Meta(description="What becomes of a group without members; groupOfNames needs one.")
    ] = UNSET
    placeholder: Annotated[str, Meta(description="The DN that stands in a group without members.")] = ""
    object_classes: Annotated[
        tuple[_Text, ...], Meta(description="Further object classes, beside that of the group.")
    ] = ()
    attributes: Attributes = {}
    chief_access_manager: GroupTable | UnsetType = UNSET
    co_chief_access_managers: GroupTable | UnsetType = UNSET
    access_managers: GroupTable | UnsetType = UNSET
    co_access_managers: GroupTable | UnsetType = UNSET
    users: GroupTable | UnsetType = UNSET
    application: GroupTable | UnsetType = UNSET
    flemish_right: GroupTable | UnsetType = UNSET
    egov_role: GroupTable | UnsetType = UNSET
    mandate_application: GroupTable | UnsetType = UNSET


class LimitTable(_Table, frozen=True, kw_only=True):
    """Beyond `number`, or beyond `percent` once there are `percent_from`, a plan waits for an approval."""

    number: _Count
    percent: _Percent
    percent_from: _Count = 10


class LimitsTable(_Table, frozen=True, kw_only=True):
    """How much one run may take away by itself."""

    deletions: LimitTable = LimitTable(number=100, percent=10.0)
    removed_members: Annotated[LimitTable, Meta(description="Of one group.")] = LimitTable(number=500, percent=50.0)
    shrunken_source: Annotated[LimitTable, Meta(description="People, and groups, fewer than at the last run.")] = (
        LimitTable(number=1000, percent=20.0)
    )
    approve_empty_source: Annotated[bool, Meta(description="Wait when there is suddenly nothing at all.")] = True
    approve_policy_change: Annotated[
        bool, Meta(description="Wait when the policy is another than at the last run.")
    ] = True


class ScheduleTable(_Table, frozen=True, kw_only=True):
    """When `authz sync run` does what."""

    full_seconds: Annotated[_Seconds, Meta(description="Between two comparisons of everything.")] = 3600.0
    watch_seconds: Annotated[_Seconds, Meta(description="Between two looks at whether others changed something.")] = (
        30.0
    )
    first_retry_seconds: _Seconds = 5.0
    longest_retry_seconds: _Seconds = 300.0


class TargetTable(_Table, frozen=True, kw_only=True):
    """One directory, or one part of a directory."""

    domains: Annotated[
        tuple[Domain, ...], Meta(min_length=1, description="The domains whose capacities and groups it gets.")
    ]
    enterprises: Annotated[
        tuple[Annotated[str, Meta(pattern="^[01][0-9]{9}$")], ...] | UnsetType,
        Meta(description="The numbers of the enterprises it is for. Without it: all."),
    ] = UNSET
    base: Annotated[str, Meta(min_length=1, description="The DN everything lies under. It must be there already.")]
    entitled_to_national_number: Annotated[
        bool, Meta(description="By law, whoever runs this directory may hold national numbers.")
    ] = False
    drift: Annotated[Drift, Meta(description="What to do with what others changed in our entries.")] = Drift.REPAIR
    unique: Annotated[
        tuple[_Text, ...], Meta(description="Further attributes of which no two entries may share a value.")
    ] = ()
    words: Annotated[dict[str, str], Meta(description="What the filter `word` makes of a value.")] = {}
    server: ServerTable
    marker: MarkerTable
    containers: dict[str, ContainerTable] = {}
    people: PeopleTable
    groups: GroupsTable
    limits: LimitsTable = LimitsTable()
    schedule: ScheduleTable = ScheduleTable()


class DirectoriesFile(_Table, frozen=True, kw_only=True):
    """The whole file: targets by name."""

    targets: dict[str, TargetTable] = {}


_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the file."""
    return {
        "$schema": _DIALECT,
        "title": "config/directories.toml",
        "description": "The directories (LDAP) that the service keeps as the policy says.",
        **msgspec.json.schema(DirectoriesFile),
    }
