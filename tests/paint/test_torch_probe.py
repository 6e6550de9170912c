"""The torch probe, run as `tilebake doctor` runs it."""

import json
import subprocess
import sys

import torch

from tilebake.serve.doctor import TORCH_PROBE


def test_torch_probe_prints_the_version_as_json() -> None:
    done = subprocess.run([sys.executable, *TORCH_PROBE], capture_output=True, encoding="utf-8", check=True)
    assert json.loads(done.stdout)["torch"] == torch.__version__
