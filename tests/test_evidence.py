"""Numbers, words and names, made comparable across languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.evidence import (
    known_names,
    names,
    numbers,
    phrases,
    quotations,
    rarities,
    words,
)
from aligner.spelling import folded
from aligner.types import Sentence

LANGUAGES = ["pt", "fr", "en", "de", "es", "it", "nl", "ja", "und"]


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("mais de 100 mil chips", "pt", [100_000]),
        ("plus de 100 000 puces", "fr", [100_000]),
        ("plus de 100\u202f000 puces", "fr", [100_000]),
        ("cem mil unidades", "pt", [100_000]),
        ("mais de 100\n000 chips", "fr", [100_000]),
        ("10 milhões de usuários", "pt", [10_000_000]),
        ("dix millions d'utilisateurs", "fr", [10_000_000]),
        ("1,5 milhão de euros", "pt", [1_500_000]),
        ("R$ 1,9 bilhão", "pt", [1_900_000_000]),
        ("some 4.2 billion dollars", "en", [4_200_000_000]),
        ("três navios e vinte e dois botes", "pt", [3, 22]),
        ("quatre-vingt-dix-sept élus", "fr", [97]),
        ("1.200 técnicos", "pt", [1200]),
        ("1,200 engineers", "en", [1200]),
        ("1.200 metres", "en", [1.2]),
        ("1,234.5 and 0.25", "en", [1234.5, 0.25]),
        ("1.234.567,8 kg", "de", [1_234_567.8]),
        ("1'234 Franken", "de", [1234]),
        ("13,5% ao ano", "pt", [13.5]),
        ("4.3% em 2026", "pt", [4.3, 2026]),
        ("0,125 litro", "pt", [0.125]),
        ("o chip Ascend 910B e o H20", "pt", []),
        ("um homem e uma mulher", "pt", []),
        ("sem números", "pt", []),
        ("na quarta-feira, a segunda vez", "pt", []),
        ("the second of four", "en", [4]),
    ],
)
def test_numbers_have_the_values_that_a_reader_gives_them(
    text: str, language: str, values: list[float]
) -> None:
    """The many spellings of a number come out as its value; articles and model names do not."""
    assert [number.value for number in numbers(text, language)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "language", "seconds"),
    [
        ("uma greve de 48 horas", "pt", 48 * 3600),
        ("une grève de 48h", "fr", 48 * 3600),
        ("a 48-hour strike", "en", 48 * 3600),
        ("pendant deux journées", "fr", None),
        ("deux jours", "fr", 2 * 86400),
        ("zwei Wochen", "de", 14 * 86400),
        ("18 meses", "pt", 18 / 12 * 365.25 * 86400),
        ("3 carros", "pt", None),
        ("910B e 15h30", "pt", None),
    ],
)
def test_spans_of_time_have_a_length(text: str, language: str, seconds: float | None) -> None:
    """A number before a unit of time has its length in seconds, in any language and spelling."""
    assert [one.seconds for one in numbers(text, language)][:1] == (
        [] if "910B" in text else [pytest.approx(seconds) if seconds else None]
    )


@pytest.mark.parametrize(
    ("text", "language", "rounded"),
    [
        ("quase 30 mil", "pt", True),
        ("moins de 30 000", "fr", True),
        ("more than $2 million", "en", True),
        ("chegaram 30 mil", "pt", False),
        ("30 mil", "pt", False),
    ],
)
def test_some_numbers_are_said_to_be_rounded(text: str, language: str, rounded: bool) -> None:
    """Words such as `quase` and `moins de` tell that the number after them is not exact."""
    (number,) = numbers(text, language)
    assert number.rounded is rounded


def test_numbers_of_a_long_list_take_time_by_its_length() -> None:
    """What stands before a number is not read anew from the beginning of the sentence."""
    started = time.process_time()
    assert len(numbers("cem e 7 " * 5_000, "pt")) == 10_000
    assert time.process_time() - started < 10


def test_a_number_and_its_scale_word_are_one_span() -> None:
    """The span of a scaled number covers the digits and the word."""
    text = "vendeu 1,5 milhão de carros"
    (number,) = numbers(text, "pt")
    assert text[number.start : number.end] == "1,5 milhão"


@given(st.text(), st.sampled_from(LANGUAGES))
def test_numbers_are_in_order_and_apart_in_any_text(text: str, language: str) -> None:
    """Any text gives spans inside it, ascending and disjoint."""
    found = numbers(text, language)
    edges = [edge for number in found for edge in (number.start, number.end)]
    assert edges == sorted(edges)
    assert all(0 <= number.start < number.end <= len(text) for number in found)


@given(st.integers(min_value=2, max_value=10**9), st.sampled_from(["pt", "fr", "en", "de"]))
def test_grouped_digits_mean_the_same_in_each_language(value: int, language: str) -> None:
    """A whole number grouped by the language's separator keeps its value."""
    separator = {"pt": ".", "fr": "\N{NARROW NO-BREAK SPACE}", "en": ",", "de": "."}[language]
    written = f"{value:,}".replace(",", separator)
    assert [number.value for number in numbers(written, language)] == [value]


def said(text: str, size: int, step: int = 1) -> list[str]:
    return [text[start:end] for start, end in phrases(text, size, step)]


