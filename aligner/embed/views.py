"""What is embedded of a document: sentences, alone and with their neighbours, and their parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from aligner.embed import Encoder
from aligner.embed.excerpts import encode_excerpts
from aligner.embed.windows import Runs, Windows, open_windows
from aligner.evidence import phrases, quotations, rarities, words
from aligner.types import Sentence
from aligner.vectors import Parts, Vectors, Views

# Phrases are read as they stand in their sentence. Three words every word, or four, make no difference
# on the development articles (0.005 link F1), and half as many are a quarter of the comparisons.
PHRASE_WORDS, PHRASE_STEP = 4, 2


@dataclass(frozen=True, slots=True)
class KeptWindows:
    """The windows of some sentences of a text, numbered anew."""

    windows: Windows
    kept: Sequence[int]

    @property
    def sentences(self) -> Vectors:
        """The vectors `[n, d]` of single sentences."""
        return self.windows.sentences[list(self.kept)]

    @property
    def costly(self) -> bool:
        """Whether every run costs as much as a text of its own."""
        return self.windows.costly

    def of(self, runs: Runs) -> Vectors:
        """The vectors `[k, d]` of those runs."""
        return self.windows.of([tuple(self.kept[i] for i in run) for run in runs])


def embed_views(
    documents: Sequence[Sequence[Sentence]],
    encoder: Encoder,
    windows: Sequence[Windows] | None = None,
) -> list[Views]:
    """The views of each document's sentences; `windows` are those of them, if they are at hand."""
    opened = windows or [
        open_windows([sentence.text for sentence in sentences], encoder) for sentences in documents
    ]
    return [_views(*one, encoder) for one in zip(documents, opened, strict=True)]


def _views(sentences: Sequence[Sentence], windows: Windows, encoder: Encoder) -> Views:
    texts = [sentence.text for sentence in sentences]
    vectors = windows.sentences
    before, after = _with_neighbours(windows)
    words_of = [_words(text) for text in texts]
    spans = [phrases(text, PHRASE_WORDS, PHRASE_STEP) for text in texts]
    quoted = quotations(sentences)
    return Views(
        sentences=vectors,
        before=before,
        after=after,
        words=_parts(_encoded_words(words_of, encoder), rarities(words_of)),
        phrases=_parts(
            encode_excerpts(encoder, texts, [[[span] for span in one] for one in spans])
        ),
        quotes=_replaced(vectors, [one.text if one else None for one in quoted], encoder),
        speeches=_replaced(vectors, [one.whole if one else None for one in quoted], encoder),
        speech=np.array([one.block if one else -1 for one in quoted], dtype=np.intp),
    )


def _with_neighbours(windows: Windows) -> tuple[Vectors, Vectors]:
    """Each sentence read together with the one before, and with the one after it."""
    before, after = windows.sentences.copy(), windows.sentences.copy()
    n = len(before)
    if n > 2:  # of two sentences, either with its neighbour is the whole text, which tells nothing
        pairs = windows.of([(k, k + 1) for k in range(n - 1)])
        before[1:], after[:-1] = pairs, pairs
    return before, after


def _words(text: str) -> list[str]:
    """The words of a sentence in lower case, but for those of one letter; at least one."""
    return [text[start:end].lower() for start, end in words(text) if end - start > 1] or [text]


def _encoded_words(of_each: Sequence[Sequence[str]], encoder: Encoder) -> list[Vectors]:
    """The words of each sentence, every distinct one read once, by itself.

    Read as they stand in their sentence, as phrases are, they served link F1 worse by 0.01.
    """
    number: dict[str, int] = {}
    for word in chain.from_iterable(of_each):
        number.setdefault(word, len(number))
    vectors = encoder.encode(list(number))
    return [vectors[[number[word] for word in one]] for one in of_each]


def _parts(vectors: Sequence[Vectors], weights: Sequence[Sequence[float]] | None = None) -> Parts:
    """The parts of sentences, of equal weight where there is none."""
    flat = (
        [weight for one in weights for weight in one] if weights else [1.0] * sum(map(len, vectors))
    )
    return Parts(np.concatenate(vectors), np.cumsum([0, *map(len, vectors)])[:-1], np.array(flat))


def _replaced(vectors: Vectors, texts: Sequence[str | None], encoder: Encoder) -> Vectors:
    """The vectors `[n, d]`, with those of a text where there is one."""
    chosen = [k for k, text in enumerate(texts) if text]
    replaced = vectors.copy()
    if chosen:
        distinct = list(dict.fromkeys(text for text in texts if text))
        encoded = dict(zip(distinct, encoder.encode(distinct), strict=True))
        replaced[chosen] = [encoded[text] for text in texts if text]
    return replaced
