"""Tests of the Godot addon, in the real engine."""
