"""Directories kept as the policy says: targets and their mappings, plans, applying them, following changes."""
