"""Sentence pairs to train a verifier on, read from the gold folder: see its README for the formats."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.read import read_path
from aligner.segment import segment
from aligner.types import Document

Span = tuple[int, int]

LANGUAGES = ("pt", "fr", "en", "es")  # of the STS benchmark
# Consecutive records of a file that may tell of one story are kept in one fold.
RECORDS_TOGETHER = 8
# An unlinked pair of an article is worth telling apart when it is among so many nearest of a sentence.
NEAREST = 6


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

    @property
    def cells(self) -> list[Pair]:
        """The two-by-two block: `(a, same)`, `(a, near)`, `(near_a, same)`, `(near_a, near)`."""
        return [
            Pair(self.a, self.same, 1.0, (), ()),
            Pair(self.a, self.near, 0.0),
            Pair(self.near_a, self.same, 0.0),
            Pair(self.near_a, self.near, 1.0, (), ()),
        ]


@dataclass(frozen=True, slots=True)
class Articles:
    """Two articles with all their sentences, `n` and `m`, boilerplate included.

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
        """Cells `[n, m]` among the nearest of their row or column."""
        ranks = [
            np.argsort(np.argsort(-self.cosine, axis=axis, kind="stable"), axis=axis)
            for axis in (0, 1)
        ]
        nearest: npt.NDArray[np.bool_] = np.minimum(*ranks) < NEAREST
        return nearest


def read_blocks(folder: Path) -> list[Block]:
    """The records of `gold/pairs`."""
    blocks = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            record = json.loads(line)
            story = record.get("story", str(number // RECORDS_TOGETHER))
            partial = Pair(
                record["a"],
                record["partial"],
                1.0,
                _spans(record["a"], record["a_only"]),
                _spans(record["partial"], record["b_only"]),
            )
            blocks.append(
                Block(
                    f"{path.stem}-{story}",
                    (record["a_lang"], record["b_lang"]),
                    record["a"],
                    record["same"],
                    partial,
                    record["near"],
                    record["near_a"],
                )
            )
    return blocks


def _spans(text: str, parts: Sequence[str]) -> tuple[Span, ...]:
    return tuple((text.index(part), text.index(part) + len(part)) for part in parts)


def read_articles(folder: Path, encoder: Encoder) -> list[Articles]:
    """The cases of `gold/comparable`, read and segmented as the command does."""
    return [_read_case(path.parent, encoder) for path in sorted(folder.rglob("gold.json"))]


def _read_case(folder: Path, encoder: Encoder) -> Articles:
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    sources = [read_path(next(folder.glob(f"{side}.*.txt"))) for side in "ab"]
    a, b = (segment(source.text, name=source.name).document for source in sources)
    texts_a, texts_b = ([one.text for one in document.sentences] for document in (a, b))
    cosine = encoder.encode(texts_a) @ encoder.encode(texts_b).T
    linked = np.zeros(cosine.shape, dtype=np.bool_)
    certain = np.ones(cosine.shape, dtype=np.bool_)
    single = {}
    for link in gold["links"]:
        rows, columns = _numbers_of(a, link["a"]), _numbers_of(b, link["b"])
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
                tuple((t.index(s), t.index(s) + len(s)) for s in link[f"{side}_only"] if s in t)
                for side, t in (("a", x), ("b", y))
            ]
            single[rows[0], columns[0]] = Pair(x, y, 1.0, *only)
    return Articles(folder.name, tuple(texts_a), tuple(texts_b), cosine, linked, certain, single)


def _numbers_of(document: Document, texts: Sequence[str]) -> list[int]:
    """The sentences that overlap the gold sentences by half of either."""
    found = set()
    for text in texts:
        start = document.text.index(text)
        end = start + len(text)
        for k, one in enumerate(document.sentences):
            shared = min(end, one.end) - max(start, one.start)
            if 2 * shared >= min(end - start, one.end - one.start):
                found.add(k)
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Graded:
    """A pair of the STS benchmark in all its languages, and its similarity, 0 to 1."""

    first: dict[str, str]
    second: dict[str, str]
    similarity: float

    def across(self, one: str, other: str) -> Pair:
        """The first sentence in one language, the second in another."""
        return Pair(self.first[one], self.second[other], self.similarity)


def read_graded(folder: Path, part: str) -> list[Graded]:
    """The `train` or `dev` part of the STS benchmark, line-parallel in four languages."""
    tables = []
    for language in LANGUAGES:
        with (folder / f"{language}-{part}.csv").open(encoding="utf-8", newline="") as lines:
            tables.append(list(csv.reader(lines)))
    return [
        Graded(
            {language: row[0] for language, row in zip(LANGUAGES, rows, strict=True)},
            {language: row[1] for language, row in zip(LANGUAGES, rows, strict=True)},
            float(rows[0][2]) / 5,
        )
        for rows in zip(*tables, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Divergent:
    """A pair of REFreSD: its label, and for each word its span and how many of three marked it."""

    label: str
    pair: Pair
    marks: tuple[tuple[tuple[Span, int], ...], tuple[tuple[Span, int], ...]]


# How far a sentence pair of each class makes the same statement.
CLASSES = {"no_meaning_difference": 1.0, "some_meaning_difference": 0.7, "unrelated": 0.0}


def read_divergent(path: Path) -> list[Divergent]:
    """REFreSD (Briakou & Carpuat, 2020), words marked by two of three annotators as the spans."""
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    return [_divergent(*row.split("\t")) for row in rows]


def _divergent(_: str, label: str, a: str, b: str, a_marks: str, b_marks: str) -> Divergent:
    marks = tuple(
        tuple(zip(_word_spans(text), map(int, counts.split()), strict=True))
        for text, counts in ((a, a_marks), (b, b_marks))
    )
    a_only, b_only = (tuple(span for span, count in side if count >= 2) for side in marks)
    return Divergent(label, Pair(a, b, CLASSES[label], a_only, b_only), (marks[0], marks[1]))


def _word_spans(text: str) -> list[Span]:
    spans, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        spans.append((start, start + len(word)))
        start += len(word)
    return spans
