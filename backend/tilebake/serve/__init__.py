"""Decide when maps are painted, and for whom. No torch."""
