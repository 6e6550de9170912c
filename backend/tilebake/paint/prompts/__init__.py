"""Encode prompts to the embeddings that the UNet attends to."""
