"""Text wrapped at a fixed width is told from text whose line breaks mean something."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.segment import segment
from aligner.types import Sentence

PARAGRAPHS = {
    "pt": [
        "O farol da Ponta Ruiva volta a acender-se",
        "O farol da Ponta Ruiva, apagado desde 1998, volta a acender-se no próximo sábado. As obras "
        "demoraram dois anos e custaram 1 300 euros por metro. O faroleiro, que agora vive em Sines, "
        "vai assistir à cerimónia com os netos.",
        "A câmara quer abrir a torre a visitas guiadas, que serão gratuitas durante o primeiro mês. "
        "Não há elevador. Quem quiser ver a lanterna terá de subir cento e quarenta degraus por uma "
        "escada estreita, e por isso só entram dez pessoas de cada vez.",
        "Os pescadores da aldeia receberam a notícia com agrado, embora já ninguém precise do farol "
        "para entrar na barra de noite.",
    ],
    "de": [
        "Der Leuchtturm an der Roten Spitze brennt wieder",
        "Der Leuchtturm an der Roten Spitze, seit 1998 ohne Licht, wird am kommenden Samstag wieder in "
        "Betrieb genommen. Die Arbeiten dauerten zwei Jahre. Der frühere Wärter, der heute in einer "
        "kleinen Stadt im Süden wohnt, kommt mit seinen Enkeln zur Feier.",
        "Die Gemeinde will den Turm für Führungen öffnen, die im ersten Monat nichts kosten. Einen "
        "Aufzug gibt es nicht. Wer die Lampe sehen will, muss über eine enge Treppe hinauf, weshalb "
        "immer nur zehn Leute hinein dürfen.",
        "Die Fischer des Dorfes haben die Nachricht gern gehört, obwohl niemand mehr den Turm braucht, "
        "um nachts in den Hafen zu finden.",
    ],
}


def wrapped(paragraphs: list[str], width: int, between: str = "\n\n") -> str:
    """The paragraphs filled to a width, as most programs do it."""
    return between.join(textwrap.fill(one, width, break_on_hyphens=False) for one in paragraphs)


def sentences(text: str, language: str = "pt") -> tuple[Sentence, ...]:
    return segment(text, name="x.txt", language=language).document.sentences


def flat(text: str, language: str = "pt") -> list[tuple[str, int]]:
    """The sentences of a text on one line each, with the numbers of their paragraphs."""
    return [(" ".join(one.text.split()), one.paragraph) for one in sentences(text, language)]


@pytest.mark.parametrize("language", PARAGRAPHS)
@pytest.mark.parametrize("width", [62, 65, 72, 80, 98])
@pytest.mark.parametrize("indent", ["", "   "])
def test_line_breaks_in_wrapped_text_are_spaces(language: str, width: int, indent: str) -> None:
    """Wrapped text has the sentences and the paragraphs that it had before."""
    paragraphs = PARAGRAPHS[language] * 3
    text = textwrap.indent(wrapped(paragraphs, width), indent)
    assert flat(text, language) == flat("\n".join(paragraphs), language)
    assert any("\n" in one.text for one in sentences(text, language))


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_paragraphs_without_blank_lines(language: str) -> None:
    """A short line before a capital ends its paragraph where no blank line does."""
    text = wrapped(PARAGRAPHS[language], 72, between="\n")
    assert flat(text, language) == flat("\n".join(PARAGRAPHS[language]), language)


def test_lines_filled_by_hand() -> None:
    """Lines that leave a little room are wrapped as well."""
    text = "\n".join(
        line
        for number, one in enumerate([*PARAGRAPHS["pt"], *PARAGRAPHS["pt"]])
        for line in [*textwrap.wrap(one, 66 + number % 3 * 4), ""]
    )
    assert flat(text) == flat("\n".join([*PARAGRAPHS["pt"], *PARAGRAPHS["pt"]]))


def test_what_was_assumed_is_told() -> None:
    """A note names the width and the way out."""
    result = segment(wrapped(PARAGRAPHS["pt"], 72), name="x.txt", language="pt")
    assert result.notes == (
        "x.txt: lines taken as wrapped at 72 columns and joined to paragraphs; "
        "--split lines keeps each by itself",
    )


def test_split_lines_keeps_lines() -> None:
    """Where lines are asked for, lines are what comes."""
    text = wrapped(PARAGRAPHS["pt"], 72)
    result = segment(text, name="x.txt", language="pt", split="lines")
    assert [one.text for one in result.document.sentences] == [
        line for line in text.splitlines() if line
    ]
    assert result.notes == ()


def test_furniture_is_a_paragraph() -> None:
    """A pointer that runs over two lines is marked as a whole, and the story around it is not."""
    pointer = "Leia também: Como se acende um farol com a luz de uma só lâmpada e muitos espelhos"
    body = PARAGRAPHS["pt"]
    text = wrapped([*body[:3], pointer, body[3]], 62)
    assert [one.text.replace("\n", " ") for one in sentences(text) if one.boilerplate] == [pointer]


VERSE = """
    na margem do rio que já não corre
    deixámos os barcos e as redes
    e fomos de noite contar as estrelas
    que a água guardava
    no fundo de tudo o que a água não leva quando passa
    havia uma casa
    com duas janelas viradas ao norte
    e dentro uma luz que ninguém acendeu
    para que a víssemos
