"""Attention maps: record which pixels attend to which words."""
