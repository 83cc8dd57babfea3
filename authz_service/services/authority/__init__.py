"""The write door: every change is asked of the policy, then written with its audit record and its messages."""
