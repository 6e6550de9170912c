"""Take a model's digest and recommendations from a texture's record, where the model itself is not there.

A verifier need not fetch gigabytes: record and map suffice to say whether a texture is up to date, but for
whether the model has changed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import EmbeddingRef
from tilebake.models.defaults import Defaults
from tilebake.models.reference import ModelSource
from tilebake.request import SETTINGS_OF_MODEL
from tilebake.serve.owners.ownership import read_record


class RecordedModel(NamedTuple):
    """Hold what a record says of the model and the LoRAs that painted its texture."""

    reference: str = ""
    digest: str = ""
    loras: tuple[tuple[str, str], ...] = ()  # the name of each file, and its digest
    defaults: Defaults = Defaults()  # the settings that were painted with
    embeddings: Mapping[str, object] = MappingProxyType({})  # paths of files, by the words they stand for
    added: Mapping[str, object] = MappingProxyType({})  # names of the files that were loaded beside it

    def find(
        self, reference: str, settings: BakeSettings, embeddings: Sequence[EmbeddingRef] = ()
    ) -> tuple[ModelSource, str]:
        """Return the model called `reference`, with the digest that it had, or "" if another one painted.

        So did one with other files beside it, by the names that settings and map have for them.
        """
        source = ModelSource(reference, "file", Path(reference), self.defaults)
        now = {name: getattr(settings, name) for name in SETTINGS_OF_MODEL}
        is_same = (reference, now, dict(embeddings)) == (self.reference, self.added, self.embeddings)
        return source, self.digest if is_same else ""

    def find_lora(self, path: str, root: Path) -> tuple[Path, str]:
        """Return a LoRA's file, absolute, with the digest that it had, or "" if it did not paint."""
        file = (root / path).absolute()
        return file, dict(self.loras).get(file.name, "")


def read_recorded_model(png: Path) -> RecordedModel:
    """Read what a texture's record says of its model; nothing where there is no record that says it."""
    record = read_record(png) or {}
    model, settings = _part(record, "model"), _part(record, "settings")
    listed = [model.get(key) for key in ("loras", "terrain_loras")]
    loras = [
        each
        for part in listed
        if isinstance(part, list)
        for each in cast("list[Any]", part)
        if isinstance(each, dict)
    ]
    return RecordedModel(
        reference=str(model.get("reference", "")),
        digest=str(model.get("digest", "")),
        loras=tuple(
            (str(each.get("name")), str(each.get("digest"))) for each in cast("list[dict[str, Any]]", loras)
        ),
        defaults=_defaults(settings),
        embeddings=_part(model, "embeddings"),
        added={name: settings.get(name) for name in SETTINGS_OF_MODEL},
    )


def _defaults(settings: Mapping[str, Any]) -> Defaults:
    known = Defaults()
    names = ("steps", "guidance_scale", "scheduler", "guidance_scale_low")
    given = {name: settings[name] for name in names if isinstance(settings.get(name), int | float | str)}
    return Defaults(**{**vars(known), **given})


def _part(record: Mapping[str, object], key: str) -> Mapping[str, Any]:
    part = record.get(key)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}
