"""Policy-driven authorization for access management."""
