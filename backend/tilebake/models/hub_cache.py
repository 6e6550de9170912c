"""Find models that `tilebake models fetch` or any Hugging Face tool left in the local hub cache.

Looking up reads the cache's folders and nothing else: the one function that downloads is `fetch`.
"""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from tilebake.drive_check import require_answer
from tilebake.errors import ModelError
from tilebake.near_names import find_near_name
from tilebake.user_folders import hub_folder

REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
CLIP_TOKENIZER = "openai/clip-vit-large-patch14"
SHORT_NAMES = {"clip-tokenizer": CLIP_TOKENIZER, "sdxl": "stabilityai/stable-diffusion-xl-base-1.0"}
TOKENIZER_FILES = ["vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"]
MODEL_FILES = [
    "model_index.json",
    "tilebake.json",
    "*/config.json",
    "*/scheduler_config.json",
    *(f"tokenizer*/{name}" for name in TOKENIZER_FILES),
    "unet/*.safetensors*",
    "vae/*.safetensors*",
    "text_encoder*/*.safetensors*",
]


def snapshot_folder(repo_id: str) -> Path | None:
    """Return the folder of the newest fetched state of `repo_id`'s main branch, or None.

    Raises ModelError where the drive of the hub's cache does not answer.
    """
    require_answer(hub_folder())
    repo = hub_folder() / f"models--{repo_id.replace('/', '--')}"
    try:
        revision = (repo / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = repo / "snapshots" / Path(revision).name
    return folder if folder.is_dir() else None


def list_fetched() -> list[tuple[str, Path]]:
    """List every repository in the local hub cache with its folder, by name.

    Raises ModelError where the drive of the hub's cache does not answer.
    """
    require_answer(hub_folder())
    names = (path.name.removeprefix("models--") for path in sorted(hub_folder().glob("models--*--*")))
    found = ((name.replace("--", "/", 1), snapshot_folder(name.replace("--", "/", 1))) for name in names)
    return [(repo_id, folder) for repo_id, folder in found if folder is not None]


class Download(NamedTuple):
    """Describe what is about to be downloaded: how much, under which licence, and where to."""

    repo_id: str
    size: int  # bytes, of which some may be here already
    licence: str  # as its card names it; empty where it names none
    folder: Path


def fetch(name: str, on_begin: Callable[[Download], None] = lambda _: None) -> Path:
    """Download a model (hub id, "sdxl") or "clip-tokenizer" into the hub cache; safetensors and JSON only.

    `on_begin` is told what it will be, before the first byte of it. Nothing else in tilebake reaches for the
    network. Raises ModelError when it cannot be had.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repo_id = SHORT_NAMES.get(name, name)
    if not REPO_ID.fullmatch(repo_id):
        near = find_near_name(name, SHORT_NAMES)
        known = f'write it as "organisation/name", or one of: {", ".join(SHORT_NAMES)}'
        hint = known if near is None else f"did you mean {near}?"
        raise ModelError(f'"{name}" is no hub id', hint=hint)
    wanted = TOKENIZER_FILES if repo_id == CLIP_TOKENIZER else MODEL_FILES
    try:
        info = HfApi().model_info(repo_id, files_metadata=True)
        files = [
            file for file in info.siblings or [] if any(fnmatchcase(file.rfilename, each) for each in wanted)
        ]
        licence = str((info.card_data or {}).get("license") or "")
        on_begin(Download(repo_id, sum(file.size or 0 for file in files), licence, hub_folder()))
        return Path(snapshot_download(repo_id, allow_patterns=wanted))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"{repo_id} cannot be fetched: {reason}",
            hint="check the name and the network; a private model needs `hf auth login`",
        ) from None
