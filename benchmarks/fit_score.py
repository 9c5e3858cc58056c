"""Fit the weights of the free-order scorer, cross-validated by case, and print what each kind buys.

Usage: python -m benchmarks.fit_score GOLD_FOLDER [--shuffled FOLDER] [--heads FOLDER]
       [--ablation] [--written] [--write]

Prints link and one-sided F1 of held-out cases (five folds by case, four shuffles), for all features and
by similarity alone, with `--ablation` also without each kind, with the average precision of pairs and
the most false links in an article pair on different events; then the expected calibration error. Pairs
of articles of different cases, nearest in topic, are added to what the model is fitted on, as pairs in
which nothing is linked; so are short excerpts, and with `--shuffled` every second of some translations
whose sentences were dropped and moved. `--heads`: what `benchmarks.fit_verifier` wrote there; then a
case is verified by heads that have not seen it, and there are two tables, without the verifier and with
it, and what it gains. `--written` also judges the articles of `benchmarks/written`, by the model fitted
on all cases: it is not fitted on those, since with them it is worse on articles as they are (link F1
0.85 instead of 0.87). `--write` fits on all cases and writes the weights of either into
`aligner/score_weights.json`. Sentences, languages and boilerplate are found by the tool itself, so the
figures are end to end.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from aligner.align.free import THRESHOLD, Group, align_free
from aligner.embed import Encoder, load_encoder
from aligner.score import Evidence, alone_probability, candidates, gather_evidence
from benchmarks.articles import Article, Case, excerpt, read_cases, read_shuffled
from benchmarks.verifiers import Verifiers
from benchmarks.written_articles import written_cases

Matrix = npt.NDArray[np.float64]

FOLDS, SHUFFLES = 5, 4
THRESHOLDS = (0.36, 0.4, 0.42, 0.44, 0.48, 0.52)  # that are compared
RESAMPLES = 500
EXCERPTS = 4  # of every case
# Inverse regularisation strength; 0.03 to 1 differ by less than 0.005 link F1.
STRENGTH = 0.1
KINDS = {
    "the verifier": ("statement", "statement_believed"),
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
class Compared:
    """A case and the evidence on its pairs."""

    case: Case
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Material:
    """What the scorer is fitted on.

    `strangers`: an article of one case and one of another, so that nothing is linked, by the numbers of
    the cases. `excerpts`: of the case of that number. `shuffled`: translations out of order.
    """

    cases: tuple[Compared, ...]
    strangers: tuple[tuple[tuple[int, int], Evidence], ...]
    excerpts: tuple[tuple[int, Compared], ...]
    shuffled: tuple[Compared, ...]

    @property
    def names(self) -> list[str]:
        """The kinds of evidence."""
        return list(self.cases[0].evidence.features)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gathers the evidence on pairs of articles, with the verifiers' if there are any."""

    verifiers: Verifiers | None

    def evidence(self, case: str, a: Article, b: Article) -> Evidence:
        """The evidence; `case` tells which verifier has not seen the articles."""
        statement = self.verifiers.statement(case, a, b) if self.verifiers else None
        return gather_evidence(a.passage, b.passage, statement)

    def compared(self, case: Case) -> Compared:
        """A case with the evidence on it."""
        return Compared(case, self.evidence(case.name, case.a, case.b))

    def strangers(
        self, cases: Sequence[Case], each: int = 2
    ) -> Iterator[tuple[tuple[int, int], Evidence]]:
        """Each article a with the articles b of other cases that are nearest to it in topic."""
        a = np.stack([_centre(case.a) for case in cases])
        b = np.stack([_centre(case.b) for case in cases])
        nearness = a @ b.T
        np.fill_diagonal(nearness, -1)
        for i, case in enumerate(cases):
            for j in np.argsort(-nearness[i], kind="stable")[:each].tolist():
                yield (i, j), self.evidence(case.name, case.a, cases[j].b)


def read_material(
    gold: Path, shuffled: Path | None, encoder: Encoder, verifiers: Verifiers | None
) -> Material:
    """Everything to fit on; of the translations, every second."""
    moved = list(read_shuffled(shuffled, encoder))[::2] if shuffled else []
    return gather_material(list(read_cases(gold, encoder)), moved, verifiers)


