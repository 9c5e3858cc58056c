"""What one side of a link says and the other document never does, and what makes a sentence news."""

from collections.abc import Sequence

from aligner.details.clauses import (
    Dissected,
    Excerpts,
    Matrix,
    Span,
    absent_spans,
    absent_words,
    dissect,
    word_features,
)
from aligner.details.facts import absent_facts
from aligner.types import Detail, Document, Kind, Sentence

__all__ = ["absent_facts", "evidence", "link_details", "merged_details"]

Pair = tuple[Sequence[int], Sequence[int]]
PerSentence = Sequence[tuple[Detail, ...]]


def link_details(
    a: Document,
    b: Document,
    links: Sequence[Pair],
    facts: tuple[PerSentence, PerSentence],
    excerpts: Excerpts,
) -> list[tuple[tuple[Detail, ...], tuple[Detail, ...]]]:
    """For each link, the details of its sentences of a and of b, in the order of the text.

    `links`: sentence numbers of a and of b. `facts`: the names and numbers of each sentence of a and
    of b that the other document lacks. `excerpts`: the vectors of texts with words left out.
    """
    documents = (a, b)
    linked = [sorted({k for link in links for k in link[side]}) for side in (0, 1)]
    texts = [documents[side].sentences[k].text for side in (0, 1) for k in linked[side]]
    vectors = iter(dissect(texts, excerpts))
    parts: list[dict[int, Dissected]] = [
        {k: next(vectors) for k in linked[side]} for side in (0, 1)
    ]
    result = []
    for link in links:
        sides = []
        for side in (0, 1):
            counterpart = [parts[1 - side][k] for k in link[1 - side]]
            sides.append(
                tuple(
                    detail
                    for k in link[side]
                    for detail in _details(
                        documents[side].sentences[k], parts[side][k], counterpart, facts[side][k]
                    )
                )
            )
        result.append((sides[0], sides[1]))
    return result


def _details(
    sentence: Sentence,
    dissected: Dissected,
    counterpart: Sequence[Dissected],
    facts: Sequence[Detail],
) -> list[Detail]:
    probability = absent_words(evidence(sentence, dissected, counterpart, facts))
    return merged_details(sentence, facts, absent_spans(dissected, probability))


def evidence(
    sentence: Sentence,
    dissected: Dissected,
    counterpart: Sequence[Dissected],
    facts: Sequence[Detail],
) -> Matrix:
    """The features `[w, 3 f]` of a sentence's words, given the facts that only it states."""
    numbers, names = (
        [
            (one.start - sentence.start, one.end - sentence.start)
            for one in facts
            if one.kind == kind
        ]
        for kind in ("number", "name")
    )
    return word_features(dissected, counterpart, numbers, names)


def merged_details(
    sentence: Sentence, facts: Sequence[Detail], clauses: Sequence[Span]
) -> list[Detail]:
    """Facts and clauses as disjoint details: what overlaps is one.

    It is a name or a number when that makes up half of it, else a clause.
    """
    spans = sorted(
        [(one.start - sentence.start, one.end - sentence.start) for one in facts] + list(clauses)
    )
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return [
        Detail(
            sentence.start + start,
            sentence.start + end,
            sentence.text[start:end],
            _kind(sentence.start + start, sentence.start + end, facts),
        )
        for start, end in joined
    ]


def _kind(start: int, end: int, facts: Sequence[Detail]) -> Kind:
    inside = [one for one in facts if start <= one.start and one.end <= end]
    if 2 * sum(one.end - one.start for one in inside) >= end - start:
        return inside[0].kind
    return "clause"
