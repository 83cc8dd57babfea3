"""The decision log: what was answered, to whom and why, as lines of JSON, written beside the answering.

It tells what the service said. What was changed, and by whom, stands in the audit log (`audit/`), another thing.
"""
