"""The local HTTP API for editors."""
