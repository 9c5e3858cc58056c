"""Agreement with a gold alignment, checked against a plain writing of its definitions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.gold import LIMIT, Agreement, Bead, Rates, agreement, read_ladder
from aligner.types import Comparison
from cli.render import RenderOptions, ladder
from tests.builders import comparison, comparisons, document, link, museum

WORDS = st.text("abc", min_size=1, max_size=3)


def beads_of(made: Comparison) -> list[Bead]:
    found: list[Bead] = [(one.a, one.b) for one in made.links]
    found += [((one.sentence,), ()) for one in made.only_a]
    return found + [((), (one.sentence,)) for one in made.only_b]


def counted(tested: list[Bead], gold: list[Bead], *, lax: bool) -> int:
    """How many tested beads are gold beads or, lax, share sentences of both sides with one.

    Written from the definitions: each bead looks at every other. Vecalign's code gives a sentence of a
    all that any gold bead pairs it with, which comes to the same while gold beads are disjoint.
    """
    return sum(
        any(
            bead == other or (lax and set(bead[0]) & set(other[0]) and set(bead[1]) & set(other[1]))
            for other in gold
        )
        for bead in tested
    )


def rates(tested: list[Bead], gold: list[Bead], *, lax: bool) -> tuple[float, float]:
    full_tested, full_gold = ([one for one in beads if all(one)] for beads in (tested, gold))
    precision = counted(tested, gold, lax=lax) / max(len(tested), 1)
    return precision, counted(full_gold, full_tested, lax=lax) / max(len(full_gold), 1)


def alone(beads: list[Bead]) -> set[tuple[int, int]]:
    return {
        (side, number)
        for bead in beads
        for side in (0, 1)
        if not bead[1 - side]
        for number in bead[side]
    }


@given(st.data(), comparisons(WORDS))
def test_agreement_is_as_defined(data: st.DataObject, made: Comparison) -> None:
    """Strict, lax and one-sided rates are those of the definitions, whatever the gold beads."""
    shuffled = [data.draw(st.permutations(range(len(of.sentences)))) for of in (made.a, made.b)]
    gold: list[Bead] = []
    while any(shuffled):
        taken = [data.draw(st.integers(0, min(3, len(numbers)))) for numbers in shuffled]
        if not any(taken):
            taken = [min(1, len(numbers)) for numbers in shuffled]
        a, b = (tuple(sorted(numbers[:k])) for numbers, k in zip(shuffled, taken, strict=True))
        shuffled = [numbers[k:] for numbers, k in zip(shuffled, taken, strict=True)]
        gold.append((a, b))
    found = agreement(made, gold)
    tested = beads_of(made)
    for lax, got in ((False, found.strict), (True, found.lax)):
        assert (got.precision, got.recall) == rates(tested, gold, lax=lax)
    common = len(alone(tested) & alone(gold))
    assert found.only == Rates(
        common / max(len(alone(tested)), 1), common / max(len(alone(gold)), 1)
    )


def test_worked_example() -> None:
    """One bead right, one that overlaps, one sentence rightly and one wrongly alone."""
    a = document("a", "pt", "Um.", "Dois.", "Três.", "Quatro.")
    b = document("b", "fr", "Un.", "Deux.", "Trois.")
    made = comparison(a, b, link((0,), (0,)), link((1,), (1,)))
    gold: list[Bead] = [((0,), (0,)), ((1, 2), (1,)), ((3,), ()), ((), (2,)), ((), ())]
    # Found: 2 links, a's third and fourth alone, b's third alone: 5 beads, 3 of them gold.
    assert agreement(made, gold) == Agreement(
        strict=Rates(3 / 5, 1 / 2), lax=Rates(4 / 5, 2 / 2), only=Rates(2 / 3, 2 / 2)
    )
    assert agreement(made, gold).only.f1 == pytest.approx(0.8)


def test_nothing_to_count_is_nothing() -> None:
    """Without beads, every rate is 0, and so is the mean of two zeros."""
    empty = comparison(document("a", "pt"), document("b", "fr"))
    zero = Rates(0.0, 0.0)
    assert agreement(empty, []) == Agreement(zero, zero, zero)
    assert zero.f1 == 0.0


@given(made=comparisons(WORDS))
def test_a_ladder_agrees_with_its_comparison(
    made: Comparison, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What `-f ladder` writes is read back as the same beads."""
    path = tmp_path_factory.getbasetemp() / "gold.ladder"
    path.write_text(ladder.render(made, RenderOptions()), encoding="utf-8")
    assert sorted(read_ladder(path)) == sorted(beads_of(made))


@pytest.mark.parametrize(
    "text",
    [
        "[0]:[1, 2]\n[3]:[]\n",
        "[0]:[1,2]:0.40\n\n[3]:[]:0.0\n",
        "\ufeff[ 0 ] : [ 1 , 2 ] : -1e-5\r\n[3]:[]:",
    ],
)
def test_ladders_of_others(text: str, tmp_path: Path) -> None:
    """With blanks or without, with a third field or without: the beads are the same."""
    path = tmp_path / "x.ladder"
    path.write_bytes(text.encode())
    assert read_ladder(path) == [((0,), (1, 2)), ((3,), ())]


@pytest.mark.parametrize(
    "line", ["0:1", "[0]", "[0]:[x]", "[0,]:[1]", "[-1]:[0]", "[0]:[1] 0.4", "\x1b"]
)
def test_what_is_no_ladder_is_told(line: str, tmp_path: Path) -> None:
    """A line that is no bead is named by its number, with how it should be written."""
    path = tmp_path / "x.ladder"
    path.write_text(f"[0]:[0]\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_ladder(path)
    assert str(caught.value) == f"line 2 of the ladder {path} is no bead; write it as [0]:[1, 2]"


def test_ladders_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there, no file, or too large is told from one with wrong lines."""
    for path in (tmp_path / "gone", tmp_path, Path("a\0b")):
        with pytest.raises(
            InputError, match=r"^the ladder .* cannot be read \(.*\); check its name"
        ):
            read_ladder(path)
    large = tmp_path / "large"
    large.write_bytes(b"\n" * (LIMIT + 1))
    with pytest.raises(InputError, match="is larger than 10 MiB; split it into parts"):
        read_ladder(large)


def test_a_ladder_of_other_texts_is_told() -> None:
    """A number beyond the last sentence means that the ladder is of something else."""
    with pytest.raises(InputError) as caught:
        agreement(museum(), [((0,), (10,))])
    assert str(caught.value) == (
        "the ladder names sentence 10 of b, which ends with 9; is it of these texts, and made with "
        "the same --split?"
    )
