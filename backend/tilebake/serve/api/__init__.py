"""Serve the local HTTP API for editors."""
