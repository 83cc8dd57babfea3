"""LDAP directories (RFC 4511): names, filters, connecting, reading all of it, writing and knowing what became of it."""
