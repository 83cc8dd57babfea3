"""Handing over e-mail: to an SMTP server, to a folder, to the console."""
