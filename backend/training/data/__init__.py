"""Training data: procedural pictures, captions, tokens, latents."""
