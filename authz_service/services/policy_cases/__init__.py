"""The policy's own cases: tables a reviewer reads, run over the reference world, and the mutants they must notice."""