def test_phrases_are_runs_of_words() -> None:
    """Runs of words, one-letter words not counted; a short text is one phrase."""
    text = "O banco central baixou a taxa, disse"
    assert said(text, 3) == [
        "banco central baixou",
        "central baixou a taxa,",
        "baixou a taxa, disse",
    ]
    assert said(text, 3, 2) == ["banco central baixou", "baixou a taxa, disse"]
    assert said("um dois três quatro", 3, 2) == ["um dois três", "dois três quatro"]
    assert said("Hubo abrazos.", 3) == ["Hubo abrazos."]
    assert said("…", 3) == ["…"]


@given(st.text(min_size=1), st.integers(min_value=1, max_value=4), st.integers(1, 3))
def test_every_word_is_in_a_phrase(text: str, size: int, step: int) -> None:
    """There is a phrase at least, none is empty, and no step leaves a word of two letters out."""
    found = phrases(text, size, min(size, step))
    assert found
    assert all(0 <= start < end <= len(text) for start, end in found)
    long = [span for span in words(text) if sum(map(str.isalnum, text[slice(*span)])) > 1]
    assert all(any(s <= start and end <= e for s, e in found) for start, end in long)


def spelled(sentence: str, others: list[str], language: str = "pt") -> list[str]:
    known = known_names([sentence, *others])
    return [sentence[start:end] for start, end in names(sentence, known, language)]


def test_names_are_capitals_inside_a_sentence() -> None:
    """Capitalised words inside a sentence are names, joined over particles."""
    found = spelled("Segundo o Banco da Serra, a OMS avisou Ana Prado.", [])
    assert found == ["Banco da Serra", "OMS", "Ana Prado"]


def test_a_first_word_is_a_name_only_if_known() -> None:
    """A capital at the beginning says nothing unless the word is a name elsewhere."""
    assert spelled("Fontes confirmaram.", []) == []
    assert spelled("Lumora confirmou.", ["A sede da Lumora fechou."]) == ["Lumora"]


def test_model_names_are_names() -> None:
    """Letters with digits are a name, digits alone are not."""
    assert spelled("o chip 910B de 2024", []) == ["910B"]


def test_german_nouns_are_not_names() -> None:
    """A lone capitalised German word is a noun, unless its shape or company says otherwise."""
    assert spelled("Heute hat die Regierung mit Anna Vogt im Haus der SPD beraten.", [], "de") == [
        "Anna Vogt",
        "Haus der SPD",
    ]


def test_title_case_makes_no_names() -> None:
    """In a Title Case line capitals say nothing."""
    assert spelled("The Minister Will Resign After Harsh Winter Storm", [], "en") == []


@given(st.lists(st.text(), max_size=5), st.sampled_from(LANGUAGES))
def test_names_of_any_text_are_spans_of_it(texts: list[str], language: str) -> None:
    """Any text gives names that are spans inside it, ascending and disjoint."""
    known = known_names(texts)
    for text in texts:
        spans = names(text, known, language)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)


def test_words_leave_punctuation_out() -> None:
    """Words come without the marks around them, elided articles as words of their own."""
    text = "l'équipe « gagne » 3-1"
    assert [text[s:e] for s, e in words(text)] == ["l", "équipe", "gagne", "3", "1"]


def quoted(*texts: str, paragraphs: list[int] | None = None) -> list[tuple[str, int] | None]:
    """Quoted text and speech number of each sentence."""
    numbers_of = paragraphs or [0] * len(texts)
    sentences = [
        Sentence(text, 0, len(text), paragraph)
        for text, paragraph in zip(texts, numbers_of, strict=True)
    ]
    return [(one.text, one.block) if one else None for one in quotations(sentences)]


def test_a_quotation_goes_on_until_it_is_closed() -> None:
    """What stands between an opening mark and a closing one sentences later is one speech."""
    assert quoted("« Tout est faux.", "Rien de neuf ici », dit-elle.", "Elle part.") == [
        ("Tout est faux.", 0),
        ("Rien de neuf ici", 0),
        None,
    ]


def test_a_sentence_all_in_quotes_goes_on_with_the_speech_before() -> None:
    """A speech interrupted by `he said` is one; another speaker's is another."""
    assert quoted("“Tudo isto é falso”, disse Ana.", "“Não há nada de novo.”") == [
        ("Tudo isto é falso", 0),
        ("Não há nada de novo.", 0),
    ]
    assert quoted(
        "“Tudo isto é falso”, disse Ana.", "Para Rui, que estava lá, é “só mais um boato”."
    ) == [
        ("Tudo isto é falso", 0),
        ("só mais um boato", 1),
    ]


def test_a_term_in_quotes_is_no_quotation_and_a_paragraph_ends_one() -> None:
    """Titles and terms are short; an unclosed mark does not swallow the rest of the text."""
    assert quoted(
        "O filme “A Maré” estreou.", "“Sem fecho nenhum aqui", "Outro", paragraphs=[0, 1, 2]
    ) == [
        None,
        ("Sem fecho nenhum aqui", 0),
        None,
    ]


def test_rare_words_weigh_more() -> None:
    """A word that every sentence has weighs little, whatever its case."""
    (first, second) = rarities([["Ana", "paga"], ["ana", "sai"]])
    assert first[0] == second[0] < first[1] == second[1]


def test_folding_drops_case_and_accents() -> None:
    """Two spellings that differ in accents and case are one."""
    assert folded("ÉCOLE") == folded("ecole") == "ecole"
