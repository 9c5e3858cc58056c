"""Sentence pairs to train a verifier on, read from the gold folder: see its README for the formats."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aligner.details.clauses import Span
from aligner.embed import Encoder
from aligner.read import read_path
from aligner.score import among_nearest
from aligner.segment import segment
from benchmarks.linked_sentences import (
    ANNOTATORS,
    PARTIAL,
    SAME,
    UNRELATED,
    numbers_of,
    spans_of,
    story_of,
)

LANGUAGES = ("pt", "fr", "en", "es")  # of the STS benchmark


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences, and how sure it is, 0 to 1, that they make the same statement.

    `a_only` and `b_only` are spans that only that sentence says; None where nobody marked any.
    """

    a: str
    b: str
    label: float
    a_only: tuple[Span, ...] | None = None
    b_only: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Two statements on one topic, each in two languages: `a` and `same`, `near_a` and `near`.

    `partial` makes the first statement too, with details of its own. `story` names what must stay in one
    fold; `languages` are those of the two columns.
    """

    story: str
    languages: tuple[str, str]
    a: str
    same: str
    partial: Pair
    near: str
    near_a: str


@dataclass(frozen=True, slots=True)
class Articles:
    """Two articles with all their sentences but boilerplate, `n` and `m`.

    `cosine` `[n, m]`; `linked` `[n, m]`; `certain` `[n, m]` is false in the cells of a group of several
    sentences that are not the best of their row or column: there, who matches whom is not known.
    """

    name: str
    a: tuple[str, ...]
    b: tuple[str, ...]
    cosine: npt.NDArray[np.float32]
    linked: npt.NDArray[np.bool_]
    certain: npt.NDArray[np.bool_]
    single: dict[tuple[int, int], Pair]  # links of one sentence with one, with what only one says

    @property
    def candidates(self) -> npt.NDArray[np.bool_]:
        """The pairs `[n, m]` that the verifier would be asked about: those worth telling apart."""
        return among_nearest(self.cosine)


def read_blocks(folder: Path) -> list[Block]:
    """The records of `gold/pairs`."""
    blocks = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            record = json.loads(line)
            partial = Pair(
                record["a"],
                record["partial"],
                1.0,
                spans_of(record["a"], record["a_only"]),
                spans_of(record["partial"], record["b_only"]),
            )
            blocks.append(
                Block(
                    story_of(path, number, record),
                    (record["a_lang"], record["b_lang"]),
                    record["a"],
                    record["same"],
                    partial,
                    record["near"],
                    record["near_a"],
                )
            )
    return blocks


def read_articles(folder: Path, encoder: Encoder) -> list[Articles]:
    """The cases below a folder, read and segmented as the command does."""
    return [_read_case(path.parent, encoder) for path in sorted(folder.rglob("gold.json"))]


def _read_case(folder: Path, encoder: Encoder) -> Articles:
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    sources = [read_path(next(folder.glob(f"{side}.*.txt"))) for side in "ab"]
    a, b = (segment(source.text, name=source.name).document for source in sources)
    kept = [
        [k for k, one in enumerate(document.sentences) if not one.boilerplate]
        for document in (a, b)
    ]
    texts_a, texts_b = (
        [document.sentences[k].text for k in numbers]
        for document, numbers in zip((a, b), kept, strict=True)
    )
    cosine = encoder.encode(texts_a) @ encoder.encode(texts_b).T
    linked = np.zeros(cosine.shape, dtype=np.bool_)
    certain = np.ones(cosine.shape, dtype=np.bool_)
    single = {}
    for link in gold["links"]:
        rows, columns = (
            [numbers.index(k) for k in numbers_of(document, link[side]) if k in numbers]
            for side, document, numbers in zip("ab", (a, b), kept, strict=True)
        )
        if not rows or not columns:
            continue
        group = np.ix_(rows, columns)
        linked[group] = True
        inside = cosine[group]
        best = (inside == inside.max(axis=1)[:, None]) | (inside == inside.max(axis=0))
        certain[group] = best
        if inside.size == 1:
            x, y = texts_a[rows[0]], texts_b[columns[0]]
            only = [
                spans_of(text, [part for part in link[f"{side}_only"] if part in text])
                for side, text in (("a", x), ("b", y))
            ]
            single[rows[0], columns[0]] = Pair(x, y, 1.0, *only)
    return Articles(folder.name, tuple(texts_a), tuple(texts_b), cosine, linked, certain, single)


@dataclass(frozen=True, slots=True)
class Graded:
    """A pair of the STS benchmark in all its languages, and its similarity, 0 to 1."""

    first: dict[str, str]
    second: dict[str, str]
    similarity: float

    def across(self, one: str, other: str) -> Pair:
        """The first sentence in one language, the second in another."""
        return Pair(self.first[one], self.second[other], self.similarity)


def read_graded(folder: Path) -> list[Graded]:
    """The training part of the STS benchmark, line-parallel in four languages."""
    tables = []
    for language in LANGUAGES:
        with (folder / f"{language}-train.csv").open(encoding="utf-8", newline="") as lines:
            tables.append(list(csv.reader(lines)))
    return [
        Graded(
            {language: row[0] for language, row in zip(LANGUAGES, rows, strict=True)},
            {language: row[1] for language, row in zip(LANGUAGES, rows, strict=True)},
            float(rows[0][2]) / 5,
        )
        for rows in zip(*tables, strict=True)
    ]


# How far a sentence pair of each class of REFreSD makes the same statement.
CLASSES = {SAME: 1.0, PARTIAL: 0.7, UNRELATED: 0.0}


def read_divergent(path: Path) -> list[Pair]:
    """REFreSD (Briakou & Carpuat, 2020); the words that two of three annotators marked are the spans."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [_divergent(*row.values()) for row in rows]


def _divergent(_: str, relation: str, a: str, b: str, a_marks: str, b_marks: str) -> Pair:
    a_only, b_only = (
        tuple(
            word.span()
            for word, mark in zip(re.finditer(r"\S+", text), marks.split(), strict=True)
            if int(mark) >= ANNOTATORS
        )
        for text, marks in ((a, a_marks), (b, b_marks))
    )
    return Pair(a, b, CLASSES[relation], a_only, b_only)
