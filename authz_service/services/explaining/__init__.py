"""Explaining a decision: needs and the facts behind them, the chain of an allow, the nearest way out of a deny."""
