"""Find the rows in which several pictures are largest."""

from __future__ import annotations

_IN_A_ROW = 1.25
"""So much larger must pictures be in more than one row: what stands beside each other is compared more easily."""


def columns_for(count: int, room: tuple[int, int], words: int, shape: float) -> int:
    """In how many columns so many pictures are largest; one row is kept unless others show them much larger.

    Args:
        count: of pictures.
        room: (width, height) for all of them.
        words: height of what stands around each picture.
        shape: width of a picture for each pixel of its height.
    """

    def size(columns: int) -> float:
        rows = -(-count // columns)
        return min(room[0] / columns, (room[1] / rows - words) * shape) * (_IN_A_ROW if rows == 1 else 1.0)

    return max((count, -(-count // 2)), key=size)
