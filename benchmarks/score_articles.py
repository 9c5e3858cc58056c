"""Score the tool on articles with a known answer, a row a case and a last one over all of them.

Usage: python -m benchmarks.score_articles GOLD_FOLDER

- link: precision, recall and F1 of linked pairs of gold sentences;
- only: the same of the sentences that one article alone has, boilerplate aside;
- detail: the same of what one side of a link adds; a span counts where half of it is covered;
- relation: how often `same` or `partial` is right, over the gold links of which a pair was linked.

Sentences are matched to those of the answer by their characters, so that another segmentation costs
nothing as such. Boilerplate may be called one-sided, but a link to it is wrong. The format of the
answers is described in `samples/README.md`.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from aligner import compare_files
from aligner.embed import Encoder, load_encoder
from aligner.types import Comparison, Link, Side

SIDES: tuple[Side, Side] = ("a", "b")
Span = tuple[int, int]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """Of `found` things, `right` are so; of `wanted` things, `hit` were found."""

    right: int = 0
    found: int = 0
    hit: int = 0
    wanted: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both counts together."""
        return Tally(
            self.right + other.right,
            self.found + other.found,
            self.hit + other.hit,
            self.wanted + other.wanted,
        )

    @property
    def precision(self) -> float:
        """Share of the found things that are right; 1 of none."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the wanted things that were found; 1 of none."""
        return self.hit / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """What is measured of one comparison, or of several together."""

    link: Tally = Tally()
    only: Tally = Tally()
    detail: Tally = Tally()
    relation: Tally = Tally()

    def __add__(self, other: "Scores") -> "Scores":
        """Both together."""
        return Scores(
            self.link + other.link,
            self.only + other.only,
            self.detail + other.detail,
            self.relation + other.relation,
        )


@dataclass(frozen=True, slots=True)
class GoldLink:
    """Numbers of gold sentences that report the same thing."""

    a: frozenset[int]
    b: frozenset[int]
    relation: str

    @property
    def pairs(self) -> set[Pair]:
        """Every sentence of a with every sentence of b."""
        return set(product(self.a, self.b))


@dataclass(frozen=True, slots=True)
class GoldSide:
    """The answer for one article: where its sentences are, and which of them are linked to nothing."""

    sentences: tuple[Span, ...]
    only: frozenset[int]
    boilerplate: frozenset[int]
    details: tuple[Span, ...]

    def under(self, span: Span) -> frozenset[int]:
        """The gold sentences that share half of the shorter one with a span."""
        return frozenset(
            number
            for number, one in enumerate(self.sentences)
            if (shared := _shared(span, one)) and shared >= 0.5 * min(_length(span), _length(one))
        )


@dataclass(frozen=True, slots=True)
class Gold:
    """Two articles and the answer."""

    name: str
    files: tuple[Path, Path]
    a: GoldSide
    b: GoldSide
    links: tuple[GoldLink, ...]

    def side(self, side: Side) -> GoldSide:
        """The answer for that article."""
        return self.a if side == "a" else self.b


def _length(span: Span) -> int:
    return span[1] - span[0]


def _shared(x: Span, y: Span) -> int:
    return max(0, min(x[1], y[1]) - max(x[0], y[0]))


def read_gold(folder: Path) -> Gold:
    """The case in a folder of `a.<lang>.txt`, `b.<lang>.txt` and `gold.json`."""
    answer = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    a, b = (next(folder.glob(f"{side}.*.txt")) for side in SIDES)
    links: list[GoldLink] = []
    ends = dict.fromkeys(SIDES, 0)
    for link in answer["links"]:
        numbers = {side: range(ends[side], ends[side] + len(link[side])) for side in SIDES}
        ends = {side: numbers[side].stop for side in SIDES}
        links.append(GoldLink(frozenset(numbers["a"]), frozenset(numbers["b"]), link["relation"]))
    return Gold(
        folder.name,
        (a, b),
        _read_side(a.read_text(encoding="utf-8"), answer, "a"),
        _read_side(b.read_text(encoding="utf-8"), answer, "b"),
        tuple(links),
    )


def read_golds(folder: Path) -> Iterator[Gold]:
    """Every case below a folder, by name."""
    for answer in sorted(folder.rglob("gold.json")):
        yield read_gold(answer.parent)


