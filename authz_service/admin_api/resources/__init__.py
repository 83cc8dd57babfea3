"""The operations of the administration API, by subject: one class each."""
