"""What bodies and answers look like, by subject."""
