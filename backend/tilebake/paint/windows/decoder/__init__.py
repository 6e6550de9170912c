"""Decode pieces of a world without what no pixel of theirs depends on."""
