"""Decide what one sidecar needs, from what is in it now, and do it."""

from __future__ import annotations

from dataclasses import dataclass

from inference.exports.sidecar_file import SidecarError, SidecarFile, SidecarTrouble
from inference.exports.sidecar_plan import SidecarAction
from inference.exports.xmp import XmpLabel, is_bare, is_begun_by_us, new_sidecar, with_label, without_label
from inference.exports.xmp_text import PacketError


@dataclass(frozen=True, slots=True)
class SidecarChange:
    """What has to happen to a sidecar.

    Attributes:
        action: what.
        file: as it was when it was read.
        data: the new content of a file that was there; empty where the action needs none.
        label: what a new file shall say; its content is made only when it is needed, as plans are about many.
    """

    action: SidecarAction
    file: SidecarFile
    data: bytes = b""
    label: XmpLabel | None = None

    @classmethod
    def needed(cls, path: str, label: XmpLabel | None, *, was_made: bool = False) -> SidecarChange:
        """Read a sidecar and say what it needs.

        Args:
            path: of the sidecar.
            label: what it shall say; None: nothing of ours.
            was_made: it is known that this program made it, whatever the sidecar says.

        Raises:
            SidecarError: it cannot be read, understood or written.
        """
        file = SidecarFile.read(path)
        try:
            change = cls._erasing(file, was_made=was_made) if label is None else cls._saying(file, label)
        except PacketError as error:
            raise SidecarError(SidecarTrouble.NOT_UNDERSTOOD, error.reason) from error
        if change.action is not SidecarAction.UNCHANGED:
            file.expect_writable()
        return change

    @classmethod
    def _saying(cls, file: SidecarFile, label: XmpLabel) -> SidecarChange:
        if file.data is None:
            return cls(SidecarAction.NEW, file, label=label)
        data = with_label(file.data, label)
        return cls(SidecarAction.UNCHANGED if data == file.data else SidecarAction.MERGE, file, data)

    @classmethod
    def _erasing(cls, file: SidecarFile, *, was_made: bool) -> SidecarChange:
        if file.data is None:
            return cls(SidecarAction.UNCHANGED, file)
        data = without_label(file.data)
        if data == file.data:
            return cls(SidecarAction.UNCHANGED, file)
        if is_bare(data) and (was_made or is_begun_by_us(data)):
            return cls(SidecarAction.DELETE, file)
        return cls(SidecarAction.TAKE_BACK, file, data)

    def carry_out(self, temporary_name: str) -> None:
        """Do it.

        Args:
            temporary_name: of the file beside the sidecar that has the new content first.

        Raises:
            SidecarError: that is not possible; the sidecar is as before.
            SidecarChangedError: another program has changed the sidecar since it was read.
        """
        if self.action is SidecarAction.DELETE:
            self.file.delete()
        elif self.action is not SidecarAction.UNCHANGED:
            data = self.data if self.label is None else new_sidecar(self.label)
            self.file.replace(data, temporary_name)
