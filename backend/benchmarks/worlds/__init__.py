"""Worlds that are painted in windows: what they cost, and what becomes of them."""
