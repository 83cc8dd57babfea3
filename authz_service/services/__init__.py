"""What the service does with facts and policy: every use of them, whatever way it came in."""
