"""Searching: who may do this, to what may it be done, and what may be done here."""
