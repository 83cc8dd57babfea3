"""Opaque ids of persons: what stands for a person everywhere but in the one table with the national number."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Final

__all__ = ["is_person_id", "new_person_id"]

_PERSON_ID: Final = re.compile(r"p_[a-z2-7]{25}[aeimquy4]")  # 128 bits are 25.6 characters: the last holds three bits


def new_person_id() -> str:
    """Return a new opaque id: "p_" and 26 lower-case base32 characters of 128 random bits."""
    return "p_" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def is_person_id(text: str) -> bool:
    """Return True when the text has the form of an opaque person id."""
    return _PERSON_ID.fullmatch(text) is not None
