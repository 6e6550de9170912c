"""The job queue, its journal, and what the API may ask of it."""
