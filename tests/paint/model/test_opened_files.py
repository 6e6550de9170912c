"""While it paints, tilebake speaks to nobody and opens no file outside of model, package and user folders."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import tilebake
from tests.helpers import ROOT
from tests.helpers.strace import STRACE, needs_strace

CALLS = "open,openat,openat2,socket,bind,connect,sendto,sendmsg,listen,execve"

# urllib3, which diffusers imports, asks so whether there is IPv6 (`urllib3.util.connection`, once, at its
# import): a socket is bound to a free port of ::1 and closed. Nothing is sent, and nobody could connect.
PROBE = re.compile(
    r"socket\(AF_INET6, SOCK_STREAM\|SOCK_CLOEXEC, IPPROTO_IP\) |"
    r"bind\(\d+, \{sa_family=AF_INET6, sin6_port=htons\(0\), [^}]*\"::1\"[^}]*\}, 28\) "
)
_CALL = re.compile(r"^\d+ +(?P<call>\w+)\((?P<arguments>.*)")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')

# Where Python, torch and the system's libraries find themselves and the machine.
SYSTEM = (
    *("/proc", "/sys", "/dev", "/usr", "/lib", "/lib64"),
    *("/etc/group", "/etc/ld.so", "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf"),
    *("/etc/os-release", "/etc/passwd", "/etc/ssl"),
)


pytestmark = needs_strace()


@pytest.fixture
def material(
    tiny_sdxl_folder: Path,
    tiny_checkpoint: Path,
    unet_lora: dict[str, torch.Tensor],
    save_lora: Callable[[str, dict[str, torch.Tensor]], Path],
) -> Path:
    """A folder with a model, a single file and its configurations, and a LoRA."""
    folder = tiny_checkpoint.parent
    save_lora("moss", unet_lora)
    shutil.copytree(tiny_sdxl_folder, folder / "model")
    ignore = shutil.ignore_patterns("*.safetensors", "tilebake.json")
    shutil.copytree(tiny_sdxl_folder, tiny_checkpoint.with_suffix(".config"), ignore=ignore)
    return folder


@pytest.mark.timeout(300)
def test_painting_speaks_to_nobody_and_opens_no_file_of_anybody_else(
    material: Path, tmp_path: Path, private_cache: Path
) -> None:
    log = tmp_path / "trace"
    command = [STRACE, "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-o", str(log), f"-etrace={CALLS}"]
    command += [sys.executable, "-m", "tests.helpers.trace_paint", str(material)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}", "HOME": str(tmp_path)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("painted with") == 3
    python = [sys.prefix, sys.base_prefix, os.path.realpath(sys.executable), *filter(None, sys.path)]
    allowed = [*SYSTEM, *python, str(Path(tilebake.__file__).parent), str(ROOT)]
    allowed += [str(tmp_path), str(private_cache), str(material)]
    strangers, talk = set[str](), list[str]()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _CALL.match(line)
        if match is None or "= -1 ENOENT" in line:
            continue
        path = _PATH.search(match["arguments"])
        if not match["call"].startswith(("open", "exec")):
            talk.append(line.partition(" ")[2].strip())
        elif path is not None and path[1].startswith("/") and not path[1].startswith(tuple(allowed)):
            strangers.add(path[1])
    assert [call for call in talk if not PROBE.match(call)] == []
    assert len(talk) <= 2
    assert strangers == set()
