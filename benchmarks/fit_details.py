"""Fit the weights that tell which words of a linked sentence its counterpart does not say.

Usage: python -m benchmarks.fit_details ARTICLES [--pairs FOLDER] [--refresd FILE] [--heads FOLDER]
       [--write]

Prints what held-out articles, written sentence pairs and pairs of REFreSD show (five folds, three
shuffles) when the links are given: F1 of the spans and the accuracy of same/partial, or, of REFreSD, F1
of the marked words; without each kind of evidence, and with names and numbers alone. A gold span counts
as found when half of it is reported, a reported one as right when half of it is in gold spans.
`--heads`: what `benchmarks.fit_verifier` wrote there; then there is a second table, with what a verifier
that has not seen the sentences makes of their words. It was trained on REFreSD, which is left out there.
`--write` fits on everything and writes the weights of either into `aligner/details/word_weights.json`.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from aligner.details import Unsaid, merged_details
from aligner.details.clauses import (
    FEATURES,
    FORMS,
    VERIFIED_FEATURES,
    Matrix,
    Span,
    absent_spans,
)
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
from benchmarks.verifiers import Verifiers

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
    "the verifier": ("unsaid",),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A logistic model over the named evidence on a word, in the columns that it was fitted on."""

    model: Pipeline
    names: Sequence[str]
    columns: Sequence[int]

    def probability(self, example: Example) -> Matrix:
        """How likely the counterpart does not say each word, `[w]`."""
        found: Matrix = self.model.predict_proba(example.features[:, self.columns])[:, 1]
        return found

    def weights(self) -> dict[str, float | dict[str, float]]:
        """The fitted model as the package reads it."""
        scaler, logistic = self.model
        weights = logistic.coef_[0] / scaler.scale_
        bias = float(logistic.intercept_[0] - weights @ scaler.mean_)
        parts = weights.round(4).reshape(len(FORMS), len(self.names)).tolist()
        by_form = {
            form: dict(zip(self.names, part, strict=True))
            for form, part in zip(FORMS, parts, strict=True)
        }
        return {"bias": round(bias, 4), **by_form}


def fit(examples: Sequence[Example], names: Sequence[str] = FEATURES) -> Words:
    """A model of the words of linked sentences; those that REFreSD calls unrelated are left out."""
    seen = [one for one in examples if one.relation != UNRELATED]
    own = [VERIFIED_FEATURES.index(name) for name in names]
    every = seen[0].features.shape[1] // len(FORMS)
    columns = [form * every + k for form in range(len(FORMS)) for k in own]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    model.fit(
        np.concatenate([one.features[:, columns] for one in seen]),
        np.concatenate([one.labels for one in seen]),
        logisticregression__sample_weight=np.concatenate(
            [np.full(len(one.labels), SOURCE_WEIGHT[one.source]) for one in seen]
        ),
    )
    return Words(model, names, columns)


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


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the sources are: article cases, sentence pairs (`*.jsonl`), REFreSD as a TSV file."""

    articles: Path
    pairs: Path | None
    refresd: Path | None


def read_examples(
    folders: Folders, encoder: Encoder, verifiers: Verifiers | None = None
) -> list[Example]:
    """The linked sentences of every source at hand; of REFreSD only without verifiers."""

    def unsaid(group: str) -> Unsaid | None:
        return verifiers.of(group).unsaid if verifiers else None

    examples = [
        one
        for gold in sorted(folders.articles.rglob("gold.json"))
        for one in read_articles(gold.parent, encoder, unsaid(gold.parent.name))
    ]
    for path in sorted(folders.pairs.glob("*.jsonl")) if folders.pairs else ():
        examples += read_pairs(path, encoder, unsaid)
    if folders.refresd and not verifiers:
        examples += read_refresd(folders.refresd, encoder)
    return examples


def main(argv: Sequence[str] | None = None) -> None:
    """Read the cases, print the table, write the weights if asked."""
    threadpool_limits(1)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of article cases")
    parser.add_argument("--pairs", type=Path, help="folder of sentence pairs, *.jsonl")
    parser.add_argument("--refresd", type=Path, help="REFreSD as a TSV file")
    parser.add_argument("--heads", type=Path, help="folder of held-out heads of the verifier")
    parser.add_argument("--write", action="store_true", help="fit on all and write the weights")
    args = parser.parse_args(argv)
    encoder, folders = load_encoder(), Folders(args.gold, args.pairs, args.refresd)
    settings: dict[str, Verifiers | None] = {"unverified": None}
    if args.heads:
        settings |= {"verified": Verifiers.read(args.heads)}
    for name, verifiers in settings.items():
        print(name)
        examples = read_examples(folders, encoder, verifiers)
        names = VERIFIED_FEATURES if verifiers else FEATURES
        for line in report(examples, names):
            print(line, flush=True)
        if args.write:
            write_weights(name, fit(examples, names))


def report(examples: Sequence[Example], names: Sequence[str]) -> Iterator[str]:
    """The table: no evidence, all of it, each kind left out."""

    def rows_of(some: Sequence[str]) -> list[list[Matrix]]:
        return [held_out(examples, some, seed) for seed in range(SHUFFLES)]

    nothing = [np.zeros(len(one.labels)) for one in examples]
    yield _row("names and numbers alone", examples, [nothing])
    yield _row("all kinds of evidence", examples, rows_of(names))
    for kind, members in KINDS.items():
        if set(members) & set(names):
            rest = rows_of([x for x in names if x not in members])
            yield _row(f"without {kind}", examples, rest)


def write_weights(name: str, words: Words) -> None:
    """Put the weights of one setting, `verified` or `unverified`, into the package's file."""
    path = Path(__file__).parent.parent / "aligner" / "details" / "word_weights.json"
    weights = json.loads(path.read_text(encoding="utf-8")) | {name: words.weights()}
    path.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    print(f"wrote the {name} weights into {path.name}")


if __name__ == "__main__":
    main()
