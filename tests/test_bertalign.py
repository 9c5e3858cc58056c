"""The rival aligner of the benchmarks, which must not be weaker than its algorithm is."""

import numpy as np

from aligner.embed.windows import open_windows
from benchmarks.bertalign import Text, align
from tests.fakes import WordsEncoder


def text(*lines: str) -> Text:
    """A text as the algorithm sees it."""
    return Text(lines, open_windows(list(lines), WordsEncoder()))


def test_a_translation_is_followed_over_merged_and_missing_sentences() -> None:
    """One to one, one to two, two to one, and a sentence that only one side has."""
    words = [f"w{k}" for k in np.random.default_rng(0).permutation(90)]
    one, two, three, four, five, six, seven, new, last = (
        " ".join(words[9 * k : 9 * k + 9]) for k in range(9)
    )
    found = align(
        text(one, f"{two} {three}", four, five, six, seven, last),
        text(one, two, three, f"{four} {five}", six, new, seven, last),
    )
    assert found == {
        ((0,), (0,)),
        ((1,), (1, 2)),
        ((2, 3), (3,)),
        ((4,), (4,)),
        ((), (5,)),
        ((5,), (6,)),
        ((6,), (7,)),
    }
