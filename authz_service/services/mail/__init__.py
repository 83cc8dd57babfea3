"""Mails: their sentences in four languages, putting them together, and delivering what waits in the outbox."""
