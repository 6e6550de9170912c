"""Which folders lie on file systems that others change unheard."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tilebake.serve.watching.remote_mounts import remote_type, remote_type_among


class Mounted(NamedTuple):
    mountpoint: str
    fstype: str
    opts: str = "rw"


MOUNTS = [
    Mounted("/", "ext4"),
    Mounted("/home", "nfs4"),
    Mounted("/home/me/fast", "xfs"),
    Mounted("/mnt/c", "9p"),
    Mounted("/media/far", "fuse.sshfs"),
    Mounted("/media/stick", "fuseblk"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="the mounts of other systems")
@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/", ""),
        ("/homes/me", ""),
        ("/home", "nfs4"),
        ("/home/me/game", "nfs4"),
        ("/home/me/fast/game", ""),
        ("/mnt/c/game", "9p"),
        ("/media/far/game", "fuse.sshfs"),
        ("/media/stick", ""),
    ],
)
def test_the_nearest_mount_above_a_folder_counts(folder: str, expected: str) -> None:
    assert remote_type_among(MOUNTS, folder) == expected


def test_the_mounts_of_this_machine_can_be_read(tmp_path: Path) -> None:
    assert isinstance(remote_type(str(tmp_path)), str)