"""
LIST = """
    farinha de trigo, de preferência da que se vende nas padarias do bairro alto
    dois ovos
    açúcar mascavado, ou amarelo se não houver outro na despensa de quem cozinha
    sal
    manteiga sem sal, amolecida à temperatura da cozinha durante uma hora inteira
    leite gordo
    raspa de limão, apenas a parte amarela, porque a parte branca amarga a massa
    canela
"""
DIALOGUE = """
    — Quem é que deixou a porta do quintal aberta a noite inteira, posso saber?
    — Fui eu.
    — E não tiveste medo de que entrasse alguém e levasse as galinhas, como da outra vez?
    — Tive, mas o cão estava cá fora e não deixa passar ninguém que não conheça bem.
    — Está bem.
    — Posso ir?
    — Podes, mas fecha a porta quando saíres, que o vento já partiu dois vidros.
    — Até logo.
"""


@pytest.mark.parametrize("text", [VERSE, LIST, DIALOGUE], ids=["verse", "list", "dialogue"])
@pytest.mark.parametrize("times", [1, 5])
def test_lines_that_mean_something_stay_lines(text: str, times: int) -> None:
    """Verse, lists and dialogue keep their lines, however long they are."""
    lines = textwrap.dedent(text).strip().splitlines() * times
    result = segment("\n".join(lines), name="x.txt", language="pt")
    assert result.document.sentences[-1].paragraph == len(lines) - 1
    assert result.notes == ()


@pytest.mark.parametrize("lower", [False, True])
def test_one_sentence_a_line_stays_so(lower: bool) -> None:
    """Files for translation, in lower case or not, have sentences of any length, one a line."""
    lines = [text for text, _ in flat("\n".join(PARAGRAPHS["pt"]))] * 4
    text = "\n".join(lines).lower() if lower else "\n".join(lines)
    assert len(sentences(text)) == len(lines)


def test_a_few_breaks_tell_nothing() -> None:
    """Two wrapped lines in a text of lines are no wrapped text."""
    body = PARAGRAPHS["pt"]
    text = "\n".join([body[0], wrapped(body[3:], 72), *body[1:3]])
    assert segment(text, name="x.txt", language="pt").notes == ()


WORDS = st.sampled_from("a do mar farol acende ontem Rui pescadores 1998 embora".split())


@given(
    st.lists(st.lists(WORDS, min_size=30, max_size=60), min_size=2, max_size=4),
    st.integers(60, 100),
    st.sampled_from(["\n\n", "\n", "\n \n\t", "\x0c", "\u2028"]),
)
def test_wrapped_sentences_give_the_text_back(
    paragraphs: list[list[str]], width: int, between: str
) -> None:
    """Whatever is wrapped, offsets hold, nothing is lost, and only blank lines part paragraphs."""
    text = wrapped([" ".join(words) + "." for words in paragraphs], width, between)
    found = sentences(text)
    assert all(text[one.start : one.end] == one.text == one.text.strip() for one in found)
    assert "".join("".join(one.text for one in found).split()) == "".join(text.split())
    assert not any("\n\n" in one.text or "\x0c" in one.text for one in found)
