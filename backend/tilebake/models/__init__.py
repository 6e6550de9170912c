"""Find and check the files of a model: references, checks, digests. No torch."""
