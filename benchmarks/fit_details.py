"""Fit the weights that tell which words of a linked sentence its counterpart does not say.

Usage: python -m benchmarks.fit_details ARTICLES [--pairs FOLDER] [--refresd FILE] [--write]

Prints what held-out articles, written sentence pairs and pairs of REFreSD show (five folds, three
shuffles) when the links are given: F1 of the spans and the accuracy of same/partial, or, of REFreSD, F1
of the marked words; without each kind of evidence, and with names and numbers alone. A gold span counts
as found when half of it is reported, a reported one as right when half of it is in gold spans.
`--write` fits on everything and writes `aligner/details/word_weights.json`.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from aligner.details import merged_details
from aligner.details.clauses import FEATURES, FORMS, Matrix, Span, absent_spans
from aligner.embed import Encoder, load_encoder
from benchmarks.linked_sentences import (
    PARTIAL,
    UNRELATED,
    Example,
    Source,
    read_articles,
    read_pairs,
    read_refresd,
)

FOLDS, SHUFFLES = 5, 3
STRENGTH = 0.1
# How much a word of each source counts. The written pairs have as many words as the others together.
SOURCE_WEIGHT: Mapping[Source, float] = {"articles": 2, "pairs": 1, "refresd": 2}
# A word of REFreSD counts as marked from this probability on; annotators of single pairs mark more
# freely than the readers of articles did. Between 0.1 and 0.2 F1 differs by less than 0.03.
MARKED = 0.13
KINDS = {
    "clauses": (
        "clause_dropped",
        "clause_cosine",
        "clause_below_best",
        "clause_share",
        "clause_nearest",
    ),
    "nearest runs": ("nearest_run_of_1", "nearest_run_of_3", "nearest_run_of_5"),
    "the longest runs": ("nearest_run_of_5",),
    "facts": ("number", "name"),
    "place": ("place", "first", "last"),
    "length": ("length_ratio",),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A logistic model over the evidence on a word, in the columns that it was fitted on."""

    model: Pipeline
    columns: Sequence[int]

    def probability(self, example: Example) -> Matrix:
        """How likely the counterpart does not say each word, `[w]`."""
        found: Matrix = self.model.predict_proba(example.features[:, self.columns])[:, 1]
        return found

    def weights(self) -> dict[str, float | dict[str, float]]:
        """The fitted model as the package reads it; all columns must be there."""
        scaler, logistic = self.model
        weights = logistic.coef_[0] / scaler.scale_
        bias = float(logistic.intercept_[0] - weights @ scaler.mean_)
        parts = weights.round(4).reshape(len(FORMS), len(FEATURES)).tolist()
        by_form = {
            form: dict(zip(FEATURES, part, strict=True))
            for form, part in zip(FORMS, parts, strict=True)
        }
        return {"bias": round(bias, 4), **by_form}


def fit(examples: Sequence[Example], names: Sequence[str] = FEATURES) -> Words:
    """A model of the words of linked sentences; those that REFreSD calls unrelated are left out."""
    seen = [one for one in examples if one.relation != UNRELATED]
    own = [FEATURES.index(name) for name in names]
    columns = [form * len(FEATURES) + k for form in range(len(FORMS)) for k in own]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    model.fit(
        np.concatenate([one.features[:, columns] for one in seen]),
        np.concatenate([one.labels for one in seen]),
        logisticregression__sample_weight=np.concatenate(
            [np.full(len(one.labels), SOURCE_WEIGHT[one.source]) for one in seen]
        ),
    )
    return Words(model, columns)


def folds(examples: Sequence[Example], seed: int) -> dict[str, int]:
    """The fold of each group; every source is spread evenly."""
    rng = np.random.RandomState(seed)
    result: dict[str, int] = {}
    for source in SOURCE_WEIGHT:
        groups = sorted({one.group for one in examples if one.source == source})
        for k, place in enumerate(rng.permutation(len(groups)).tolist()):
            result[groups[place]] = k % FOLDS
    return result


def held_out(examples: Sequence[Example], names: Sequence[str], seed: int) -> list[Matrix]:
    """The probabilities `[w]` of each example, from a model that has not seen its group."""
    fold_of = folds(examples, seed)
    models = [fit([x for x in examples if fold_of[x.group] != k], names) for k in range(FOLDS)]
    return [models[fold_of[one.group]].probability(one) for one in examples]


