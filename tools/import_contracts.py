"""A wall import-linter has no contract type for: each package is imported by the rooms that own it, and by no other."""

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OwnersContract(Contract):
    """Says by whom a package, a third party's or our own, may be imported directly.

    - `walls`: lines of the form `package, package: room, room`; only these rooms import these packages.
    - `standard_library_only`: rooms that import no third party at all.

    Only direct imports count: that services reach oso through the policy room is the point of having one. Neither rooms
    nor packages have to be there yet, which import-linter's own contracts ask.
    """

    walls = fields.ListField(subfield=fields.StringField())
    standard_library_only = fields.ListField(subfield=fields.StringField())

    # The parameters are import-linter's.
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001
        walls = [_read(wall) for wall in cast("list[str]", self.walls)]  # on an instance, a field is its value
        bare_rooms = cast("list[str]", self.standard_library_only)
        ours: list[str] = self.session_options["root_packages"]
        broken: list[str] = []
        for importer in sorted(module for module in graph.modules if _within(module, ours)):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if imported.partition(".")[0] in sys.stdlib_module_names:
                    continue
                details = graph.get_import_details(importer=importer, imported=imported)
                lines = ", ".join(sorted({str(detail["line_number"]) for detail in details}))
                place = f"{importer} imports {imported} (l. {lines})"
                if _within(importer, bare_rooms) and not _within(imported, ours):
                    broken.append(f"{place}: this room imports the standard library only")
                broken.extend(
                    f"{place}: only {' and '.join(rooms)} may"
                    for packages, rooms in walls
                    if _within(imported, packages) and not _within(importer, packages + rooms)
                )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["broken"]:
            output.print_error(line, bold=False)


def _read(wall: str) -> tuple[list[str], list[str]]:
    packages, separator, rooms = wall.partition(":")
    if not separator:
        raise ValueError(f"a wall is written `package, package: room, room`, not {wall!r}")
    return [name.strip() for name in packages.split(",")], [name.strip() for name in rooms.split(",")]


def _within(module: str, packages: list[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
