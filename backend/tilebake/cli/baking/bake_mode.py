"""Say what a bake does, beside what decides the pixels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BakeMode:
    """Say what to do with maps that are stale and with those that are not."""

    check: bool
    force: bool
    use_cache: bool
    report: bool
    store: str | None = None  # the URL of a store that machines share
    cluster: str | None = None  # where others paint: local:N, auto or HOST:PORT

    @property
    def paints_all(self) -> bool:
        """Whether textures that are up to date are painted too."""
        return self.force or self.report
