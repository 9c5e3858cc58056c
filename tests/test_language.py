"""Language codes that readers give, and languages that the model guesses."""

import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aligner.errors import LanguageError
from aligner.segment import segment
from aligner.segment.language import ISO_639_1, checked, detected
from aligner.types import UNDETERMINED


@pytest.mark.parametrize("tag", ["pt", "PT", "pt-BR", "pt_PT", "pt-Latn-BR", " pt "])
def test_tags_of_one_language(tag: str) -> None:
    """Every common way to write a language tag gives its two-letter code."""
    assert checked(tag) == "pt"


@pytest.mark.parametrize(
    "code", ["xx1", "portuguese", "por", "xx", "", "p", "und", "pt BR", "ñ\x1b"]
)
def test_wrong_codes_are_refused(code: str) -> None:
    """What holds no ISO 639-1 code is refused in one line that says what to give."""
    with pytest.raises(LanguageError) as caught:
        checked(code)
    assert str(caught.value) == (
        f"{code!r} is not a language code; give the two letters of ISO 639-1, for example"
        " pt or fr, or leave it out to have the language guessed"
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("O governo anunciou novas medidas para a agricultura.", "pt"),
        ("Le gouvernement a annoncé de nouvelles mesures.", "fr"),
        ("The government announced new measures.", "en"),
        ("El gobierno anunció nuevas medidas para el campo.", "es"),
        ("Die Regierung kündigte neue Maßnahmen an.", "de"),
        ("Il governo ha annunciato nuove misure per i campi.", "it"),
        ("DIE REGIERUNG HAT GESTERN NEUE MASSNAHMEN BESCHLOSSEN", "de"),
        ("政府は新しい措置を発表した。", "ja"),
        ("政府周三宣布了新措施。", "zh"),
        ("Правительство объявило о новых мерах.", "ru"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    """One plain sentence is enough for the languages that matter most."""
    assert detected(text).language == language


@pytest.mark.parametrize("text", ["", " \n", "123 456", "🙂 !!!", "lorem ipsum dolor sit amet"])
def test_no_language(text: str) -> None:
    """Text in no language is `und`."""
    assert detected(text).language == UNDETERMINED


@given(st.text())
@example("¿A")
def test_any_text_gets_a_code(text: str) -> None:
    """Whatever the text, the answer is a two-letter code or `und`, with a score from 0 to 1."""
    guess = detected(text)
    assert guess.language in ISO_639_1 | {UNDETERMINED}
    assert 0 <= guess.score <= 1


def test_half_a_surrogate_pair_is_survived() -> None:
    """A str that cannot be encoded does not break the model."""
    assert detected("O governo anunciou \ud800 novas medidas.").language == "pt"


def test_the_network_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model comes from the installed package: no socket is opened."""

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert detected("O governo anunciou novas medidas.").language == "pt"


def test_poor_guess_is_noted() -> None:
    """A guess that is often wrong is used, and told."""
    result = segment("Tecnologia", name="x.txt")
    assert result.document.language == "it"
    assert result.notes == (
        "x.txt: language it is a poor guess (0.45); name it with --lang-a, --lang-b",
    )


def test_no_guess_is_noted() -> None:
    """Where the language cannot be told, the document says `und` and a note says what to do."""
    result = segment("1 2 3", name="x.txt")
    assert result.document.language == "und"
    assert result.notes == (
        "x.txt: language not recognised, generic rules used; name it with --lang-a, --lang-b",
    )


def test_given_language_is_not_guessed() -> None:
    """A language that was named is taken as it is, whatever the text looks like."""
    assert segment("The end.", name="x.txt", language="fr").document.language == "fr"
