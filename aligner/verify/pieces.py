"""The pieces of a vocabulary, found by how they begin.

A dictionary of 250,000 pieces takes five times as long to make as this, a twentieth of the time of a
whole comparison, and two articles need some thousand of them.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

HEAD = 8  # bytes: as many as a number of 64 bits holds
# What keeps the first 0 to 8 bytes of such a number.
_MASKS = np.array([2**64 - 2 ** (64 - 8 * k) for k in range(HEAD + 1)], dtype=np.uint64)


class Pieces:
    """Pieces by number.

    `data`: all of them in UTF-8, one after the other; `bounds` `[pieces + 1]`: where each begins and the
    last one ends.
    """

    def __init__(self, data: bytes, bounds: npt.NDArray[np.integer]) -> None:
        self._data, self._bounds = data, bounds.astype(np.intp)
        heads = _heads(data, self._bounds[:-1], np.diff(self._bounds))
        self._numbers = heads.argsort()
        self._heads = heads[self._numbers]

    @classmethod
    def of(cls, pieces: Iterable[str]) -> "Pieces":
        """Those pieces, numbered from 0."""
        written = [piece.encode() for piece in pieces]
        return cls(b"".join(written), np.cumsum([0, *map(len, written)]))

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts(np.arange(len(self))))

    def within(self, text: str) -> dict[str, int]:
        """The pieces that stand in a text with their numbers; maybe others that begin like those."""
        data = text.encode("utf-8", "replace")  # half a surrogate pair is in no piece
        begins = np.flatnonzero((np.frombuffer(data, np.uint8) & 0xC0) != 0x80)
        heads = np.unique(_heads(data, begins, np.full(len(begins), HEAD)))
        heads = np.unique(heads[:, None] & _MASKS[1:])
        first, last = (self._heads.searchsorted(heads, side) for side in ("left", "right"))
        numbers = self._numbers[_ranges(first, last)]
        return dict(zip(self._texts(numbers), numbers.tolist(), strict=True))

    def _texts(self, numbers: npt.NDArray[np.intp]) -> list[str]:
        bounds = zip(
            self._bounds[numbers].tolist(), self._bounds[numbers + 1].tolist(), strict=True
        )
        return [self._data[start:end].decode() for start, end in bounds]


def _heads(
    data: bytes, begins: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint64]:
    """The first bytes of parts of `data` as numbers, zeros behind those that are shorter than `HEAD`."""
    every = np.ndarray(len(data) + 1, ">u8", data + bytes(HEAD), strides=(1,))
    heads: npt.NDArray[np.uint64] = every[begins].astype(np.uint64)
    return heads & _MASKS[np.minimum(lengths, HEAD)]


def _ranges(first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """All numbers from each `first` to before its `last`."""
    sizes = last - first
    shifts = first - np.cumsum(sizes) + sizes
    numbers: npt.NDArray[np.intp] = np.arange(sizes.sum()) + np.repeat(shifts, sizes)
    return numbers
