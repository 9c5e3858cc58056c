"""Fit the weights that tell which words of a linked sentence its counterpart does not say.

Usage: python -m benchmarks.fit_details GOLD_FOLDER [--write]

Prints, for held-out cases (five folds by case, three shuffles) with the gold links given: F1 of the
spans, and the accuracy of same/partial; with facts alone, and without each kind of evidence. A gold
span counts as found when half of it is reported, a reported one as right when half of it is in gold
spans. `--write` fits on all cases and writes `aligner/details/word_weights.json`.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from aligner.details import absent_facts, evidence, merged_details
from aligner.details.clauses import (
    FEATURES,
    GROW,
    SEED,
    Dissected,
    Span,
    absent_spans,
    dissect,
)
from aligner.embed import Encoder, load_encoder
from aligner.embed.excerpts import encode_excerpts
from aligner.read import read_path
from aligner.segment import segment
from aligner.types import Detail, Document, Sentence

Matrix = npt.NDArray[np.float64]

FOLDS, SHUFFLES = 5, 3
STRENGTH = 0.1
KINDS = {
    "clauses": (
        "clause_dropped",
        "clause_cosine",
        "clause_below_best",
        "clause_share",
        "clause_nearest",
    ),
    "windows": ("window_dropped",),
    "facts": ("number", "name"),
    "place": ("place", "first", "last"),
    "length": ("length_ratio",),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A linked sentence with the gold spans of what only it says, as offsets into it."""

    case: str
    link: tuple[str, int]
    partial: bool
    sentence: Sentence
    dissected: Dissected
    facts: tuple[Detail, ...]
    features: Matrix
    gold: tuple[Span, ...]

    @property
    def labels(self) -> npt.NDArray[np.bool_]:
        """For each word, whether more than half of it lies in a gold span."""
        return np.array(
            [
                any(2 * (min(e, end) - max(s, start)) > end - start for s, e in self.gold)
                for start, end in self.dissected.words
            ]
        )


def _numbers_of(document: Document, texts: Sequence[str]) -> list[int]:
    """The sentences that overlap the gold sentences by half of either."""
    found = []
    for text in texts:
        start = document.text.index(text)
        end = start + len(text)
        found += [
            k
            for k, one in enumerate(document.sentences)
            if 2 * (min(end, one.end) - max(start, one.start))
            >= min(end - start, one.end - one.start)
        ]
    return sorted(set(found))


def read_examples(folder: Path, encoder: Encoder) -> list[Example]:
    """All linked sentences of a case, both sides."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    sources = [read_path(next(folder.glob(f"{side}.*.txt"))) for side in "ab"]
    a, b = (segment(source.text, name=source.name).document for source in sources)
    documents = (a, b)
    facts = (absent_facts(a, b, encoder.encode), absent_facts(b, a, encoder.encode))
    examples = []
    for number, link in enumerate(gold["links"]):
        groups = [_numbers_of(a, link["a"]), _numbers_of(b, link["b"])]
        parts = [
            dissect([document.sentences[k].text for k in group], partial(encode_excerpts, encoder))
            for document, group in zip(documents, groups, strict=True)
        ]
        for side, name in enumerate("ab"):
            spans: list[str] = list(link[f"{name}_only"])
            for k, dissected in zip(groups[side], parts[side], strict=True):
                sentence = documents[side].sentences[k]
                here = [span for span in spans if span in sentence.text]
                spans = [span for span in spans if span not in here]
                places = [(sentence.text.index(span), len(span)) for span in here]
                examples.append(
                    Example(
                        case=folder.name,
                        link=(folder.name, number),
                        partial=link["relation"] == "partial",
                        sentence=sentence,
                        dissected=dissected,
                        facts=facts[side][k],
                        features=evidence(sentence, dissected, parts[1 - side], facts[side][k]),
                        gold=tuple((start, start + length) for start, length in places),
                    )
                )
    return examples


def fit(examples: Sequence[Example], columns: Sequence[int]) -> Pipeline:
    """A logistic model on the words of some examples."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    x = np.concatenate([one.features[:, columns] for one in examples])
    return model.fit(x, np.concatenate([one.labels for one in examples]))


