"""Worlds of the editor LDtk, with their levels."""
