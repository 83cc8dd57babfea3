"""The audit log: what is recorded of every command, how records are chained and signed, and how that is verified."""
