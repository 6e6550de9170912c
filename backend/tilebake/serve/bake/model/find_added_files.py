"""Find the files that are named to be loaded beside a model."""

from collections.abc import Collection, Sequence
from pathlib import Path

from tilebake.errors import Location, MapError
from tilebake.level.containment import is_within
from tilebake.level.project import Project
from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import EmbeddingRef
from tilebake.models.added.added_files import AddedFiles


def find_added_files(
    settings: BakeSettings,
    typed: Collection[str],
    project: Project,
    embeddings: Sequence[EmbeddingRef],
    *,
    typed_embeddings: Collection[EmbeddingRef] = (),
    has_references: bool,
    has_structure: bool,
) -> AddedFiles:
    """Return the files that settings and `embeddings` name, unchecked.

    Adapters and ControlNets are among them only where pictures want them.
    Names of settings and embeddings that were typed begin in the current folder, others in the project's.
    Raises MapError for a name in a file that leads out of the project.
    """

    def find(setting: str, name: str | None) -> Path | None:
        if name is None:
            return None
        return Path.cwd() / name if setting in typed else _find_in(project, name, f"settings.{setting}")

    return AddedFiles(
        ip_adapter=find("ip_adapter", settings.ip_adapter) if has_references else None,
        vae=find("vae", settings.vae),
        controlnet=find("controlnet", settings.controlnet) if has_structure else None,
        embeddings=tuple(
            (
                each.name,
                Path.cwd() / each.path
                if each in typed_embeddings
                else _find_in(project, each.path, f"embeddings.{each.name}"),
            )
            for each in embeddings
        ),
    )


def _find_in(project: Project, name: str, key: str) -> Path:
    path = project.root / name
    try:
        is_inside = is_within(path, project.root)
    except (OSError, RuntimeError, ValueError):  # circles of links; bytes that no name has
        is_inside = False
    if not is_inside:
        by_hand = ", or give it on the command line instead" if key.startswith("settings.") else ""
        hint = f"name it relative to the project's folder{by_hand}"
        where = Location(json_path=f"$.{key}")
        raise MapError(f"{name!r} leads outside the project", where=where, hint=hint)
    return path
