"""Tests of inference.sessions.network_folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.sessions import network_folder
from inference.sessions.network_folder import is_network_folder

MOUNTS = """22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/server rw shared:2 - nfs4 server:/export rw
31 30 0:41 / /mnt/server/local rw - xfs /dev/sdb rw
32 22 0:42 / /mnt/with\\040space rw - cifs //host/share rw
33 22 0:43 / /home/me/remote rw - fuse.sshfs me@host: rw
nonsense
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/me", False),
        ("/mnt/server", True),
        ("/mnt/server/pictures", True),
        ("/mnt/server/local/pictures", False),
        ("/mnt/serverside", False),
        ("/mnt/with space/x", True),
        ("/home/me/remote/x", True),
    ],
)
def test_the_deepest_mount_decides(monkeypatch: pytest.MonkeyPatch, folder: str, expected: bool) -> None:
    monkeypatch.setattr(network_folder, "_read_mounts", lambda: MOUNTS)
    monkeypatch.setattr("os.path.realpath", str)
    assert is_network_folder(Path(folder)) is expected


def test_a_folder_of_this_machine_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_network_folder(tmp_path)
    monkeypatch.setattr(network_folder, "_MOUNTS", tmp_path / "nowhere")
    assert not is_network_folder(tmp_path)