def gather_material(
    cases: Sequence[Case], moved: Sequence[Case], verifiers: Verifiers | None
) -> Material:
    """Everything to fit on, with a verifier's evidence or without."""
    gatherer = Gatherer(verifiers)
    return Material(
        cases=tuple(gatherer.compared(case) for case in cases),
        strangers=tuple(gatherer.strangers(cases)),
        excerpts=tuple(
            (k // EXCERPTS, gatherer.compared(one))
            for k, one in enumerate(excerpts(cases, EXCERPTS))
        ),
        shuffled=tuple(gatherer.compared(case) for case in moved),
    )


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

    def named(self, names: Sequence[str]) -> dict[str, Any]:
        """The model as the scorer reads it, `names` those of its features."""
        weights = dict(zip(names, self.weights.round(4).tolist(), strict=True))
        return {"bias": round(self.bias, 4), "weights": weights}


def fit(x: Sequence[Matrix], y: Sequence[npt.NDArray[np.bool_]]) -> Scorer:
    """A logistic model on the cells of some pairs; `x` `[cells, features]` a pair."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=3000))
    scaler, logistic = model.fit(np.concatenate(x), np.concatenate(y))
    weights = logistic.coef_[0] / scaler.scale_
    return Scorer(weights, float(logistic.intercept_[0] - weights @ scaler.mean_))


@dataclass(frozen=True, slots=True)
class Table:
    """The material as rows `[cells, features]` of some kinds of evidence."""

    material: Material
    names: Sequence[str]

    def rows(self, evidence: Evidence) -> Matrix:
        """The cells of a pair of texts."""
        return np.stack([evidence.features[name].ravel() for name in self.names], axis=1)

    def fit(self, seen: frozenset[int]) -> Scorer:
        """A model fitted on some cases, on what was made of them, and on the translations."""
        material = self.material
        nothing = [one for pair, one in material.strangers if seen.issuperset(pair)]
        answered = [
            *(material.cases[k] for k in seen),
            *(one for k, one in material.excerpts if k in seen),
            *material.shuffled,
        ]
        return fit(
            [self.rows(one) for one in (*nothing, *(one.evidence for one in answered))],
            [np.zeros(one.said_of_a.size, dtype=np.bool_) for one in nothing]
            + [one.case.linked.ravel() for one in answered],
        )

    def calibrated(self, seen: Sequence[int]) -> Scorer:
        """The same, made to mean what it says on articles it has not seen (Platt 1999).

        Strangers are not what the tool is mostly given; they teach doubt, and that is taken back here.
        """
        cases = self.material.cases
        inner: dict[int, Matrix] = {}
        for fold in range(FOLDS):
            held = list(seen)[fold::FOLDS]
            scorer = self.fit(frozenset(seen) - frozenset(held))
            inner |= {k: scorer.logits(self.rows(cases[k].evidence)) for k in held}
        logits = np.concatenate([inner[k] for k in seen])[:, None]
        linked = np.concatenate([cases[k].case.linked.ravel() for k in seen])
        line = LogisticRegression(C=1e6).fit(logits, linked)
        slope, shift = float(line.coef_[0, 0]), float(line.intercept_[0])
        scorer = self.fit(frozenset(seen))
        return Scorer(slope * scorer.weights, slope * scorer.bias + shift)


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what a model makes of it: `probability` `[n, m]`, and the groups that follow."""

    case: Case
    probability: Matrix
    evidence: Evidence

    def groups(self, threshold: float = THRESHOLD) -> list[Group]:
        """The links, as the tool makes them."""
        said = (self.evidence.said_of_a, self.evidence.said_of_b)
        return align_free(self.probability, *said, threshold=threshold)


def folds(count: int, seed: int) -> list[list[int]]:
    """The numbers of the cases that are held out together."""
    shuffled = np.random.RandomState(seed).permutation(count).tolist()
    return [shuffled[fold::FOLDS] for fold in range(FOLDS)]


def held_out(table: Table, seed: int) -> list[Judged]:
    """Each case as judged by a model that has not seen it."""
    cases = table.material.cases
    result: dict[int, Judged] = {}
    for held in folds(len(cases), seed):
        scorer = table.calibrated([k for k in range(len(cases)) if k not in held])
        result |= {k: judge(cases[k], table, scorer) for k in held}
    return [result[k] for k in range(len(cases))]


def judge(one: Compared, table: Table, scorer: Scorer) -> Judged:
    """What a model makes of a case."""
    logits = scorer.logits(table.rows(one.evidence)).reshape(one.case.linked.shape)
    return Judged(one.case, 1 / (1 + np.exp(-logits)), one.evidence)


def f_scores(judged: Sequence[Judged], threshold: float = THRESHOLD) -> tuple[float, float]:
    """F1 of linked pairs and of one-sided sentences over all cases."""
    return _f_of(np.sum([hits(one, threshold) for one in judged], axis=0))


def _f_of(counted: Matrix) -> tuple[float, float]:
    link, only = (float(2 * right / (found + gold)) for right, found, gold in counted)
    return link, only


def hits(one: Judged, threshold: float = THRESHOLD) -> Matrix:
    """Of linked pairs and of one-sided sentences, how many are right, found and in gold; `[2, 3]`."""
    case = one.case
    counted = np.zeros((2, 3))
    found = np.zeros_like(case.linked)
    for a, b in one.groups(threshold):
        found[np.ix_(a, b)] = True
    counted[0] = (found & case.linked).sum(), found.sum(), case.linked.sum() + case.missed
    for axis in (0, 1):
        got, want = ~found.any(axis=axis), ~case.linked.any(axis=axis)
        counted[1] += (got & want).sum(), got.sum(), want.sum()
    return counted


def gain(before: Sequence[Sequence[Judged]], after: Sequence[Sequence[Judged]]) -> Iterator[str]:
    """What F1 gains from one setting to the other, with the middle 90 % of resampled cases."""
    counted = np.array([[[hits(one) for one in run] for run in runs] for runs in (before, after)])
    cases = counted.shape[2]
    rng = np.random.RandomState(0)
    gains = []
    for chosen in (np.arange(cases), *rng.randint(cases, size=(RESAMPLES, cases))):
        scores = np.array([[_f_of(run[chosen].sum(axis=0)) for run in runs] for runs in counted])
        gains.append(scores[1].mean(axis=0) - scores[0].mean(axis=0))
    low, high = np.quantile(gains[1:], (0.05, 0.95), axis=0)
    for k, name in enumerate(("link", "only")):
        yield f"gain in {name} F1 {gains[0][k]:+.3f}  (90 %: {low[k]:+.3f} to {high[k]:+.3f})"


def statements(
    judged: Sequence[Judged],
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """What the tool would state, links and one-sided sentences, as (confidence, share that holds)."""
    links, only = [], []
    for one in judged:
        case, probability, groups = one.case, one.probability, one.groups()
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


def false_links(judged: Sequence[Judged]) -> float:
    """The most links without a true pair in any case where two sentences at most have a counterpart."""
    counts = [
        sum(not one.case.linked[np.ix_(a, b)].any() for a, b in one.groups())
        for one in judged
        if one.case.linked.any(axis=1).sum() <= 2
    ]
    return max(counts, default=0)


def main(argv: Sequence[str] | None = None) -> None:
    """Read the cases, print the table, write the weights if asked."""
    # One thread: the matrices are small, and threads that wait for each other cost more than they give.
    threadpool_limits(1)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of cases")
    parser.add_argument("--shuffled", type=Path, help="folder of translations out of order")
    parser.add_argument("--heads", type=Path, help="folder of held-out heads of the verifier")
    parser.add_argument("--ablation", action="store_true", help="leave out each kind in turn")
    parser.add_argument("--written", action="store_true", help="judge the written articles as well")
    parser.add_argument("--write", action="store_true", help="fit on all and write the weights")
    args = parser.parse_args(argv)
    encoder = load_encoder()
    cases = list(read_cases(args.gold, encoder))
    moved = list(read_shuffled(args.shuffled, encoder))[::2] if args.shuffled else []
    settings: dict[str, Verifiers | None] = {"unverified": None}
    if args.heads:
        settings |= {"verified": Verifiers.read(args.heads)}
    written: list[Case] = []
    if args.written:
        with written_cases() as folder:
            written = list(read_cases(folder, encoder))
    found, found_written = [], []
    for name, verifiers in settings.items():
        print(name)
        material = gather_material(cases, moved, verifiers)
        found.append([held_out(Table(material, material.names), k) for k in range(SHUFFLES)])
        for line in report(material, found[-1], KINDS if args.ablation else {}):
            print(line, flush=True)
        table = Table(material, material.names)
        scorer = table.calibrated(range(len(cases)))
        print(strangers_linked(table, scorer), flush=True)
        if verifiers:
            print(meant(material.cases), flush=True)
        if written:
            compared = map(Gatherer(verifiers).compared, written)
            found_written.append([[judge(one, table, scorer) for one in compared]])
            print(_row("written articles", found_written[-1]), flush=True)
        if args.write:
            write_weights(name, scorer, material.names)
    for runs in (found, found_written):
        if len(runs) > 1:
            print(*gain(*runs), sep="\n")


def report(
    material: Material,
    runs: Sequence[Sequence[Judged]] | None = None,
    kinds: Mapping[str, Sequence[str]] = KINDS,
) -> Iterator[str]:
    """The table: all evidence, each kind left out, thresholds, calibration.

    `runs`: of all evidence, where they are known already.
    """
    if runs is None:
        runs = [held_out(Table(material, material.names), seed) for seed in range(SHUFFLES)]
    every = material.names
    yield _row("all kinds of evidence", runs)
    for kind, members in kinds.items():
        if not set(members) & set(every):
            continue
        rest = Table(material, [x for x in every if x not in members])
        yield _row(f"without {kind}", [held_out(rest, seed) for seed in range(SHUFFLES)])
    alone = Table(material, ["cosine"])
    yield _row("cosine alone, scaled", [held_out(alone, seed) for seed in range(SHUFFLES)])
    for threshold in THRESHOLDS:
        link, only = np.mean([f_scores(run, threshold) for run in runs], axis=0)
        yield f"  threshold {threshold:.2f}             link F1 {link:.3f}  only F1 {only:.3f}"
    for name, stated in zip(("links", "one-sided"), statements(runs[0]), strict=True):
        yield f"expected calibration error of {name:<11} {calibration_error(stated):.3f}"


def meant(cases: Sequence[Compared]) -> str:
    """What a verifier's log odds mean by themselves, of candidates: a line to their log odds (Platt)."""
    stated, linked = [], []
    for one in cases:
        cells = tuple(np.array(candidates(one.case.a.passage, one.case.b.passage)).T)
        stated.append(one.evidence.features["statement"][cells])
        linked.append(one.case.linked[cells])
    line = LogisticRegression(C=1e6).fit(np.concatenate(stated)[:, None], np.concatenate(linked))
    return f"the verifier's word means {line.coef_[0, 0]:.2f} times it {line.intercept_[0]:+.2f}"


def strangers_linked(table: Table, scorer: Scorer) -> str:
    """How many links a model makes between articles of different cases, which it was fitted on."""
    made = []
    for threshold in THRESHOLDS:
        links = 0
        for _, one in table.material.strangers:
            logits = scorer.logits(table.rows(one)).reshape(one.said_of_a.shape)
            said = (one.said_of_a, one.said_of_b)
            links += len(align_free(1 / (1 + np.exp(-logits)), *said, threshold=threshold))
        made.append(f"{threshold:.2f}: {links}")
    pairs = len(table.material.strangers)
    return f"links of {pairs} pairs on different events, by threshold  {'  '.join(made)}"


def _row(name: str, runs: Sequence[Sequence[Judged]]) -> str:
    link, only = np.mean([f_scores(run) for run in runs], axis=0)
    strange = max(false_links(run) for run in runs)
    return (
        f"{name:<28} link F1 {link:.3f}  only F1 {only:.3f}  "
        f"average precision {average_precision(runs):.3f}  false links {strange}"
    )


def average_precision(runs: Sequence[Sequence[Judged]]) -> float:
    """How well the probabilities rank all pairs of all cases, before any decision; mean of the runs."""
    linked = np.concatenate([one.case.linked.ravel() for one in runs[0]])
    ranked = [np.concatenate([one.probability.ravel() for one in run]) for run in runs]
    return float(np.mean([average_precision_score(linked, one) for one in ranked]))


def write_weights(name: str, scorer: Scorer, names: Sequence[str]) -> None:
    """Write a model as the scorer reads it, `verified` or `unverified`; the other one stays."""
    path = Path(__file__).parent.parent / "aligner" / "score_weights.json"
    models = json.loads(path.read_text(encoding="utf-8")) | {name: scorer.named(names)}
    path.write_text(json.dumps(models, indent=2) + "\n", encoding="utf-8")
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
