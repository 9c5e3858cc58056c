"""Names and numbers that the other document never states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.details import facts
from aligner.details.facts import _around, absent_facts
from aligner.types import Detail, Document
from aligner.units import is_near
from tests.builders import document
from tests.fakes import WordsEncoder


def found(
    a: Document, b: Document, encoder: WordsEncoder | None = None
) -> list[list[tuple[str, str]]]:
    """Text and kind of the details of each sentence of a."""
    details = absent_facts(a, b, (encoder or WordsEncoder()).encode)
    return [[(detail.text, detail.kind) for detail in one] for one in details]


def test_numbers_are_compared_by_value_over_the_whole_document() -> None:
    """A number that the other document states anywhere, in any spelling, is no detail."""
    a = document(
        "pt", "pt", "A Lumora encomendou 100 mil peças por 2,5 milhões.", "Chegaram 30 mil."
    )
    b = document(
        "fr", "fr", "Cent mille pièces pour la Lumora.", "Elle en a reçu 28 000.", "Soit 30 000."
    )
    assert found(a, b) == [[("2,5 milhões", "number")], []]
    assert found(b, a) == [[], [("28 000", "number")], []]


def test_a_contradiction_is_a_detail_on_both_sides() -> None:
    """Different figures for the same thing are reported on either side, with their sign."""
    a = document("pt", "pt", "A alta foi de 4,1% no ano.")
    b = document("en", "en", "The rise was 4.3% in the year, or $2 million.")
    assert found(a, b) == [[("4,1%", "number")]]
    assert found(b, a) == [[("4.3%", "number"), ("$2 million", "number")]]


def test_a_span_of_time_is_stated_in_any_unit() -> None:
    """48 hours are two days; three days are not three weeks, though both say three."""
    a = document("pt", "pt", "A greve dura 48 horas.", "A outra durou 3 dias.", "E 18 meses.")
    b = document("fr", "fr", "La grève dure deux jours.", "L'autre, 3 semaines.", "Un an et demi.")
    assert found(a, b) == [[], [("3", "number")], [("18", "number")]]
    assert found(b, a) == [[], [("3", "number")], []]


def test_a_share_in_words_states_a_percentage() -> None:
    """`metade` is 50 %, two thirds are about 67 %; half a sentence away from a whole number, no more."""
    a = document("pt", "pt", "Metade votou.", "Dois terços não.")
    b = document("fr", "fr", "50 % ont voté, 67 % non, 40 % peut-être.", "Il y en a 50.")
    assert found(b, a) == [[("40 %", "number")], [("50", "number")]]


def test_rounded_numbers_are_near_what_they_round() -> None:
    """Only what a text says to be rounded is, within a twentieth, and years never are."""
    a = document("pt", "pt", "Quase 30 mil pessoas, mais de 2.000 carros.", "Ao todo 500 barcos.")
    b = document("fr", "fr", "29 412 personnes en 2024.", "En tout 510 bateaux, 25 000 euros.")
    assert found(a, b) == [[("2.000", "number")], [("500", "number")]]
    assert found(b, a) == [
        [("2024", "number")],
        [("510", "number"), ("25 000", "number")],
    ]


def test_small_number_words_are_no_details() -> None:
    """`dois` is as often a pronoun as a count; the digit 2 is not."""
    a = document("pt", "pt", "Os dois saíram às 3 horas.", "Foram 2 votos.")
    b = document("fr", "fr", "Ils sont partis.")
    assert found(a, b) == [[("3", "number")], [("2", "number")]]


def test_names_match_in_nearly_the_same_letters() -> None:
    """Accents and small differences of spelling do not make another name."""
    a = document(
        "pt", "pt", "Falou ontem Ekaterina Sokolova, da Horizonte.", "A sede fica em Chipre."
    )
    b = document("fr", "fr", "Hier, Ekatérina Sokolova a parlé.", "Elle vit à Chypre.")
    assert found(a, b) == [[("Horizonte", "name")], []]


def test_a_translated_name_is_stated() -> None:
    """A name that means the same as a word there is stated, however different its letters."""
    a = document("pt", "pt", "Ela mora em Londres desde maio.")
    b = document("fr", "fr", "Elle habite London depuis mai.")
    assert found(a, b) == [[("Londres", "name")]]
    assert found(a, b, WordsEncoder({"londres": "london"})) == [[]]


def test_details_carry_offsets_into_the_document() -> None:
    """The offsets of a detail give its text back from the document's text."""
    a = document("pt", "pt", "Primeira linha.", "Depois disso, Ana Prado pagou R$ 40.")
    b = document("fr", "fr", "Rien à voir.")
    (_, second) = absent_facts(a, b, WordsEncoder().encode)
    assert [detail.kind for detail in second] == ["name", "number"]
    assert all(isinstance(detail, Detail) for detail in second)
    assert [a.text[detail.start : detail.end] for detail in second] == ["Ana Prado", "R$ 40"]


def test_no_names_in_doubt_no_encoding() -> None:
    """Where spelling settles everything, nothing is embedded."""
    encoder = WordsEncoder()
    same = document("pt", "pt", "Em Lisboa, Ana Prado falou.")
    assert found(same, same, encoder) == [[]]
    assert encoder.encoded == []


@given(st.lists(st.integers(10, 200).map(float)), st.integers(10, 200).map(float))
def test_the_numbers_beside_one_are_near_it_if_any_is(others: list[float], value: float) -> None:
    """Whichever of both is rounded; by trying them all."""
    beside = _around(sorted(others), value)
    assert any(is_near(x, value) for x in beside) == any(is_near(x, value) for x in others)
    assert any(is_near(value, x) for x in beside) == any(is_near(value, x) for x in others)


def test_of_countless_names_only_equal_spellings_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that spell nothing end in time: beyond some comparisons no near spelling is sought."""
    a, b = (
        document("pt", "pt", "Ontem Zzqvxa falou com Oslo."),
        document("fr", "fr", "Hier Zzqvxb a parlé avec Oslo."),
    )

    def absent() -> list[str]:
        encode = WordsEncoder().encode
        return [one.text for found in absent_facts(a, b, encode) for one in found]

    assert absent() == []
    monkeypatch.setattr(facts, "MOST_COMPARED", 1)
    assert absent() == ["Zzqvxa"]
