"""Tests: they mirror the package, and run on real parts."""
