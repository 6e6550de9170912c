"""What is told of a download before it begins. Nothing here reaches for the network."""

from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest

from tilebake.cli import run_command_line
from tilebake.user_folders import hub_folder

SIZES = {"unet/a.safetensors": 5_000_000_000, "unet/a.bin": 9, "vae/config.json": 1000, "README.md": 7}


@pytest.mark.parametrize(
    ("licence", "told"), [("openrail++", "licence openrail++"), (None, "its card names no licence")]
)
def test_size_licence_and_folder_are_told_before_a_download(
    licence: str | None, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    class Hub:
        def model_info(self, _repo_id: str, *, files_metadata: bool) -> Any:
            assert files_metadata
            siblings = [SimpleNamespace(rfilename=name, size=size) for name, size in SIZES.items()]
            return SimpleNamespace(siblings=siblings, card_data={"license": licence})

    def download(_repo_id: str, *, allow_patterns: list[str]) -> str:
        assert "unet/*.safetensors*" in allow_patterns
        said.append(capsys.readouterr().err)
        return "snapshot"

    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert run_command_line(["models", "fetch", "sdxl"]) == 0
    assert capsys.readouterr().out == "snapshot\n"
    begin = f"stabilityai/stable-diffusion-xl-base-1.0: 5.0 GB, {told}, into {hub_folder()}"
    assert said[0].startswith(begin)
