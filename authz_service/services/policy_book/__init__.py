"""The policy as a book: what every rule says, who may do what, and how each open question was settled."""
