"""Hold what is known of a compared picture: what a model says of it, and its pixels; no numpy at import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from inference.models.contract import ModelContract
from inference.results import Classification, CropGeometry

if TYPE_CHECKING:
    from inference.arrays import RgbImage
    from inference.classify.classifier import Inspection
    from inference.engine.devices import Precision
    from inference.engine.network import Head


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """A model, as far as maps need it; it need not be open any more.

    Attributes:
        contract: of the model.
        head: its last linear layer, or None where not every class has a map.
    """

    contract: ModelContract
    head: Head | None


@dataclass(frozen=True, slots=True, eq=False)
class PictureAnswer:
    """What one model says of one picture.

    Attributes:
        speaker: the model.
        classification: its best classes; all of them where there is no inspection.
        inspection: logits of all classes and the feature map, or None where the model has no exact maps.
        precision: in which the network computed them.
    """

    speaker: Speaker
    classification: Classification
    inspection: Inspection | None
    precision: Precision


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A picture for looking at: the whole of it, or the middle of a very long one.

    Attributes:
        image: upright.
        array: the same, (H, W, 3).
        box: what of the original it shows, in original pixels.
    """

    image: QImage
    array: RgbImage
    box: CropGeometry

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of what it shows, in original pixels."""
        return max(1, round(self.box.right - self.box.left)), max(1, round(self.box.bottom - self.box.top))

    def within(self, crop: CropGeometry) -> CropGeometry:
        """A box of original pixels, counted from the corner of what is shown."""
        left, top = self.box.left, self.box.top
        return CropGeometry(crop.left - left, crop.top - top, crop.right - left, crop.bottom - top)
