"""Placement, plain prompts, seams, time and memory of paintings."""
