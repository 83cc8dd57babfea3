"""Everything about Polar: loading, checking, asking, testing and mutating the policy."""
