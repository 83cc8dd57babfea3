"""An independent reading of the access rules, in plain Python, to compare the real policy with."""
