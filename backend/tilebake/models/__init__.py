"""Which files a model is: references, checks, digests. No torch."""
