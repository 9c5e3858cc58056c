"""Fit the weights of the free-order scorer, cross-validated by case, and print what each kind buys.

Usage: python -m benchmarks.fit_score GOLD_FOLDER [--shuffled FOLDER] [--write]

Prints link and one-sided F1 of held-out cases (five folds by case, four shuffles), for all features,
without each kind, and by similarity alone, with the most false links in an article pair on different
events; then the expected calibration error. Pairs of articles of different cases, nearest in topic, are
added to what the model is fitted on, as pairs in which nothing is linked; so are short excerpts, and
with `--shuffled` every second of some translations whose sentences were dropped and moved. `--write`
fits on all cases and writes `aligner/score_weights.json`. Sentences, languages and boilerplate are
found by the tool itself, so the figures are end to end.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from aligner.align.free import THRESHOLD, align_free
from aligner.embed import load_encoder
from aligner.score import alone_probability, features
from benchmarks.articles import Article, Case, excerpt, read_cases, read_shuffled

Matrix = npt.NDArray[np.float64]

FOLDS, SHUFFLES = 5, 4
EXCERPTS = 4  # of every case
# Inverse regularisation strength; 0.03 to 1 differ by less than 0.005 link F1.
STRENGTH = 0.1
KINDS = {
    "similarity as it is": ("plain_cosine",),
    "gaps to rivals": (
        "cosine_gap_weaker",
        "cosine_gap_stronger",
        "words_gap_weaker",
        "words_gap_stronger",
        "phrases_gap_weaker",
        "phrases_gap_stronger",
    ),
    "words": ("words", "words_gap_weaker", "words_gap_stronger"),
    "phrases": ("phrases", "phrases_better", "phrases_gap_weaker", "phrases_gap_stronger"),
    "neighbours": ("before", "before_crossed", "after"),
    "quotations": ("quotes",),
    "numbers": ("numbers_shared", "numbers_clash"),
    "position": ("distance", "opening", "headline_and_lead", "headline_and_lead_cosine"),
    "strangeness": ("strange", "strange_headline_and_lead", "strange_cosine", "strange_phrases"),
    "length": ("shorter_length", "length_ratio"),
}


@dataclass(frozen=True, slots=True)
class Strangers:
    """An article of one case and one of another: different events, so nothing is linked."""

    cases: tuple[int, int]
    features: dict[str, Matrix]


def strangers(cases: Sequence[Case], each: int = 2) -> list[Strangers]:
    """Each article a with the articles b of other cases that are nearest to it in topic."""
    a = np.stack([_centre(case.a) for case in cases])
    b = np.stack([_centre(case.b) for case in cases])
    nearness = a @ b.T
    np.fill_diagonal(nearness, -1)
    return [
        Strangers((i, int(j)), features(case.a.passage, cases[j].b.passage))
        for i, case in enumerate(cases)
        for j in np.argsort(-nearness[i], kind="stable")[:each]
    ]


def excerpts(cases: Sequence[Case], each: int) -> list[Case]:
    """Short runs of sentences of both articles of a case, mostly such that correspond somewhere.

    In a few sentences there is hardly a background to stand out of; the model has to see that too.
    """
    rng = np.random.RandomState(0)
    found = []
    for case in cases:
        n, m = case.linked.shape
        for _ in range(each):
            size_a, size_b = rng.randint(1, 9, size=2)
            first = rng.randint(0, max(1, n - size_a))
            columns = np.flatnonzero(case.linked[first : first + size_a].any(axis=0))
            centre = rng.choice(columns) if len(columns) else rng.randint(m)
            start = min(max(0, centre - rng.randint(size_b)), max(0, m - size_b))
            rows = range(first, min(n, first + size_a))
            others = range(start, min(m, start + size_b))
            found.append(excerpt(case, rows, others))
    return found


def _centre(article: Article) -> npt.NDArray[np.float32]:
    total = article.passage.views.sentences.sum(axis=0)
    centre: npt.NDArray[np.float32] = total / np.linalg.norm(total)
    return centre


@dataclass(frozen=True, slots=True)
class Scorer:
    """A logistic model: `weights` `[features]` and a bias."""

    weights: Matrix
    bias: float

    def logits(self, x: Matrix) -> Matrix:
        """The log odds `[cells]` of rows `[cells, features]`."""
        result: Matrix = x @ self.weights + self.bias
        return result


def fit(x: Sequence[Matrix], y: Sequence[npt.NDArray[np.bool_]]) -> Scorer:
    """A logistic model on the cells of some pairs; `x` `[cells, features]` a pair."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=3000))
    scaler, logistic = model.fit(np.concatenate(x), np.concatenate(y))
    weights = logistic.coef_[0] / scaler.scale_
    return Scorer(weights, float(logistic.intercept_[0] - weights @ scaler.mean_))


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of all cases, and of pairs of strangers, as rows of the named features."""

    cases: Sequence[Case]
    x: Sequence[Matrix]
    strange: Sequence[tuple[tuple[int, int], Matrix]]
    excerpts: Sequence[tuple[int, Matrix, npt.NDArray[np.bool_]]]
    shuffled: Sequence[tuple[Matrix, npt.NDArray[np.bool_]]]

    def fit(self, seen: Sequence[int]) -> Scorer:
        """A model fitted on some cases and on the strangers among them."""
        strange = [x for (i, j), x in self.strange if i in seen and j in seen]
        linked = [self.cases[k].linked.ravel() for k in seen]
        nothing = [np.zeros(len(x), dtype=np.bool_) for x in strange]
        short = [(x, y) for k, x, y in self.excerpts if k in seen]
        more = [*short, *self.shuffled]
        return fit(
            [*(self.x[k] for k in seen), *strange, *(x for x, _ in more)],
            [*linked, *nothing, *(y for _, y in more)],
        )

    def calibrated(self, seen: Sequence[int]) -> Scorer:
        """The same, made to mean what it says on articles it has not seen (Platt 1999).

        Strangers are not what the tool is mostly given; they teach doubt, and that is taken back here.
        """
        inner: dict[int, Matrix] = {}
        for fold in range(FOLDS):
            held = list(seen)[fold::FOLDS]
            scorer = self.fit([k for k in seen if k not in held])
            inner |= {k: scorer.logits(self.x[k]) for k in held}
        logits = np.concatenate([inner[k] for k in seen])[:, None]
        linked = np.concatenate([self.cases[k].linked.ravel() for k in seen])
        line = LogisticRegression(C=1e6).fit(logits, linked)
        slope, shift = float(line.coef_[0, 0]), float(line.intercept_[0])
        scorer = self.fit(seen)
        return Scorer(slope * scorer.weights, slope * scorer.bias + shift)


def held_out(table: Table, seed: int) -> list[Matrix]:
    """The probabilities `[n, m]` of each case, from a model that has not seen it."""
    cases = table.cases
    shuffled = np.random.RandomState(seed).permutation(len(cases))
    result: list[Matrix] = [np.empty(0)] * len(cases)
    for fold in range(FOLDS):
        held = set(shuffled[fold::FOLDS].tolist())
        scorer = table.calibrated([k for k in range(len(cases)) if k not in held])
        for k in held:
            logits = scorer.logits(table.x[k]).reshape(cases[k].linked.shape)
            result[k] = 1 / (1 + np.exp(-logits))
    return result


def f_scores(
    cases: Sequence[Case], probabilities: Sequence[Matrix], threshold: float
) -> tuple[float, float]:
    """F1 of linked pairs and of one-sided sentences over all cases."""
    hits = np.zeros((2, 3))
    for case, probability in zip(cases, probabilities, strict=True):
        found = np.zeros_like(case.linked)
        for a, b in align_free(probability, threshold):
            found[np.ix_(a, b)] = True
        hits[0] += (found & case.linked).sum(), found.sum(), case.linked.sum() + case.missed
        for axis in (0, 1):
            got, want = ~found.any(axis=axis), ~case.linked.any(axis=axis)
            hits[1] += (got & want).sum(), got.sum(), want.sum()
    link, only = (float(2 * right / (found + gold)) for right, found, gold in hits)
    return link, only


def statements(
    cases: Sequence[Case], probabilities: Sequence[Matrix]
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """What the tool would state, links and one-sided sentences, as (confidence, share that holds)."""
    links, only = [], []
    for case, probability in zip(cases, probabilities, strict=True):
        groups = align_free(probability)
        for a, b in groups:
            cells = np.ix_(a, b)
            links.append((float(probability[cells].mean()), float(case.linked[cells].mean())))
        for axis, side in ((1, 0), (0, 1)):
            inside = {k for group in groups for k in group[side]}
            alone = alone_probability(probability.max(axis=axis))
            linked: npt.NDArray[np.bool_] = np.any(case.linked, axis=axis)
            only += [
                (float(alone[k]), float(not linked[k]))
                for k in range(len(linked))
                if k not in inside
            ]
    return links, only


def calibration_error(stated: Sequence[tuple[float, float]], bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015): mean gap of confidence and truth, 0 to 1."""
    p, y = np.array(stated).T
    which = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [
        abs(p[which == k].mean() - y[which == k].mean()) * (which == k).mean()
        for k in np.unique(which)
    ]
    return float(sum(gaps))


