"""Say what lies in a project: the one rule for maps that are read and for whatever is written.

A path belongs to the project that its spelling goes through, and must lie in it with all links resolved.
"""

from pathlib import Path


def spelling_of(path: Path) -> Path:
    """Return an absolute path that goes through the folders that were named, links among them.

    Of what "..", which means the folder above the link's target, stands behind, links are resolved.
    """
    parts = path.absolute().parts
    if ".." not in parts:
        return Path(*parts)
    last = len(parts) - parts[::-1].index("..")
    return Path(*parts[:last]).resolve().joinpath(*parts[last:])


def is_within(path: Path, root: Path) -> bool:
    """Tell whether a path lies in a folder once the links of both are resolved.

    Raises OSError or RuntimeError for a circle of links.
    """
    return path.resolve().is_relative_to(root.resolve())
