"""Fit the weights of the free-order scorer, cross-validated by case, and print what each kind buys.

Usage: python -m benchmarks.fit_score GOLD_FOLDER [--write]

Prints link and one-sided F1 of held-out cases (five folds by case, four shuffles), for all features,
without each kind, and by similarity alone; then the expected calibration error. `--write` fits on
all cases and writes `aligner/score_weights.json`. Sentences, languages and boilerplate are found by
the tool itself, so the figures are end to end.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from aligner.align.free import THRESHOLD, align_free
from aligner.embed import load_encoder
from aligner.score import features
from benchmarks.articles import Case, read_cases

Matrix = npt.NDArray[np.float64]

FOLDS, SHUFFLES = 5, 4
# Inverse regularisation strength; 0.03 to 1 differ by less than 0.005 link F1.
STRENGTH = 0.1
KINDS = {
    "gaps to rivals": (
        "cosine_gap_weaker",
        "cosine_gap_stronger",
        "clauses_gap_weaker",
        "clauses_gap_stronger",
    ),
    "clauses": ("clauses", "clauses_gap_weaker", "clauses_gap_stronger"),
    "phrase coverage": ("phrases", "phrases_better"),
    "neighbours": ("before", "before_crossed", "after"),
    "quotations": ("quotes",),
    "numbers": ("numbers_shared", "numbers_clash"),
    "position": ("distance", "opening", "headline_and_lead"),
    "length": ("shorter_length", "length_ratio"),
}


def fit(x: Sequence[Matrix], y: Sequence[npt.NDArray[np.bool_]]) -> Pipeline:
    """A logistic model on the cells of some cases; `x` `[cells, features]` a case."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    return model.fit(np.concatenate(x), np.concatenate(y))


def held_out(cases: Sequence[Case], x: Sequence[Matrix], seed: int) -> list[Matrix]:
    """The probabilities `[n, m]` of each case, from a model that has not seen it."""
    y = [case.linked.ravel() for case in cases]
    shuffled = np.random.RandomState(seed).permutation(len(cases))
    result: list[Matrix] = [np.empty(0)] * len(cases)
    for fold in range(FOLDS):
        held = set(shuffled[fold::FOLDS].tolist())
        seen = [k for k in range(len(cases)) if k not in held]
        model = fit([x[k] for k in seen], [y[k] for k in seen])
        for k in held:
            result[k] = model.predict_proba(x[k])[:, 1].reshape(cases[k].linked.shape)
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


def calibration_error(
    cases: Sequence[Case], probabilities: Sequence[Matrix], bins: int = 10
) -> float:
    """Expected calibration error of the probabilities of cells from 0.05 up, `bins` equal bins."""
    p = np.concatenate([one.ravel() for one in probabilities])
    y = np.concatenate([case.linked.ravel() for case in cases])
    keep = p >= 0.05
    p, y = p[keep], y[keep]
    which = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [
        abs(p[which == k].mean() - y[which == k].mean()) * (which == k).mean() for k in set(which)
    ]
    return float(sum(gaps))


def table_row(
    name: str, cases: Sequence[Case], names: Sequence[str], table: Sequence[dict[str, Matrix]]
) -> str:
    """Mean F1s over the shuffles, at the solver's threshold."""
    x = [np.stack([values[one].ravel() for one in names], axis=1) for values in table]
    figures = [f_scores(cases, held_out(cases, x, seed), THRESHOLD) for seed in range(SHUFFLES)]
    link, only = np.mean(figures, axis=0)
    return f"{name:<28} link F1 {link:.3f}  only F1 {only:.3f}"


def main(argv: Sequence[str] | None = None) -> None:
    """Read the cases, print the table, write the weights if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of cases")
    parser.add_argument("--write", action="store_true", help="fit on all and write the weights")
    args = parser.parse_args(argv)
    cases = list(read_cases(args.gold, load_encoder()))
    table = [features(case.a.passage, case.b.passage) for case in cases]
    every = list(table[0])
    print(table_row("all kinds of evidence", cases, every, table))
    for kind, members in KINDS.items():
        print(table_row(f"without {kind}", cases, [x for x in every if x not in members], table))
    print(table_row("cosine alone, scaled", cases, ["cosine"], table))
    x = [np.stack([values[name].ravel() for name in every], axis=1) for values in table]
    held = held_out(cases, x, seed=0)
    for threshold in (0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        link, only = f_scores(cases, held, threshold)
        print(f"  threshold {threshold:.2f}             link F1 {link:.3f}  only F1 {only:.3f}")
    print(f"expected calibration error {calibration_error(cases, held):.3f}")
    if args.write:
        scaler, logistic = fit(x, [case.linked.ravel() for case in cases])
        weights = logistic.coef_[0] / scaler.scale_
        bias = float(logistic.intercept_[0] - weights @ scaler.mean_)
        fitted = {
            "bias": round(bias, 4),
            "weights": dict(zip(every, weights.round(4).tolist(), strict=True)),
        }
        path = Path(__file__).parent.parent / "aligner" / "score_weights.json"
        path.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
