"""Mounts: which folders lie on file systems that others change without this system being told."""

import os
from collections.abc import Iterable
from typing import Final, Protocol

import psutil

OF_SERVERS: Final = frozenset(
    {"afpfs", "ceph", "cifs", "davfs", "glusterfs", "nfs", "nfs4", "smb3", "smbfs", "webdav"}
)
OF_HOSTS: Final = frozenset({"9p", "drvfs", "prl_fs", "vboxsf", "virtiofs"})  # of a virtual machine
LOCAL_FUSE: Final = frozenset({"fuseblk", "fuse.portal", "fuse.gvfsd-fuse"})


class Mount(Protocol):
    """Describe a mounted file system, as psutil lists it."""

    @property
    def mountpoint(self) -> str: ...
    @property
    def fstype(self) -> str: ...
    @property
    def opts(self) -> str: ...


def remote_type(folder: str) -> str:
    """Return the type of the network file system that a folder lies on; empty where it lies on none."""
    return remote_type_among(psutil.disk_partitions(all=True), os.path.realpath(folder))


def remote_type_among(mounts: Iterable[Mount], folder: str) -> str:
    """Return the network file system's type of a folder, among these mounts; empty where there is none."""
    if os.path.splitdrive(folder)[0].startswith("\\\\"):
        return "a network share"
    above = [mount for mount in mounts if is_below(folder, mount.mountpoint)]
    nearest = max(above, key=lambda mount: len(mount.mountpoint), default=None)
    return nearest.fstype if nearest is not None and _is_remote(nearest) else ""


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder's own, or of something below it."""
    return f"{path}{os.sep}".startswith(folder.rstrip("/\\") + os.sep)


def _is_remote(mount: Mount) -> bool:
    kind = mount.fstype.lower()
    is_fuse = kind.startswith("fuse") and kind not in LOCAL_FUSE
    return kind in OF_SERVERS | OF_HOSTS or is_fuse or "remote" in mount.opts.split(",")
