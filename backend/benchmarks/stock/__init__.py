"""Compare plain pictures with those of stock diffusers, over all that a noise schedule may be."""