def false_links(cases: Sequence[Case], probabilities: Sequence[Matrix]) -> float:
    """The most links without a true pair in any case where two sentences at most have a counterpart."""
    counts = [
        sum(not case.linked[np.ix_(a, b)].any() for a, b in align_free(probability))
        for case, probability in zip(cases, probabilities, strict=True)
        if case.linked.any(axis=1).sum() <= 2
    ]
    return max(counts, default=0)


def main(argv: Sequence[str] | None = None) -> None:
    """Read the cases, print the table, write the weights if asked."""
    # One thread: the matrices are small, and threads that wait for each other cost more than they give.
    threadpool_limits(1)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of cases")
    parser.add_argument("--shuffled", type=Path, help="folder of translations out of order")
    parser.add_argument("--write", action="store_true", help="fit on all and write the weights")
    args = parser.parse_args(argv)
    encoder = load_encoder()
    cases = list(read_cases(args.gold, encoder))
    moved = list(read_shuffled(args.shuffled, encoder))[::2] if args.shuffled else []
    short = excerpts(cases, EXCERPTS)
    short_values = [features(case.a.passage, case.b.passage) for case in short]
    moved_values = [features(case.a.passage, case.b.passage) for case in moved]
    values = [features(case.a.passage, case.b.passage) for case in cases]
    apart = strangers(cases)
    every = list(values[0])

    def table(names: Sequence[str]) -> Table:
        return Table(
            cases,
            [_rows(one, names) for one in values],
            [(pair.cases, _rows(pair.features, names)) for pair in apart],
            [
                (k // EXCERPTS, _rows(one, names), case.linked.ravel())
                for k, (case, one) in enumerate(zip(short, short_values, strict=True))
            ],
            [
                (_rows(one, names), case.linked.ravel())
                for case, one in zip(moved, moved_values, strict=True)
            ],
        )

    def print_row(name: str, names: Sequence[str]) -> None:
        runs = [held_out(table(names), seed) for seed in range(SHUFFLES)]
        link, only = np.mean([f_scores(cases, run, THRESHOLD) for run in runs], axis=0)
        strange = max(false_links(cases, run) for run in runs)
        print(f"{name:<28} link F1 {link:.3f}  only F1 {only:.3f}  false links {strange}")

    print_row("all kinds of evidence", every)
    for kind, members in KINDS.items():
        print_row(f"without {kind}", [x for x in every if x not in members])
    print_row("cosine alone, scaled", ["cosine"])
    held = held_out(table(every), seed=0)
    for threshold in (0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        link, only = f_scores(cases, held, threshold)
        print(f"  threshold {threshold:.2f}             link F1 {link:.3f}  only F1 {only:.3f}")
    for name, stated in zip(("links", "one-sided"), statements(cases, held), strict=True):
        print(f"expected calibration error of {name:<11} {calibration_error(stated):.3f}")
    if args.write:
        write_weights(table(every).calibrated(range(len(cases))), every)


def _rows(values: Mapping[str, Matrix], names: Sequence[str]) -> Matrix:
    """The cells of a pair of articles as rows `[cells, features]`."""
    return np.stack([values[name].ravel() for name in names], axis=1)


def write_weights(scorer: Scorer, names: Sequence[str]) -> None:
    """Write a model as the scorer reads it."""
    fitted = {
        "bias": round(scorer.bias, 4),
        "weights": dict(zip(names, scorer.weights.round(4).tolist(), strict=True)),
    }
    path = Path(__file__).parent.parent / "aligner" / "score_weights.json"
    path.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
