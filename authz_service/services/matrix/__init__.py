"""The authority matrix: who holds which right where, and by which records; every cell is the policy's answer."""
