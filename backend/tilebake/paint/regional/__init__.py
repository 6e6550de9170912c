"""Regional attention: every pixel attends to its own terrains' prompts."""
