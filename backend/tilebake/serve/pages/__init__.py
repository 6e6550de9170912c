"""Publish a large picture as pages: a manifest in its record, and files named by what they show."""
