"""Make docs/attention.md and its pictures."""
