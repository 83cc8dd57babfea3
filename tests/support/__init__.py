"""What tests need around them: servers they start for themselves, worlds to ask questions of."""
