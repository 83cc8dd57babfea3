"""Facts files beside the loading of one: what it would change, all facts as one, and a database made for one."""

from __future__ import annotations

import json
from collections.abc import Collection

from authz_service.domain.person_ids import new_person_id
from authz_service.services.facts_file import exporting, loading
from authz_service.services.facts_file.tree import FactsFile, Form
from authz_service.store.database import Database
from authz_service.store.errors import StoreConflictError
from authz_service.store.writing import Recorder

__all__ = ["checked_file", "exported_facts", "fill_empty_database"]


def checked_file(database: Database, file: FactsFile, means: Collection[str]) -> loading.LoadReport:
    """Return what loading the file would change; nothing is written. Raises FactsFileError, StoreError."""
    with Recorder(database) as recorder:
        return loading.check(recorder, file, means=means, new_person_id=new_person_id)


def exported_facts(database: Database, form: Form) -> str:
    """Return all that is believed as the text of a facts file. It holds national numbers.

    Raises ValueError when a grant stands in no account or a channel in no sender, StoreError.
    """
    with Recorder(database) as recorder:
        if form is Form.JSON:
            return json.dumps(exporting.export(recorder), ensure_ascii=False, indent=1) + "\n"
        return exporting.export_text(recorder)


def fill_empty_database(database: Database, file: FactsFile, means: Collection[str]) -> None:
    """Make a database without any facts believe a file: one made to try a policy on, where nobody is to be asked.

    Raises StoreConflictError when it has had facts before, FactsFileError, StoreError.
    """
    with Recorder(database) as recorder:
        if recorder.revision:
            raise StoreConflictError("the database has facts: who changes them is asked about")
        loading.load(recorder, file, means=means, new_person_id=new_person_id)
