"""Sentences with a counterpart, and the words of each that the counterpart does not say.

Three sources: links of gold articles (`samples/README.md`), sentence pairs written for the purpose (JSON
lines with `a`, `same`, `partial` and the spans `a_only` and `b_only` of a and partial), and REFreSD
(Briakou & Carpuat 2020, MIT licence; https://github.com/Elbria/xling-SemDiv), sentences of Wikipedia in
English and French of which three annotators marked the words that differ.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from aligner.details import Unsaid, absent_facts, evidence, verdicts
from aligner.details.clauses import Dissected, Matrix, Span, dissect
from aligner.embed import Encoder
from aligner.embed.excerpts import encode_excerpts
from aligner.read import read_path
from aligner.segment import segment
from aligner.types import Detail, Document, Sentence

Source = Literal["articles", "pairs", "refresd"]
Flags = npt.NDArray[np.bool_]

# How many of the three annotators make a word one that differs.
ANNOTATORS = 2
# Consecutive records of a file that may tell of one story are held out together.
RECORDS_TOGETHER = 8
# What REFreSD calls a pair of sentences.
SAME, PARTIAL, UNRELATED = "no_meaning_difference", "some_meaning_difference", "unrelated"


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a link, with the answer.

    `group` is held out as one. `labels` `[w]`: whether the counterpart does not say each word; `gold`:
    the spans of those, as offsets into the sentence, none in REFreSD. `relation`: what the answer calls
    the link, in the words of REFreSD.
    """

    source: Source
    group: str
    link: tuple[str, int]
    relation: str
    sentence: Sentence
    dissected: Dissected
    facts: tuple[Detail, ...]
    features: Matrix
    labels: Flags
    gold: tuple[Span, ...]


def _covered(dissected: Dissected, gold: Sequence[Span]) -> Flags:
    """For each word, whether more than half of it lies in a gold span; `[w]`."""
    return np.array(
        [
            any(2 * (min(e, end) - max(s, start)) > end - start for s, e in gold)
            for start, end in dissected.words
        ]
    )


def numbers_of(document: Document, texts: Sequence[str]) -> list[int]:
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


def read_articles(
    folder: Path, encoder: Encoder, unsaid: Unsaid | None = None
) -> Iterator[Example]:
    """All linked sentences of the case in a folder, both sides; `unsaid` as in `link_details`."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    sources = [read_path(next(folder.glob(f"{side}.*.txt"))) for side in "ab"]
    a, b = (segment(source.text, name=source.name).document for source in sources)
    documents = (a, b)
    facts = (absent_facts(a, b, encoder.encode), absent_facts(b, a, encoder.encode))
    for number, link in enumerate(gold["links"]):
        groups = [numbers_of(a, link["a"]), numbers_of(b, link["b"])]
        marks = unsaid and verdicts(documents, [(groups[0], groups[1])], unsaid)
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
                found = spans_of(sentence.text, here)
                missing = marks and [marks[side][k, other] for other in groups[1 - side]]
                own = facts[side][k]
                yield Example(
                    source="articles",
                    group=folder.name,
                    link=(folder.name, number),
                    relation=PARTIAL if link["relation"] == "partial" else SAME,
                    sentence=sentence,
                    dissected=dissected,
                    facts=own,
                    features=evidence(sentence, dissected, parts[1 - side], own, missing),
                    labels=_covered(dissected, found),
                    gold=found,
                )


def spans_of(text: str, parts: Sequence[str]) -> tuple[Span, ...]:
    """Where the parts first stand in a text, as half-open offsets."""
    return tuple((text.index(part), text.index(part) + len(part)) for part in parts)


def story_of(path: Path, number: int, record: Mapping[str, Any]) -> str:
    """The story of a record of sentence pairs; stories are held out as one."""
    return f"{path.stem}-{record.get('story', str(number // RECORDS_TOGETHER))}"


def read_pairs(
    path: Path, encoder: Encoder, unsaid: Callable[[str], Unsaid | None] = lambda _: None
) -> Iterator[Example]:
    """Both sides of each record's `a` with `same` and with `partial`.

    `unsaid`: for a story, what tells the words that are not said, as in `link_details`.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        record = json.loads(line)
        languages = (record["a_lang"], record["b_lang"])
        for name, relation in (("same", SAME), ("partial", PARTIAL)):
            spans = [record["a_only"], record["b_only"]] if relation == PARTIAL else [[], []]
            texts = (record["a"], record[name])
            gold = [spans_of(text, side) for text, side in zip(texts, spans, strict=True)]
            group = story_of(path, number, record)
            link = (f"{path.stem} {name}", number)
            for side in _both_sides(texts, languages, encoder, unsaid(group)):
                found = gold[side.number]
                labels = _covered(side.dissected, found)
                yield _example("pairs", group, link, relation, side, labels, found)


def read_refresd(path: Path, encoder: Encoder) -> Iterator[Example]:
    """Both sides of every sentence pair, English first."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        for number, row in enumerate(rows):
            _, relation, *texts, marks_en, marks_fr = row.values()
            marks = [
                np.array([int(mark) >= ANNOTATORS for mark in column.split()])
                for column in (marks_en, marks_fr)
            ]
            group = f"refresd {number}"
            for side in _both_sides((texts[0], texts[1]), ("en", "fr"), encoder):
                labels = marks[side.number]
                yield _example("refresd", group, ("refresd", number), relation, side, labels, ())


@dataclass(frozen=True, slots=True)
class _Side:
    """One sentence of a pair that is all there is of either document."""

    number: int
    sentence: Sentence
    dissected: Dissected
    facts: tuple[Detail, ...]
    features: Matrix


def _both_sides(
    texts: tuple[str, str],
    languages: tuple[str, str],
    encoder: Encoder,
    unsaid: Unsaid | None = None,
) -> Iterator[_Side]:
    a, b = (
        Document(language, language, text, (Sentence(text, 0, len(text), 0),))
        for text, language in zip(texts, languages, strict=True)
    )
    documents = (a, b)
    marks = unsaid and verdicts(documents, [((0,), (0,))], unsaid)
    dissected = dissect(texts, partial(encode_excerpts, encoder))
    for side in (0, 1):
        sentence = documents[side].sentences[0]
        facts = absent_facts(documents[side], documents[1 - side], encoder.encode)[0]
        missing = marks and [marks[side][0, 0]]
        features = evidence(sentence, dissected[side], [dissected[1 - side]], facts, missing)
        yield _Side(side, sentence, dissected[side], facts, features)


def _example(  # noqa: PLR0913, PLR0917 (what a side lacks of an example)
    source: Source,
    group: str,
    link: tuple[str, int],
    relation: str,
    side: _Side,
    labels: Flags,
    gold: tuple[Span, ...],
) -> Example:
    return Example(
        source,
        group,
        link,
        relation,
        side.sentence,
        side.dissected,
        side.facts,
        side.features,
        labels,
        gold,
    )
