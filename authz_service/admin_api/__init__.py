"""Everything on the wire that is not a decision: today the documentation of the API, in OpenAPI and for people."""
