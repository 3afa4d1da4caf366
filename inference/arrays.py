"""Names for the arrays that cross boundaries: one name, one shape, one dtype, one range."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RgbImage: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB order, upright, sRGB."""

InputBatch: TypeAlias = NDArray[np.uint8]
"""(N, H, W, 3) uint8: `RgbImage`s of one size, as the model contract wants them."""

Logits: TypeAlias = NDArray[np.float32]
"""(N, C) or (C,) float32, before softmax."""

Probabilities: TypeAlias = NDArray[np.float32]
"""(N, C) or (C,) float32 in 0...1, each row sums to 1."""

ClassIndices: TypeAlias = NDArray[np.int64]
"""(N, T) int64: class indices, best first."""

Features: TypeAlias = NDArray[np.float32]
"""(K, h, w) float32 of one picture: the last feature map, before pooling."""

EvidenceMap: TypeAlias = NDArray[np.float32]
"""(h, w) float32: what each cell adds to one class's logit; the cells plus the bias are the logit."""

EvidenceMaps: TypeAlias = NDArray[np.float32]
"""(T, h, w) or (N, T, h, w) float32: `EvidenceMap`s of several classes (and pictures)."""

HeadWeight: TypeAlias = NDArray[np.float32]
"""(C, K) float32: the linear layer after the pooling."""

HeadBias: TypeAlias = NDArray[np.float32]
"""(C,) float32."""

Embedding: TypeAlias = NDArray[np.float32]
"""(N, K) float32: the pooled features."""

RgbaPixels: TypeAlias = NDArray[np.uint8]
"""(H, W, 4) uint8, red, green, blue, straight (not premultiplied) alpha."""
