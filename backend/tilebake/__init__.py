"""tilebake paints game levels from tilemaps."""

from importlib.metadata import version

__version__ = version("tilebake")
