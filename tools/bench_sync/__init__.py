"""How fast directories are kept: measured against a private slapd, each figure beside its demand."""
