"""Puts the service together from its settings: the one place that knows which class stands behind what.

Whatever is not as it must be is an error here, before the first question: the service never starts half.
"""
