"""Everything on the wire that is not a decision: the administration API, and the documentation of both."""
