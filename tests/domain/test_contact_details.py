"""Contact details that cannot be right are refused by name, whichever way in they come."""

import pytest

from authz_service.domain.commands import ContactDetails, InvalidContactError, UpdateCapacity


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "nobody"),
        ("email", "two@at@signs.example"),
        ("local_email", "a b@enterprise.example"),
        ("language", "it"),
        ("title", "a line\nbreak"),
        ("title", "x" * 255),
        ("user_name", "85073003328"),
        ("title", "number 85.07.30-033.28"),
        ("telephone", "85073003328"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(InvalidContactError) as refused:
        ContactDetails(**{name: value})
    assert refused.value.name == name
    assert value not in str(refused.value)
    with pytest.raises(InvalidContactError):
        UpdateCapacity("alpha.nsso", {name: value}, checked=False, expected=None)


def test_a_number_to_call_may_have_eleven_digits() -> None:
    assert ContactDetails(telephone="+85073003328").telephone


def test_user_names_are_kept_in_lower_case() -> None:
    assert ContactDetails(user_name="Umar.U") == ContactDetails(user_name="umar.u")