def _overlap(x: Span, y: Span) -> int:
    return max(0, min(x[1], y[1]) - max(x[0], y[0]))


def span_scores(
    examples: Sequence[Example], probabilities: Sequence[Matrix]
) -> tuple[float, float]:
    """F1 of spans, and the share of links whose same/partial is right."""
    found = right = reported = wanted = 0
    partial_links: dict[tuple[str, int], bool] = {}
    for one, probability in zip(examples, probabilities, strict=True):
        clauses = absent_spans(one.dissected, probability)
        details = merged_details(one.sentence, one.facts, clauses)
        spans = [(d.start - one.sentence.start, d.end - one.sentence.start) for d in details]
        found += sum(2 * sum(_overlap(g, s) for s in spans) >= g[1] - g[0] for g in one.gold)
        right += sum(2 * sum(_overlap(g, s) for g in one.gold) >= s[1] - s[0] for s in spans)
        reported, wanted = reported + len(spans), wanted + len(one.gold)
        partial_links[one.link] = partial_links.get(one.link, False) or bool(spans)
    precision, recall = right / max(1, reported), found / max(1, wanted)
    truth = {one.link: one.relation == PARTIAL for one in examples}
    accuracy = np.mean([partial_links[link] == truth[link] for link in truth])
    return 2 * precision * recall / max(precision + recall, 1e-9), float(accuracy)


def word_score(
    examples: Sequence[Example], probabilities: Sequence[Matrix], threshold: float = MARKED
) -> float:
    """F1 of the words that annotators marked, over pairs with some difference in meaning."""
    chosen = [k for k, one in enumerate(examples) if one.relation == PARTIAL]
    found = np.concatenate([probabilities[k] for k in chosen]) >= threshold
    marked = np.concatenate([examples[k].labels for k in chosen])
    return float(2 * (found & marked).sum() / (found.sum() + marked.sum()))


def _row(name: str, examples: Sequence[Example], runs: Sequence[Sequence[Matrix]]) -> str:
    cells = []
    for source in SOURCE_WEIGHT:
        chosen = [k for k, one in enumerate(examples) if one.source == source]
        if not chosen:
            continue
        some = [examples[k] for k in chosen]
        kept = [[run[k] for k in chosen] for run in runs]
        if source == "refresd":
            words = np.mean([word_score(some, run) for run in kept])
            cells.append(f"refresd: words F1 {words:.3f}")
        else:
            spans, relation = np.mean([span_scores(some, run) for run in kept], axis=0)
            cells.append(f"{source}: span F1 {spans:.3f} same/partial {relation:.3f}")
    return "  ".join([f"{name:<28}", *cells])


def read_examples(
    articles: Path, pairs: Path | None, refresd: Path | None, encoder: Encoder
) -> list[Example]:
    """The linked sentences of every source at hand."""
    examples = [
        one
        for gold in sorted(articles.rglob("gold.json"))
        for one in read_articles(gold.parent, encoder)
    ]
    for path in sorted(pairs.glob("*.jsonl")) if pairs else ():
        examples += read_pairs(path, encoder)
    return examples + (list(read_refresd(refresd, encoder)) if refresd else [])


def main(argv: Sequence[str] | None = None) -> None:
    """Read the cases, print the table, write the weights if asked."""
    threadpool_limits(1)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of article cases")
    parser.add_argument("--pairs", type=Path, help="folder of sentence pairs, *.jsonl")
    parser.add_argument("--refresd", type=Path, help="REFreSD as a TSV file")
    parser.add_argument("--write", action="store_true", help="fit on all and write the weights")
    args = parser.parse_args(argv)
    examples = read_examples(args.gold, args.pairs, args.refresd, load_encoder())

    def rows_of(names: Sequence[str]) -> list[list[Matrix]]:
        return [held_out(examples, names, seed) for seed in range(SHUFFLES)]

    nothing = [np.zeros(len(one.labels)) for one in examples]
    print(_row("names and numbers alone", examples, [nothing]))
    print(_row("all kinds of evidence", examples, rows_of(FEATURES)))
    for kind, members in KINDS.items():
        rest = rows_of([x for x in FEATURES if x not in members])
        print(_row(f"without {kind}", examples, rest))
    if args.write:
        path = Path(__file__).parent.parent / "aligner" / "details" / "word_weights.json"
        path.write_text(json.dumps(fit(examples).weights(), indent=2) + "\n", encoding="utf-8")
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
