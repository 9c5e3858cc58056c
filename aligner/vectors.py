"""Vectors of sentences and of their parts: what the embed stage makes and the score stage reads.

Axes: `n` sentences, `d` dimensions, `p` parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
# Parts of a sentence, as half-open offsets, and the log odds of something that is said of each.
Marks = Sequence[tuple[int, int, float]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Vectors `[p, d]` of the parts of `n` sentences in a row, at least one each.

    `starts` `[n]`: the number of each sentence's first part. `weights` `[p]`: how much each part says.
    """

    vectors: Vectors
    starts: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Views:
    """The vectors of `n` sentences, all of length 1.

    `sentences` `[n, d]`; `before` and `after` `[n, d]`: each sentence read together with the one
    before or after it, which tells what its pronouns stand for; `words`, weighted by their rarity in
    the document; `phrases`: runs of words; `quotes` and `speeches` `[n, d]`: what a sentence quotes,
    and the whole quotation, over several sentences, that this is part of; `speech` `[n]`: its number,
    -1 for a sentence that quotes nothing (its row of `quotes` and `speeches` means nothing).
    """

    sentences: Vectors
    before: Vectors
    after: Vectors
    words: Parts
    phrases: Parts
    quotes: Vectors
    speeches: Vectors
    speech: npt.NDArray[np.intp]
