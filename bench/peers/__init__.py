"""The products that are measured beside ours, and how each is asked."""
