"""What `auto` takes for a translation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.align.order import choose_order


def similarities(pairs: list[tuple[int, int]], n: int, m: int, seed: int = 0) -> np.ndarray:
    """Cosines [n, m] around 0.1, those of the pairs around 0.7."""
    generator = np.random.default_rng(seed)
    matrix: np.ndarray = generator.normal(0.1, 0.05, (n, m))
    for i, j in pairs:
        matrix[i, j] += 0.6
    return matrix


@pytest.mark.parametrize("n", [3, 5, 40])
def test_pairs_in_order_are_a_translation(n: int) -> None:
    """A text and its translation are told from three sentences on."""
    assert choose_order(similarities([(i, i) for i in range(n)], n, n)) == "monotonic"


@pytest.mark.parametrize("spread", [0.35, 0.5, 0.7])
def test_a_model_may_tell_texts_less_apart(spread: float) -> None:
    """What counts is how far translations stand out from the other pairs, not how far from 0."""
    in_order, reversed_ = [(i, i) for i in range(12)], [(i, 11 - i) for i in range(12)]
    assert choose_order(spread * similarities(in_order, 12, 12)) == "monotonic"
    assert choose_order(spread * similarities(reversed_, 12, 12)) == "free"


def test_a_translation_may_lack_and_merge_sentences() -> None:
    """Omissions and merged sentences do not make a translation an article of its own."""
    pairs = [(0, 0), (1, 1), (2, 1), (4, 2), (5, 3), (6, 5), (7, 6), (7, 7), (9, 8)]
    assert choose_order(similarities(pairs, 10, 9)) == "monotonic"


@pytest.mark.parametrize("n", [3, 5, 40])
def test_pairs_out_of_order_are_not(n: int) -> None:
    """Sentences that all have a counterpart, but in another order, are paired in free order."""
    assert choose_order(similarities([(i, n - 1 - i) for i in range(n)], n, n)) == "free"


def test_few_pairs_in_order_are_not() -> None:
    """Articles that share a third of their sentences may well share them in order."""
    assert choose_order(similarities([(i, i) for i in range(0, 24, 3)], 24, 24)) == "free"


def test_a_close_article_is_not() -> None:
    """Sharing nearly everything but moving some of it is what articles do, not translators."""
    moved = [(0, 9), (4, 14), (19, 2)]
    kept = [(i, i) for i in range(20) if i not in (0, 2, 4, 9, 14, 19)]
    assert choose_order(similarities([*moved, *kept], 20, 20)) == "free"
    assert choose_order(similarities(kept, 20, 20)) == "monotonic"


def test_a_moved_paragraph_leaves_a_translation_one() -> None:
    """A block that stands elsewhere is in order within; as many sentences moved one by one are not."""
    block = [*range(4), *range(8, 20), *range(4, 8)]
    assert choose_order(similarities(list(enumerate(block)), 20, 20)) == "monotonic"
    scattered = list(range(20))
    for one, other in ((2, 12), (5, 18), (8, 15), (0, 10)):
        scattered[one], scattered[other] = scattered[other], scattered[one]
    assert choose_order(similarities(list(enumerate(scattered)), 20, 20)) == "free"


def test_a_text_may_repeat_itself() -> None:
    """Sentences with two equal counterparts are in place where one of them is."""
    twice = np.tile(similarities([(i, i) for i in range(20)], 20, 20), (2, 2))
    assert choose_order(twice) == "monotonic"


@pytest.mark.parametrize("moved", [20, 200])
def test_a_long_text_may_have_strays(moved: int) -> None:
    """In hundreds of sentences a few are nearest to one elsewhere by chance, but not most."""
    pairs = [(i, i) for i in range(moved, 150)]
    strays = [(i, (i * 37) % 150) for i in range(min(moved, 150))]
    expected = "monotonic" if moved == 20 else "free"
    assert choose_order(similarities([*pairs, *strays], 150, 150)) == expected


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (2, 2), (1, 9)])
def test_too_little_to_tell_is_free(shape: tuple[int, int]) -> None:
    """Empty texts and one or two sentences show no order."""
    assert choose_order(np.ones(shape)) == "free"


def test_equal_similarities_are_free() -> None:
    """Where no pair stands out, nothing speaks for a translation."""
    assert choose_order(np.full((5, 5), 0.5)) == "free"


@given(st.permutations(range(8)), st.integers(0, 999))
def test_swapping_the_texts_changes_nothing(order: list[int], seed: int) -> None:
    """Whether two texts are translations of each other is symmetric."""
    matrix = similarities(list(enumerate(order)), 8, 8, seed)
    assert choose_order(matrix) == choose_order(matrix.T)
