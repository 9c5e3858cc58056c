"""Gold cases of comparable articles: folders with `a.<lang>.txt`, `b.<lang>.txt` and `gold.json`.

The format is described in `samples/README.md`; `samples/` holds cases written for this project.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.embed.views import embed_views
from aligner.read import read_path
from aligner.score import Passage, read_passage
from aligner.segment import segment
from aligner.types import Sentence

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Article:
    """One side of a case as the tool sees it: sentences that are not boilerplate, `n` of them."""

    sentences: tuple[Sentence, ...]
    passage: Passage
    group: tuple[frozenset[int], ...]  # the gold links that each sentence is part of


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
        Article(content, read_passage(content, language, view), tuple(map(frozenset, group)))
        for (language, content), view, group in zip(sides, views, groups, strict=True)
    )
    linked = np.array([[bool(x & y) for y in b.group] for x in a.group])
    wanted = sum(len(link["a"]) * len(link["b"]) for link in gold["links"])
    return Case(folder.name, a, b, linked, max(0, wanted - int(linked.sum())))


def read_cases(folder: Path, encoder: Encoder) -> Iterator[Case]:
    """Every case below a folder, by name."""
    for gold in sorted(folder.rglob("gold.json")):
        yield read_case(gold.parent, encoder)
