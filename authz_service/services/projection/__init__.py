"""What a directory should contain of an enterprise, asked of the policy."""
