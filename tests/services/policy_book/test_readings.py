"""The table of questions and how they are settled."""

import pytest

from authz_service.services.policy_book.readings import Reading, ReadingsError, readings_of
from tests.services.policy_book.conftest import PROJECT

TABLE = """
| id | the question | how it is settled here | where it stands |
| --- | --- | --- | --- |
| AMB-01 * | One or several? | One (DRV-01). | `roles.polar` |
| S-01 | Again? | Yes. | `ebox.polar` |
"""


def test_a_row_is_a_reading() -> None:
    assert readings_of(TABLE) == (
        Reading("AMB-01", cited=False, question="One or several?", settled="One (DRV-01).", place="`roles.polar`"),
        Reading("S-01", cited=True, question="Again?", settled="Yes.", place="`ebox.polar`"),
    )


def test_every_row_of_the_document_is_read() -> None:
    text = (PROJECT / "docs" / "ambiguities.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith(("| AMB-", "| S-"))]
    assert len(readings_of(text)) == len(rows) > 60


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no reading"),
        ("| AMB-01 | One or several? | One. |", "AMB-01: the row has 3 cells"),
        (TABLE + "| S-01 | Again? | No. | `ebox.polar` |", "S-01 stands twice"),
    ],
    ids=["nothing", "too few cells", "twice"],
)
def test_what_is_no_table_of_readings_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ReadingsError, match=complaint):
        readings_of(text)
