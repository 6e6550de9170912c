"""Whose a place and a file is: claims of maps, what a bake may replace, orphans, and who may write."""
