"""Measures decisions against products that are built for nothing else, in one run: `make bench`, `make bench-full`."""
