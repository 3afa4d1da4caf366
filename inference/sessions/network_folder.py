"""Say whether a folder lies on another machine, where SQLite's write-ahead log is not safe."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre", "davfs", "beegfs"}
)
_NETWORK_PREFIXES = ("fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.gvfs", "fuse.s3")
_MOUNTS = Path("/proc/self/mountinfo")
_DRIVE_REMOTE = 4


def is_network_folder(folder: Path) -> bool:
    """Whether the files of a folder are kept by another machine; False where that cannot be found out."""
    real = os.path.realpath(folder)
    if sys.platform == "win32":
        return _is_remote_drive(real)
    return _is_network_type(_file_system_of(real, _read_mounts()))


def _read_mounts() -> str:
    try:
        return os.fsdecode(_MOUNTS.read_bytes())
    except OSError:
        return ""


def _file_system_of(folder: str, mounts: str) -> str:
    """The type of the file system mounted deepest above a folder, from the lines of Linux's `mountinfo`."""
    best, found = -1, ""
    for line in mounts.splitlines():
        place, separator, rest = line.partition(" - ")
        fields = place.split(" ")
        if not separator or len(fields) < 5:  # noqa: PLR2004 - the fifth field is the mount point
            continue
        mounted = fields[4].replace("\\040", " ").rstrip("/")
        if (folder == mounted or folder.startswith(f"{mounted}/")) and len(mounted) >= best:
            best, found = len(mounted), rest.split(" ")[0]
    return found


def _is_network_type(name: str) -> bool:
    return name in _NETWORK_TYPES or name.startswith(_NETWORK_PREFIXES)


def _is_remote_drive(real: str) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes  # noqa: PLC0415 - needed on Windows only

    if real.startswith("\\\\"):
        return True
    drive = os.path.splitdrive(real)[0] + "\\"
    return ctypes.windll.kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE
