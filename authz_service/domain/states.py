"""The words in which a standing says what is so: closed enumerations, each with "none" or its like."""

from __future__ import annotations

from enum import StrEnum


class Key(StrEnum):
    """The means of authentication against the digital keys the person has activated (ACM-KEY-01)."""

    ABSENT = "absent"
    """Nothing is known of the authentication."""
    ACTIVATED = "activated"
    NOT_ACTIVATED = "not_activated"


class ActsFor(StrEnum):
    """The enterprise the subject acts for, against the enterprise of the resource."""

    THIS = "this"
    ANOTHER = "another"


class LegalFunction(StrEnum):
    """A person's legal function in an enterprise: the strongest one that is in force, else whether there is another."""

    SIGNING = "signing"
    WITHOUT_SIGNING = "without_signing"
    NOT_CURRENT = "not_current"
    """Ended, or not begun."""
    NONE = "none"


class AccountType(StrEnum):
    """The record of a person in a capacity (GL, Co-GL, USER on the screens), or that there is none in force."""

    ACCESS_MANAGER = "access_manager"
    CO_ACCESS_MANAGER = "co_access_manager"
    USER = "user"
    NONE = "none"


class AccountState(StrEnum):
    """The state of an account at the moment asked about."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    NOT_IN_FORCE = "not_in_force"


class Grant(StrEnum):
    """An application in somebody's profile, with the state of the account it stands in."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    NONE = "none"


class RoleState(StrEnum):
    """The state of an eGov role (RMA-ROL-02)."""

    PENDING = "pending_acceptance"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


class Named(StrEnum):
    """Whether a person that the question must name can be read from it."""

    GIVEN = "given"
    MISSING = "missing"
    WRONG_NUMBER = "wrong_number"
    WRONG_TYPE = "wrong_type"


class Certificate(StrEnum):
    """A certificate that is handed in. What is wrong with an unreadable one is among the problems of the question."""

    ABSENT = "absent"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    VALID = "valid"


class Side(StrEnum):
    """Which party of a mandate."""

    MANDATOR = "mandator"
    MANDATARY = "mandatary"
    NEITHER = "neither"
