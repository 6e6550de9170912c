"""Remote mounts: which folders lie on file systems where changes raise no events."""

import sys
from pathlib import Path
from typing import NamedTuple

import psutil
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


def test_links_are_followed_before_mounts_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far", target_is_directory=True)
    mounts = [Mounted("/", "ext4", "rw"), Mounted(str(tmp_path.resolve() / "far"), "nfs4", "rw")]

    def disk_partitions(**_: bool) -> list[Mounted]:
        return mounts

    monkeypatch.setattr(psutil, "disk_partitions", disk_partitions)
    assert remote_type(str(tmp_path / "link" / "maps")) == "nfs4"
    assert remote_type(str(tmp_path)) == ""


@pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="only Linux lists its mounts there")
def test_the_mounts_of_this_machine_are_read_as_the_system_lists_them() -> None:
    assert "/proc" in {mount.mountpoint for mount in psutil.disk_partitions(all=True)}
    assert remote_type("/proc") == ""
