"""Gold cases of comparable articles: folders with `a.<lang>.txt`, `b.<lang>.txt` and `gold.json`.

The format is described in `samples/README.md`; `samples/` holds cases written for this project.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.embed.views import embed_views
from aligner.evidence import known_names
from aligner.read import read_path
from aligner.score import Passage, read_passage
from aligner.segment import segment
from aligner.spelling import folded
from aligner.types import Sentence
from aligner.vectors import Parts


@dataclass(frozen=True, slots=True)
class Article:
    """One side of a case as the tool sees it: sentences that are not boilerplate, `n` of them."""

    sentences: tuple[Sentence, ...]
    passage: Passage


@dataclass(frozen=True, slots=True)
class Case:
    """Two articles and which of their sentences a reader links, `[n, m]`."""

    name: str
    a: Article
    b: Article
    linked: npt.NDArray[np.bool_]
    missed: int  # gold pairs that no pair of sentences stands for: taken for boilerplate


def _gold_groups(
    text: str, sentences: tuple[Sentence, ...], links: list[list[str]]
) -> list[set[int]]:
    """For each sentence the gold links it overlaps by half of either."""
    groups: list[set[int]] = [set() for _ in sentences]
    for number, link in enumerate(links):
        for gold in link:
            start = text.index(gold)
            end = start + len(gold)
            for k, one in enumerate(sentences):
                shared = min(end, one.end) - max(start, one.start)
                if shared >= 0.5 * min(end - start, one.end - one.start):
                    groups[k].add(number)
    return groups


def read_case(folder: Path, encoder: Encoder) -> Case:
    """A case with everything the scorer needs, read and segmented as the command does."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    sides, groups = [], []
    for side in "ab":
        source = read_path(next(folder.glob(f"{side}.*.txt")))
        document = segment(source.text, name=source.name).document
        content = tuple(one for one in document.sentences if not one.boilerplate)
        sides.append((document.language, content))
        groups.append(_gold_groups(source.text, content, [link[side] for link in gold["links"]]))
    views = embed_views([content for _, content in sides], encoder)
    a, b = (
        Article(content, read_passage(content, language, view))
        for (language, content), view in zip(sides, views, strict=True)
    )
    linked = np.array([[bool(x & y) for y in groups[1]] for x in groups[0]])
    wanted = sum(len(link["a"]) * len(link["b"]) for link in gold["links"])
    return Case(folder.name, a, b, linked, max(0, wanted - int(linked.sum())))


def excerpt(case: Case, rows: range, columns: range) -> Case:
    """Some consecutive sentences of either article as a case of their own."""
    a, b = _excerpt_of(case.a, rows), _excerpt_of(case.b, columns)
    return Case(case.name, a, b, case.linked[np.ix_(rows, columns)], 0)


def _excerpt_of(article: Article, kept: range) -> Article:
    passage, views = article.passage, article.passage.views
    part = slice(kept.start, kept.stop)
    lead = passage.lead if passage.lead in kept and kept.start == 0 else None
    return Article(
        article.sentences[part],
        replace(
            passage,
            views=replace(
                views,
                sentences=views.sentences[part],
                before=views.before[part],
                after=views.after[part],
                words=_parts_of(views.words, kept),
                phrases=_parts_of(views.phrases, kept),
                quotes=views.quotes[part],
                speeches=views.speeches[part],
                speech=views.speech[part],
            ),
            lengths=passage.lengths[part],
            numbers=passage.numbers[part],
            durations=passage.durations[part],
            names=frozenset(
                folded(name) for name in known_names([one.text for one in article.sentences[part]])
            ),
            lead=lead,
        ),
    )


def _parts_of(parts: Parts, kept: range) -> Parts:
    ends = [*parts.starts.tolist(), len(parts.vectors)]
    low, high = ends[kept.start], ends[kept.stop]
    starts = parts.starts[kept.start : kept.stop] - low
    return Parts(parts.vectors[low:high], starts, parts.weights[low:high])


def read_shuffled(folder: Path, encoder: Encoder) -> Iterator[Case]:
    """Cases of `a.txt`, `b.txt` (a sentence a line) and `gold.ladder` (`[0]:[2, 3]` a line), by name."""
    for ladder in sorted(folder.rglob("gold.ladder")):
        documents = [
            segment(read_path(ladder.parent / name).text, name=name, split="lines").document
            for name in ("a.txt", "b.txt")
        ]
        views = embed_views([document.sentences for document in documents], encoder)
        a, b = (
            Article(
                one.sentences,
                read_passage(one.sentences, one.language, view),
            )
            for one, view in zip(documents, views, strict=True)
        )
        linked = np.zeros((len(a.sentences), len(b.sentences)), dtype=np.bool_)
        for line in ladder.read_text(encoding="utf-8").splitlines():
            rows, columns = map(json.loads, line.split(":")[:2])
            linked[np.ix_(rows, columns)] = True
        yield Case(ladder.parent.name, a, b, linked, 0)


def read_cases(folder: Path, encoder: Encoder) -> Iterator[Case]:
    """Every case below a folder, by name."""
    for gold in sorted(folder.rglob("gold.json")):
        yield read_case(gold.parent, encoder)
