"""Who is acting: access tokens of OpenID Connect providers, and the development issuer."""
