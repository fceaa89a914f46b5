"""Counterfoil: billing for European small businesses, in one process."""

__version__ = "0.1.0"
