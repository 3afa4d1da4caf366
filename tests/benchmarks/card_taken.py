"""Say what one thing takes of a card's memory, apart from all else that is there before it and stays behind it."""

from __future__ import annotations

from types import TracebackType

from inference.bench.card import CardWatch, card_state


class TakenOfCard:
    """Looks at a card's memory while its `with` block opens something, uses it and closes it again.

    What the block leaves behind is not counted to it: the first session of a process leaves CUDA's context, and the
    first one of a kind its kernels, which are others' as well. Other programs should leave the card alone meanwhile.
    """

    def __init__(self, *, is_card: bool) -> None:
        """Prepare.

        Args:
            is_card: without a card nobody is asked, and nothing is known.
        """
        self._is_card = is_card
        self._seen: list[int] = []
        self._before_bytes: int | None = None
        self._after_bytes: int | None = None

    @property
    def peak_bytes(self) -> int | None:
        """How much more was used than after the closing, at most; None where the driver does not say."""
        if self._after_bytes is None or not self._seen:
            return None
        return max(0, max(self._seen) - self._after_bytes)

    @property
    def stays_bytes(self) -> int | None:
        """How much more was used after the closing than before the opening; None likewise."""
        if self._after_bytes is None or self._before_bytes is None:
            return None
        return self._after_bytes - self._before_bytes

    def look(self) -> None:
        """Look now: to be called before the closing, which may come sooner than the next look by the clock."""
        used_bytes = self._used_bytes()
        self._seen += [] if used_bytes is None else [used_bytes]

    def __enter__(self) -> TakenOfCard:
        before = card_state() if self._is_card else None
        self._before_bytes = None if before is None else before.used_bytes
        self._watch = CardWatch(before)
        self._watch.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._watch.__exit__(kind, error, traceback)
        if self._watch.use is not None and self._before_bytes is not None:
            self._seen.append(self._before_bytes + self._watch.use.peak_bytes)
        self._after_bytes = self._used_bytes()

    def _used_bytes(self) -> int | None:
        state = card_state() if self._is_card else None
        return None if state is None else state.used_bytes
