"""The reading side of administration: what a person may see of enterprises, capacities and accounts, and of himself."""
