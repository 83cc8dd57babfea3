"""The wire of decisions: AuthZEN Authorization API 1.0 over HTTP, as a WSGI application without a framework."""