def held_out(examples: Sequence[Example], columns: Sequence[int], seed: int) -> list[Matrix]:
    """The probabilities `[w]` of each example, from a model that has not seen its case."""
    cases = sorted({one.case for one in examples})
    shuffled = np.random.RandomState(seed).permutation(len(cases))
    result: list[Matrix] = [np.empty(0)] * len(examples)
    for fold in range(FOLDS):
        held = {cases[k] for k in shuffled[fold::FOLDS]}
        model = fit([one for one in examples if one.case not in held], columns)
        for k, one in enumerate(examples):
            if one.case in held:
                result[k] = model.predict_proba(one.features[:, columns])[:, 1]
    return result


def _overlap(x: Span, y: Span) -> int:
    return max(0, min(x[1], y[1]) - max(x[0], y[0]))


def scores(
    examples: Sequence[Example], probabilities: Sequence[Matrix], seed: float, grow: float
) -> tuple[float, float]:
    """F1 of spans, and the share of links whose same/partial is right."""
    found = right = reported = wanted = 0
    partial_links: dict[tuple[str, int], bool] = {}
    for one, probability in zip(examples, probabilities, strict=True):
        clauses = absent_spans(one.dissected, probability, seed, grow)
        details = merged_details(one.sentence, one.facts, clauses)
        spans = [(d.start - one.sentence.start, d.end - one.sentence.start) for d in details]
        found += sum(2 * sum(_overlap(g, s) for s in spans) >= g[1] - g[0] for g in one.gold)
        right += sum(2 * sum(_overlap(g, s) for g in one.gold) >= s[1] - s[0] for s in spans)
        reported, wanted = reported + len(spans), wanted + len(one.gold)
        partial_links[one.link] = partial_links.get(one.link, False) or bool(spans)
    precision, recall = right / max(1, reported), found / max(1, wanted)
    truth = {one.link: one.partial for one in examples}
    accuracy = np.mean([partial_links[link] == truth[link] for link in truth])
    return 2 * precision * recall / max(precision + recall, 1e-9), float(accuracy)


def _columns(names: Sequence[str]) -> list[int]:
    own = [FEATURES.index(name) for name in names]
    return own + [len(FEATURES) + k for k in own]


def _row(name: str, examples: Sequence[Example], names: Sequence[str]) -> str:
    figures = [
        scores(examples, held_out(examples, _columns(names), seed), SEED, GROW)
        for seed in range(SHUFFLES)
    ]
    spans, relation = np.mean(figures, axis=0)
    return f"{name:<28} span F1 {spans:.3f}  same/partial {relation:.3f}"


def main(argv: Sequence[str] | None = None) -> None:
    """Read the cases, print the table, write the weights if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of cases")
    parser.add_argument("--write", action="store_true", help="fit on all and write the weights")
    args = parser.parse_args(argv)
    encoder = load_encoder()
    examples = [
        one
        for path in sorted(args.gold.rglob("gold.json"))
        for one in read_examples(path.parent, encoder)
    ]
    nothing = [np.zeros(len(one.dissected.words)) for one in examples]
    spans, relation = scores(examples, nothing, SEED, GROW)
    print(f"{'names and numbers alone':<28} span F1 {spans:.3f}  same/partial {relation:.3f}")
    print(_row("all kinds of evidence", examples, FEATURES))
    for kind, members in KINDS.items():
        print(_row(f"without {kind}", examples, [x for x in FEATURES if x not in members]))
    held = held_out(examples, _columns(FEATURES), seed=0)
    for seed in (0.35, 0.4, 0.45, 0.5, 0.55):
        for share in (0.5, 0.67, 0.8):
            spans, relation = scores(examples, held, seed, seed * share)
            name = f"  seed {seed:.2f} grow {seed * share:.2f}"
            print(f"{name:<28} span F1 {spans:.3f}  same/partial {relation:.3f}")
    if args.write:
        scaler, logistic = fit(examples, _columns(FEATURES))
        weights = logistic.coef_[0] / scaler.scale_
        bias = float(logistic.intercept_[0] - weights @ scaler.mean_)
        rounded = weights.round(4).tolist()
        f = len(FEATURES)
        fitted = {
            "bias": round(bias, 4),
            "own": dict(zip(FEATURES, rounded[:f], strict=True)),
            "neighbours": dict(zip(FEATURES, rounded[f:], strict=True)),
        }
        path = Path(__file__).parent.parent / "aligner" / "details" / "word_weights.json"
        path.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
