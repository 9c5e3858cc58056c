"""Fit the weights that pair documents by content and mine sentences, and print what held-out data show.

Usage: python -m benchmarks.fit_corpora GOLD_FOLDER

- Documents: the articles of `GOLD_FOLDER/comparable` and the documents of `ntrex` of at least four
  sentences, Portuguese and French. Collections of 2 to 91 are drawn of which half have a counterpart
  and a quarter each are on one side alone. Five folds by document; documents on one event are one,
  but for those on one loosely (`LOOSE`): as pairs they made the weights of closeness three times as
  large and the accuracy of `benchmarks.corpora pairing` 0.958 in place of 0.973.
  Printed are the share of right decisions (the right counterpart, or rightly none) by the size of the
  collection, and the weights from all documents.
- Sentences: NTREX in three pairs of languages, half of either side without a counterpart. Printed are
  F1 on the pair of languages that was not fitted on, beside that of the best threshold of the margin,
  and the weights from all three.

The weights stand in `aligner/corpus/matching.py` and `aligner/corpus/mining.py`; fixed seeds.
"""

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from aligner.corpus.matching import SURE, Cell, closeness, evidence
from aligner.corpus.mining import NEIGHBOURS, Place, Sentences, best_of_each_other
from aligner.corpus.nearest import nearest
from aligner.embed import Encoder, load_encoder
from aligner.read import read_path
from aligner.segment import segment
from aligner.vectors import Vectors
from benchmarks.corpora import EVENTS, LOOSE, documents
from benchmarks.translation_scale import lines_of

Matrix = npt.NDArray[np.float64]

FOLDS = 5
FEWEST_SENTENCES = 4
DRAWN, JUDGED = 60, 60  # collections a fold
SIZES, HELD_OUT_SIZES = (2, 4, 8, 20, 91), (2, 5, 18)
LANGUAGES = (("por", "fra"), ("deu", "ita"), ("spa", "eng"))


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents with a counterpart each: all cells' closeness `[n, n]`, and the event of each `[n]`."""

    close: Matrix
    event: npt.NDArray[np.intp]

    def drawn(self, pool: npt.NDArray[np.intp], size: int, rng: np.random.Generator) -> "Draw":
        """Half of some documents on both sides, a quarter each on one alone; never an empty side."""
        while True:
            some = rng.permutation(pool)[:size]
            fate = rng.random(len(some))
            a, b = some[fate < 0.75], some[(fate < 0.5) | (fate >= 0.75)]
            if len(a) and len(b):
                cells = {
                    (i, j): float(self.close[x, y])
                    for i, x in enumerate(a)
                    for j, y in enumerate(b)
                }
                return Draw(evidence(cells), self.event[a], self.event[b])


@dataclass(frozen=True, slots=True)
class Draw:
    """What speaks for each pair of documents, and the events of either side."""

    evidence: Mapping[Cell, tuple[float, float]]
    a: npt.NDArray[np.intp]
    b: npt.NDArray[np.intp]

    @property
    def features(self) -> Matrix:
        """Of each cell `[k, 2]`."""
        return np.array(list(self.evidence.values()))

    @property
    def same(self) -> npt.NDArray[np.bool_]:
        """Whether the documents of each cell are on one event `[k]`."""
        return np.array([self.a[i] == self.b[j] for i, j in self.evidence])

    def right(self, model: LogisticRegression) -> list[bool]:
        """For each document of a, whether the surest counterpart, or none, is right."""
        sure = dict(zip(self.evidence, model.predict_proba(self.features)[:, 1], strict=True))
        decided = []
        for i, event in enumerate(self.a):
            best = max(range(len(self.b)), key=lambda j, i=i: sure[i, j])  # type: ignore[misc]
            found = self.b[best] if sure[i, best] >= SURE else -1
            decided.append(found == (event if event in self.b else -1))
        return decided


def read_collection(gold: Path, encoder: Encoder) -> Collection:
    """The articles and the documents of NTREX."""
    names, sides = [], []
    for path in sorted((gold / "comparable").rglob("gold.json")):
        names.append(path.parent.name)
        texts = [read_path(next(path.parent.glob(f"{side}.*.txt"))).text for side in "ab"]
        sides.append([_vectors_of(text, encoder) for text in texts])
    for name, rows in documents(gold, "por-fra").items():
        if len(rows) >= FEWEST_SENTENCES:
            names.append(name)
            sides.append([encoder.encode(list(side)) for side in zip(*rows, strict=True)])
    event = np.arange(len(names))
    for same in EVENTS:
        if same == LOOSE:
            continue
        numbers = [names.index(name) for name in sorted(same) if name in names]
        event[numbers] = numbers[0]
    close = np.array([[closeness(a, b) for _, b in sides] for a, _ in sides])
    return Collection(close, event)


