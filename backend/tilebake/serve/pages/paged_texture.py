"""Describe a picture that was made in pages: its pixels are nowhere at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tilebake.serve.pages.manifest import Manifest
from tilebake.texture import PlacementReport, Texture


@dataclass(frozen=True, eq=False)
class PagedTexture:
    """Hold all that is known of a picture in pages but its pixels, as a Texture does."""

    manifest: Manifest
    digest: str  # the request's
    pixel_hash: str  # over the pixels of all pages and where they lie
    written: int  # pages that had to be written; the others stood
    timings: Mapping[str, float]  # seconds, by stage
    environment: Mapping[str, str]
    degraded: tuple[str, ...]
    share: float  # of the steps of all pages that were taken
    report: PlacementReport | None = None  # if one was asked for

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.manifest.width, self.manifest.height


AnyTexture = Texture | PagedTexture


def merge_environments(environments: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what painted several pages: of each kind, all that there were, in their order."""
    merged: dict[str, dict[str, None]] = {}
    for environment in environments:
        for name, value in environment.items():
            merged.setdefault(name, {}).update(dict.fromkeys(value.split(" + ")))
    return {name: " + ".join(values) for name, values in merged.items()}
