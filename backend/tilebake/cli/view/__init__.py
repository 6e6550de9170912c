"""Lay out all maps of a project on one page for the browser."""