def _vectors_of(text: str, encoder: Encoder) -> Vectors:
    sentences = segment(text, name="text").document.sentences
    return encoder.encode([one.text for one in sentences if not one.boilerplate])


def fitted(draws: Sequence[Draw]) -> LogisticRegression:
    """A logistic model of whether two documents are on one event."""
    model = LogisticRegression(C=1e3, max_iter=1000)
    return model.fit(
        np.concatenate([one.features for one in draws]), np.concatenate([one.same for one in draws])
    )


def of_documents(collection: Collection) -> Iterator[str]:
    """What held-out documents show, and the weights."""
    rng = np.random.default_rng(0)
    n = len(collection.event)
    fold = (rng.permutation(n) % FOLDS)[collection.event]
    right: dict[int, list[bool]] = {size: [] for size in HELD_OUT_SIZES}

    def draws(pool: npt.NDArray[np.intp], count: int) -> list[Draw]:
        return [collection.drawn(pool, int(rng.choice(SIZES)), rng) for _ in range(count)]

    for held in range(FOLDS):
        model = fitted(draws(np.flatnonzero(fold != held), DRAWN))
        pool = np.flatnonzero(fold == held)
        for size in HELD_OUT_SIZES:
            for _ in range(JUDGED):
                right[size] += collection.drawn(pool, size, rng).right(model)
    yield f"{n} documents"
    for size, decided in right.items():
        yield f"collections of {size:>2}: right {np.mean(decided):.3f} of {len(decided)} decisions"
    yield _weights(fitted(draws(np.arange(n), 3 * DRAWN)))


def of_sentences(gold: Path, encoder: Encoder) -> Iterator[str]:
    """What sentences of languages that were not fitted on show, and the weights."""
    sets = [[_features(gold, pair, seed, encoder) for seed in range(2)] for pair in LANGUAGES]
    for held, pair in enumerate(LANGUAGES):
        model = _fitted_on([one for k, some in enumerate(sets) if k != held for one in some])
        scores = []
        for rows, right, wanted in sets[held]:
            found = model.predict(rows[:, 1:])
            scores.append(2 * (found & right).sum() / (found.sum() + wanted))
        margin = np.mean(
            [_best_f1(rows[:, 0], right, wanted) for rows, right, wanted in sets[held]]
        )
        yield f"{'-'.join(pair)}: F1 {np.mean(scores):.3f}, by the best margin {margin:.3f}"
    yield _weights(_fitted_on([one for some in sets for one in some]))


Features = tuple[Matrix, npt.NDArray[np.bool_], int]


def _features(gold: Path, pair: tuple[str, str], seed: int, encoder: Encoder) -> Features:
    """Margin, cosine, above and lengths of each candidate; whether it is right; how many there are."""
    texts = [lines_of(gold / "ntrex" / f"{language}.txt") for language in pair]
    rows = list(range(len(texts[0])))
    random.Random(seed).shuffle(rows)
    third = len(rows) // 3  # on both sides, of a alone, of b alone
    chosen = [rows[: 2 * third], rows[:third] + rows[2 * third : 3 * third]]
    a, b = (
        Sentences(
            [text[k] for k in numbers],
            [Place("", k) for k in numbers],
            encoder.encode([text[k] for k in numbers]),
        )
        for text, numbers in zip(texts, chosen, strict=True)
    )
    forth, back = (
        nearest(*sides, NEIGHBOURS) for sides in ((a.vectors, b.vectors), (b.vectors, a.vectors))
    )
    found = list(best_of_each_other(a, b, forth, back))
    values = np.array([[one.margin, one.cosine, one.above, one.lengths] for one in found])
    right = np.array([a.places[one.a] == b.places[one.b] for one in found])
    return values, right, third


def _fitted_on(sets: Sequence[Features]) -> LogisticRegression:
    model = LogisticRegression(C=100, max_iter=2000)
    rows, right = (np.concatenate([one[k] for one in sets]) for k in (0, 1))
    return model.fit(rows[:, 1:], right)


def _best_f1(score: Matrix, right: npt.NDArray[np.bool_], wanted: int) -> float:
    """The best F1 of any threshold."""
    found = np.cumsum(right[np.argsort(-score)])
    return float((2 * found / (np.arange(1, len(found) + 1) + wanted)).max())


def _weights(model: LogisticRegression) -> str:
    values = (*model.coef_[0], model.intercept_[0])
    return "weights and bias: " + "  ".join(f"{value:.2f}" for value in values)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of gold")
    args = parser.parse_args(argv)
    encoder = load_encoder()
    for line in of_documents(read_collection(args.gold, encoder)):
        print(line, flush=True)
    for line in of_sentences(args.gold, encoder):
        print(line, flush=True)


if __name__ == "__main__":
    main()
