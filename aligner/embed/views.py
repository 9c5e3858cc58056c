"""What is embedded of a document: its sentences, each with the one before it, and its phrases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder, Vectors
from aligner.evidence import phrases

# Runs of 2 and 4 words, and single words weighted by rarity, scored within 0.005 link F1 of runs of 3
# on the development articles.
PHRASE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Views:
    """The vectors of `n` sentences, all of length 1.

    `sentences` `[n, d]`; `contexts` `[n, d]`, each sentence read after the one before it, which tells
    what its pronouns stand for; `phrases` `[p, d]`, those of a sentence in a row; `phrase_starts` `[n]`,
    the number of each sentence's first phrase.
    """

    sentences: Vectors
    contexts: Vectors
    phrases: Vectors
    phrase_starts: npt.NDArray[np.intp]


def embed_views(documents: list[list[str]], encoder: Encoder) -> list[Views]:
    """The views of each document's sentences; every distinct text is encoded once, in one call."""
    contexts = [
        [" ".join(doc[max(0, k - 1) : k + 1]) for k in range(len(doc))] for doc in documents
    ]
    split = [[phrases(text, PHRASE_WORDS) for text in doc] for doc in documents]
    runs = [[run for of_sentence in doc for run in of_sentence] for doc in split]
    distinct = list(
        dict.fromkeys(
            text for group in (documents, contexts, runs) for doc in group for text in doc
        )
    )
    vectors = encoder.encode(distinct)
    row = {text: k for k, text in enumerate(distinct)}

    def take(texts: list[str]) -> Vectors:
        return vectors[[row[text] for text in texts]]

    return [
        Views(
            take(doc),
            take(contexts[k]),
            take(runs[k]),
            np.cumsum([0, *(len(one) for one in split[k])])[:-1],
        )
        for k, doc in enumerate(documents)
    ]