def _read_side(text: str, answer: Mapping[str, Any], side: Side) -> GoldSide:
    """The answer for one article, its sentences numbered links first, then only, then boilerplate."""
    linked = [one for link in answer["links"] for one in link[side]]
    only, boilerplate = answer[f"only_{side}"], answer[f"boilerplate_{side}"]
    texts = [*linked, *only, *boilerplate]
    starts = [text.index(one) for one in texts]
    details = [
        next(
            (start, start + len(detail))
            for one in link[side]
            if (start := text.find(detail, text.index(one), text.index(one) + len(one))) >= 0
        )
        for link in answer["links"]
        for detail in link[f"{side}_only"]
    ]
    first, last = len(linked), len(linked) + len(only)
    return GoldSide(
        tuple((start, start + len(one)) for start, one in zip(starts, texts, strict=True)),
        frozenset(range(first, last)),
        frozenset(range(last, len(texts))),
        tuple(details),
    )


def score(gold: Gold, made: Comparison) -> Scores:
    """How well a comparison agrees with the answer."""
    under = {
        side: [gold.side(side).under((s.start, s.end)) for s in made.document(side).sentences]
        for side in SIDES
    }
    relations: dict[Pair, set[str]] = {}
    for link in made.links:
        groups = (_union(under["a"], link.a), _union(under["b"], link.b))
        for pair in product(*groups):
            relations.setdefault(pair, set()).add(link.relation)
    wanted = {pair for link in gold.links for pair in link.pairs}
    right = len(wanted & relations.keys())
    return Scores(
        link=Tally(right, len(relations), right, len(wanted)),
        only=_score_only(gold, made, "a", under["a"]) + _score_only(gold, made, "b", under["b"]),
        detail=_score_details(gold, made.links, "a") + _score_details(gold, made.links, "b"),
        relation=_score_relations(gold, relations),
    )


def _union(under: Sequence[frozenset[int]], numbers: Sequence[int]) -> frozenset[int]:
    return frozenset[int]().union(*(under[k] for k in numbers))


def _score_only(gold: Gold, made: Comparison, side: Side, under: Sequence[frozenset[int]]) -> Tally:
    """One-sided gold sentences; one that is linked as well, by another part of it, is none."""
    linked = _union(under, [k for link in made.links for k in getattr(link, side)])
    one_sided = _union(under, [one.sentence for one in made.only(side)])
    found = one_sided - linked - gold.side(side).boilerplate
    right = len(found & gold.side(side).only)
    return Tally(right, len(found), right, len(gold.side(side).only))


def _score_details(gold: Gold, links: Sequence[Link], side: Side) -> Tally:
    """Spans: found when half of them is reported, right when half of them is in the answer."""
    found = [(one.start, one.end) for link in links for one in getattr(link, f"{side}_only")]
    wanted = gold.side(side).details
    return Tally(_covered(found, wanted), len(found), _covered(wanted, found), len(wanted))


def _covered(spans: Sequence[Span], by: Sequence[Span]) -> int:
    return sum(sum(_shared(one, other) for other in by) >= 0.5 * _length(one) for one in spans)


def _score_relations(gold: Gold, relations: Mapping[Pair, set[str]]) -> Tally:
    """Links called by their name, over those that were found at all."""
    right = seen = 0
    for link in gold.links:
        given = {relation for pair in link.pairs for relation in relations.get(pair, ())}
        seen += bool(given)
        right += bool(given) and ("partial" in given) == (link.relation == "partial")
    return Tally(right, seen, right, seen)


def run(gold: Gold, encoder: Encoder | None = None) -> Scores:
    """Compare the articles of a case with the default options, and score the result."""
    return score(gold, compare_files(*gold.files, encoder=encoder))


def row(name: str, scores: Scores) -> str:
    """A line of the table."""
    tallies = {"link": scores.link, "only": scores.only, "detail": scores.detail}
    cells = [
        f"{kind} {one.precision:.2f}/{one.recall:.2f}/{one.f1:.3f}" for kind, one in tallies.items()
    ]
    return "  ".join([f"{name:<26}", *cells, f"relation {scores.relation.precision:.2f}"])


def main(argv: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of cases")
    folder = parser.parse_args(argv).gold
    encoder, total = load_encoder(), Scores()
    for gold in read_golds(folder):
        scores = run(gold, encoder)
        total += scores
        print(row(gold.name, scores))
    print(row("all (precision/recall/F1)", total))


if __name__ == "__main__":
    main()
