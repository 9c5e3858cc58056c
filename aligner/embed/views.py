"""What is embedded of a document: sentences, alone and with their neighbours, and their parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aligner.embed import Encoder
from aligner.evidence import phrases, quotations, rarities
from aligner.types import Sentence
from aligner.vectors import Parts, Vectors, Views

# Runs of 2 and of 4 words scored within 0.005 link F1 of runs of 3 on the development articles.
PHRASE_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts behind the vectors of a `Views`."""

    sentences: list[str]
    before: list[str]
    after: list[str]
    words: list[list[str]]
    phrases: list[list[str]]
    quotes: list[str]
    speeches: list[str]
    speech: list[int]


def embed_views(documents: Sequence[Sequence[Sentence]], encoder: Encoder) -> list[Views]:
    """The views of each document's sentences; every distinct text is encoded once, in one call."""
    everything = [_texts_of(sentences) for sentences in documents]
    number: dict[str, int] = {}
    for texts in everything:
        groups = (*texts.words, *texts.phrases)
        parts = (part for group in groups for part in group)
        for text in (
            *texts.sentences,
            *texts.before,
            *texts.after,
            *parts,
            *texts.quotes,
            *texts.speeches,
        ):
            number.setdefault(text, len(number))
    vectors = encoder.encode(list(number))

    def take(texts: list[str]) -> Vectors:
        return vectors[[number[text] for text in texts]]

    def parts_of(groups: list[list[str]], weights: list[list[float]] | None = None) -> Parts:
        starts = np.cumsum([0, *map(len, groups)])[:-1]
        flat = [part for group in groups for part in group]
        equal = [[1.0] * len(group) for group in groups]
        flat_weights = [weight for group in weights or equal for weight in group]
        return Parts(take(flat), starts, np.array(flat_weights))

    return [
        Views(
            sentences=take(texts.sentences),
            before=take(texts.before),
            after=take(texts.after),
            words=parts_of(texts.words, rarities(texts.words)),
            phrases=parts_of(texts.phrases),
            quotes=take(texts.quotes),
            speeches=take(texts.speeches),
            speech=np.array(texts.speech, dtype=np.intp),
        )
        for texts in everything
    ]


def _texts_of(sentences: Sequence[Sentence]) -> _Texts:
    texts = [sentence.text for sentence in sentences]
    # Of two sentences, either with its neighbour is the whole text, which tells nothing.
    reach = 1 if len(texts) > 2 else 0
    quoted = quotations(sentences)
    return _Texts(
        sentences=texts,
        before=[" ".join(texts[max(0, k - reach) : k + 1]) for k in range(len(texts))],
        after=[" ".join(texts[k : k + 1 + reach]) for k in range(len(texts))],
        words=[phrases(text.lower(), 1) for text in texts],
        phrases=[phrases(text, PHRASE_WORDS) for text in texts],
        quotes=[one.text if one else text for one, text in zip(quoted, texts, strict=True)],
        speeches=[one.whole if one else text for one, text in zip(quoted, texts, strict=True)],
        speech=[one.block if one else -1 for one in quoted],
    )
