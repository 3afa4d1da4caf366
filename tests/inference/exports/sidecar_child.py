"""Write sidecars beside all pictures of a folder, in a process that may be killed: `python -m ... FOLDER JOURNAL`."""

from __future__ import annotations

import sys
from pathlib import Path

from inference.cancel import CancelToken
from inference.exports.sidecar_plan import SidecarOptions
from inference.exports.sidecars import plan_sidecars, write_sidecars
from tests.inference.exports.sidecar_samples import image

if __name__ == "__main__":
    images = [image(path, f"class {number % 7}") for number, path in enumerate(sorted(Path(sys.argv[1]).glob("*.jpg")))]
    write_sidecars(plan_sidecars(images, SidecarOptions()), CancelToken(), journal=Path(sys.argv[2]))
