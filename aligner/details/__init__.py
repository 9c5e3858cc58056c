"""What one side of a link says and the other document never does, and what makes a sentence news."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from aligner.details.clauses import (
    Dissected,
    Excerpts,
    Matrix,
    Span,
    absent_spans,
    absent_words,
    dissect,
    unsaid_words,
    word_features,
)
from aligner.details.facts import absent_facts
from aligner.types import Detail, Document, Kind, Sentence
from aligner.vectors import Marks

__all__ = [
    "PerSentence",
    "Unsaid",
    "absent_facts",
    "evidence",
    "link_details",
    "merged_details",
    "verdicts",
]

Pair = tuple[Sequence[int], Sequence[int]]
PerSentence = Sequence[tuple[Detail, ...]]
# Of a and of b.
Facts = tuple[PerSentence, PerSentence]
Parts = tuple[dict[int, Dissected], dict[int, Dissected]]
# By the number of a sentence and of one of the other text that does not say them.
Verdicts = Mapping[tuple[int, int], Marks]
# For each `(i, j)`, what of the i-th text of a the j-th of b does not say, and the reverse.
Unsaid = Callable[
    [Sequence[str], Sequence[str], Sequence[tuple[int, int]]], Sequence[tuple[Marks, Marks]]
]

# Links whose excerpts are at hand at once, to bound memory: a book's would take gigabytes.
LINKS_AT_A_TIME = 128


def link_details(
    documents: tuple[Document, Document],
    links: Sequence[Pair],
    facts: Facts,
    excerpts: Excerpts,
    unsaid: Unsaid | None = None,
) -> list[tuple[tuple[Detail, ...], tuple[Detail, ...]]]:
    """For each link, the details of its sentences of a and of b, in the order of the text.

    `links`: sentence numbers of a and of b. `facts`: the names and numbers of each sentence of a and
    of b that the other document lacks. `excerpts`: the vectors of texts with words left out; called in
    a thread, beside the judgement of the links before. `unsaid`: what a verifier finds that linked
    sentences lack, if there is one.
    """
    batches = [links[k : k + LINKS_AT_A_TIME] for k in range(0, len(links), LINKS_AT_A_TIME)]
    if not batches:
        return []
    result = []
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_parts, documents, batches[0], excerpts)
        marks = unsaid and verdicts(documents, links, unsaid)
        for some, after in zip(batches, [*batches[1:], []], strict=True):
            parts = coming.result()
            coming = pool.submit(_parts, documents, after, excerpts)
            result += _of_some_links(documents, some, parts, facts, marks)
    return result


def _parts(documents: Sequence[Document], links: Sequence[Pair], excerpts: Excerpts) -> Parts:
    """The sentences of links, taken apart."""
    linked = [sorted({k for link in links for k in link[side]}) for side in (0, 1)]
    texts = [documents[side].sentences[k].text for side in (0, 1) for k in linked[side]]
    vectors = iter(dissect(texts, excerpts))
    of_a, of_b = ({k: next(vectors) for k in numbers} for numbers in linked)
    return of_a, of_b


def _of_some_links(
    documents: tuple[Document, Document],
    links: Sequence[Pair],
    parts: Parts,
    facts: Facts,
    marks: tuple[Verdicts, Verdicts] | None,
) -> list[tuple[tuple[Detail, ...], tuple[Detail, ...]]]:
    result = []
    for link in links:
        sides = []
        for side in (0, 1):
            counterpart = link[1 - side]
            found: list[Detail] = []
            for k in link[side]:
                missing = marks and [marks[side][k, other] for other in counterpart]
                sentence, own = documents[side].sentences[k], facts[side][k]
                there = [parts[1 - side][other] for other in counterpart]
                features = evidence(sentence, parts[side][k], there, own, missing)
                spans = absent_spans(parts[side][k], absent_words(features))
                found += merged_details(sentence, own, spans)
            sides.append(tuple(found))
        result.append((sides[0], sides[1]))
    return result


def verdicts(
    documents: tuple[Document, Document], links: Sequence[Pair], unsaid: Unsaid
) -> tuple[Verdicts, Verdicts]:
    """What each sentence of a link says and each of its counterpart does not, of a and of b.

    The verifier is given the sentences that it was given for the scores, without boilerplate, so that
    it has read them; only an answer of readers links what is taken for boilerplate.
    """
    pairs = sorted({(i, j) for link in links for i in link[0] for j in link[1]})
    linked = [{k for link in links for k in link[side]} for side in (0, 1)]
    kept = [
        [k for k, one in enumerate(document.sentences) if k in numbers or not one.boilerplate]
        for document, numbers in zip(documents, linked, strict=True)
    ]
    a, b = (
        [document.sentences[k].text for k in numbers]
        for document, numbers in zip(documents, kept, strict=True)
    )
    places_a, places_b = ({k: place for place, k in enumerate(numbers)} for numbers in kept)
    found = unsaid(a, b, [(places_a[i], places_b[j]) for i, j in pairs])
    return (
        {(i, j): marks for (i, j), (marks, _) in zip(pairs, found, strict=True)},
        {(j, i): marks for (i, j), (_, marks) in zip(pairs, found, strict=True)},
    )


def evidence(
    sentence: Sentence,
    dissected: Dissected,
    counterpart: Sequence[Dissected],
    facts: Sequence[Detail],
    unsaid: Sequence[Marks] | None = None,
) -> Matrix:
    """The features `[w, 3 f]` of a sentence's words, given the facts that only it states.

    `unsaid`: what each sentence of the counterpart does not say, if a verifier read them.
    """
    numbers, names = (
        [
            (one.start - sentence.start, one.end - sentence.start)
            for one in facts
            if one.kind == kind
        ]
        for kind in ("number", "name")
    )
    odds = None if unsaid is None else unsaid_words(dissected.words, unsaid)
    return word_features(dissected, counterpart, numbers, names, odds)


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
