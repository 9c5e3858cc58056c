"""Page furniture is marked, and articles, books and translations are left alone."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.segment import segment
from aligner.segment.boilerplate import furniture

LANGUAGES = "ar de en es fr it ja ko nl pl pt ru th tr zh".split()

HEADLINE = {
    "pt": "Produtores do sul recebem ajuda do governo",
    "fr": "Les agriculteurs du sud reçoivent une aide",
    "en": "Farmers in the south receive state aid",
    "es": "Los agricultores del sur reciben una ayuda",
    "de": "Bauern im Süden erhalten Hilfe vom Staat",
    "it": "Gli agricoltori del sud ricevono un aiuto",
}
SENTENCE = {
    "pt": "O governo anunciou na quarta-feira novas medidas de apoio aos agricultores do sul do país.",
    "fr": "Le gouvernement a annoncé mercredi de nouvelles mesures de soutien aux agriculteurs du sud.",
    "en": "The government announced on Wednesday new measures to support farmers in the south.",
    "es": "El gobierno anunció el miércoles nuevas medidas de apoyo a los agricultores del sur.",
    "de": "Die Regierung kündigte am Mittwoch neue Maßnahmen zur Unterstützung der Bauern im Süden an.",
    "it": "Il governo ha annunciato mercoledì nuove misure di sostegno agli agricoltori del sud.",
}

# Lines that stand below an article or between its paragraphs.
FURNITURE = {
    "pt": [
        "Leia também: A seca em números",
        "(Com informações da Reuters)",
        "Cadastre-se para ler até 5 matérias grátis.",
        "Para aceder a este artigo, torne-se assinante.",
        "Publicado em 3 de maio de 2024 às 10h",
        "Este conteúdo foi traduzido com ajuda de IA.",
        "Siga o jornal no Facebook e no Twitter.",
        "Deixe o seu comentário.",
    ],
    "fr": [
        "Lire aussi : La sécheresse en chiffres",
        "Inscrivez-vous gratuitement à notre lettre du matin.",
        "Ce texte est une traduction automatique.",
        "Contenu réservé aux abonnés.",
        "Partager sur Facebook",
        "(avec AFP)",
    ],
    "en": [
        "Read more: The drought in figures",
        "Sign up for our morning briefing.",
        "Editing by John Smith; additional reporting by Ann Lee",
        "You have reached your limit of free articles.",
        "We use cookies to improve your experience.",
        "Advertisement",
    ],
    "es": [
        "Te puede interesar: La sequía en cifras",
        "Regístrate para leer más artículos.",
        "Síguenos en X y Facebook.",
        "Con información de EFE",
    ],
    "de": [
        "Lesen Sie auch: Die Dürre in Zahlen",
        "Melden Sie sich an, um zu kommentieren.",
        "Dieser Text wurde maschinell übersetzt.",
        "(dpa/afp)",
    ],
    "it": [
        "Leggi anche: La siccità in cifre",
        "Iscriviti alla newsletter.",
        "Articolo riservato agli abbonati.",
        "Testo tradotto automaticamente.",
    ],
}

# Wordings of what stands under a text that no person translated.
TRANSLATED = {
    "pt": [
        "Versão portuguesa obtida por software; algumas frases podem soar estranhas.",
        "Texto vertido do francês com o auxílio de um sistema de tradução, sem revisão humana.",
        "Tradução assistida por computador.",
        "Traduzido do inglês pelo DeepL.",
        "O texto foi traduzido do inglês com uma ferramenta de tradução e revisto pela redação.",
    ],
    "fr": [
        "Version française établie par un programme informatique, sous réserve d’erreurs.",
        "Traduction effectuée à l’aide d’un outil de traduction en ligne.",
        "Cette version a été générée par intelligence artificielle, puis relue.",
        "Traduit de l’anglais avec DeepL.",
        "L’article a été traduit de l’allemand par ordinateur.",
    ],
    "en": [
        "English version produced by translation software; some phrases may be awkward.",
        "Translated from the French with the help of artificial intelligence.",
        "This story was translated from Spanish by a computer.",
        "Translation powered by Google Translate.",
    ],
    "es": [
        "Versión en español elaborada por un programa de traducción, puede haber imprecisiones.",
        "Traducción realizada por un sistema de inteligencia artificial.",
        "Este artículo fue traducido del inglés con ayuda de un algoritmo.",
        "Traducido con DeepL.",
    ],
    "de": [
        "Deutsche Fassung von einer Übersetzungssoftware erstellt; Ungenauigkeiten sind möglich.",
        "Dieser Beitrag wurde mit Hilfe künstlicher Intelligenz aus dem Englischen übertragen.",
        "Übersetzt mit DeepL.",
        "Die Übersetzung erfolgte automatisch.",
    ],
    "it": [
        "Versione italiana prodotta da un software di traduzione: possibili imprecisioni.",
        "Traduzione effettuata da un sistema di intelligenza artificiale.",
        "Questo articolo è stato tradotto dall’inglese con uno strumento automatico.",
        "Tradotto con DeepL.",
    ],
}

# Lines of stories that share words or looks with furniture.
CONTENT = {
    "pt": [
        "O jornal pediu login para mostrar o texto, segundo os leitores.",
        "Os comentários do ministro irritaram os produtores.",
        "Entre os assinantes do canal há mil agricultores.",
        "Faça de conta que não viu nada, disse.",
        "“Não”, respondeu.",
        "— Vem cá!",
        "A empresa não quis comentar.",
        "A versão portuguesa do romance foi recebida com aplausos.",
        "As traduções por computador já são metade do mercado.",
        "O tradutor diz que a inteligência artificial não lhe tira o sono.",
    ],
    "fr": [
        "« Suivez-moi », dit-il.",
        "La rédaction du journal a été perquisitionnée.",
        "À lire son rapport, tout va bien.",
        "Il a refusé de commenter.",
        "Traduit en justice, il se tait.",
        "La version française du logiciel sortira en mai.",
    ],
    "en": [
        "Share prices fell and free news outlets suffered.",
        "Reuters was first to report the news.",
        "Follow me, he said.",
        "Support for our troops grew.",
    ],
    "es": ["Entre los suscriptores del canal hay dudas.", "Sigue la búsqueda de los mineros."],
    "de": ["Jetzt, einen Monat später, kommen die Nachrichten.", "Mehr zum Lachen gab es nicht."],
    "it": ["Entra in vigore la legge sui social.", "Lascia il giornale il direttore."],
}


def _paragraphs(language: str, count: int) -> list[str]:
    """Paragraphs of two sentences, as articles have them."""
    return [f"{SENTENCE[language]} {SENTENCE[language]}"] * count


def _flat(lines: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, line) for language, some in lines.items() for line in some]


@pytest.mark.parametrize(("language", "line"), _flat(FURNITURE))
@pytest.mark.parametrize("sentences", [1, 2])
def test_furniture_at_the_end(language: str, line: str, sentences: int) -> None:
    """What pages print below an article is marked, and nothing else, however paragraphs are cut."""
    body = [" ".join([SENTENCE[language]] * sentences)] * 6
    assert furniture([HEADLINE[language], *body, line], language) == [False] * 7 + [True]


@pytest.mark.parametrize(("language", "line"), _flat(TRANSLATED))
@pytest.mark.parametrize("place", [1, 7])
def test_translated_by_a_machine(language: str, line: str, place: int) -> None:
    """A line that tells what translated the text is marked under the headline and at the end."""
    lines = [HEADLINE[language], *_paragraphs(language, 6)]
    lines.insert(place, line)
    assert [k for k, mark in enumerate(furniture(lines, language)) if mark] == [place]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("pt", "Tradução por computador devolve um romance às livrarias"),
        ("fr", "Version française du robot : les premiers essais"),
        ("en", "English version of a software manual becomes a best-seller"),
    ],
)
def test_headline_on_machines_that_translate(language: str, line: str) -> None:
    """A headline may be about such machines."""
    assert not any(furniture([line, *_paragraphs(language, 6)], language))


@pytest.mark.parametrize(("language", "line"), _flat(CONTENT))
@pytest.mark.parametrize("place", [1, 4, 7])
def test_content_is_left_alone(language: str, line: str, place: int) -> None:
    """A sentence of the story is not marked under the headline, in the middle or at the end."""
    lines = [HEADLINE[language], *_paragraphs(language, 6)]
    lines.insert(place, line)
    assert not any(furniture(lines, language))


def test_label_above_the_headline() -> None:
    """A section label is furniture; the headline and the deck below it are not."""
    top = ["Economia", HEADLINE["pt"], "Oposição critica o pacote"]
    assert furniture([*top, *_paragraphs("pt", 4)], "pt")[:3] == [True, False, False]


@pytest.mark.parametrize(
    "label", ["Mundo > América", "Monde | Dépêches du soir", "País / Região Norte"]
)
def test_label_of_several_levels(label: str) -> None:
    """A path of sections may be longer than a section."""
    assert furniture([label, HEADLINE["pt"], *_paragraphs("pt", 4)], "pt")[:2] == [True, False]


def test_short_headline() -> None:
    """A short headline right above the first paragraph is no label."""
    assert not any(furniture(["Seca piora", *_paragraphs("pt", 4)], "pt"))


def test_byline_and_date_above_the_headline() -> None:
    """What stands between the label and the headline hides neither of them."""
    top = ["Cronaca", "di Anna Bianchi", "Pubblicato il 3 maggio", HEADLINE["it"]]
    assert furniture([*top, *_paragraphs("it", 4)], "it")[:4] == [True, True, True, False]


def test_byline_under_the_deck() -> None:
    """A short line between the deck and the first paragraph is a byline."""
    top = [HEADLINE["pt"], "Oposição critica o pacote", "Sucursal do Norte"]
    assert furniture([*top, *_paragraphs("pt", 4)], "pt")[:3] == [False, False, True]


@pytest.mark.parametrize("heading", ["O que falta saber", "E agora?"])
def test_heading_between_paragraphs(heading: str) -> None:
    """A short line without a full stop between paragraphs is a heading."""
    lines = [HEADLINE["pt"], *_paragraphs("pt", 3), heading, *_paragraphs("pt", 3)]
    assert furniture(lines, "pt") == [False] * 4 + [True] + [False] * 3


@pytest.mark.parametrize(
    "line", ["Os nomes são:", "O preço em 2023", "“Acabou”", "- primeiro item"]
)
def test_no_heading(line: str) -> None:
    """A line that introduces, counts, quotes or lists is no heading."""
    lines = [HEADLINE["pt"], *_paragraphs("pt", 3), line, *_paragraphs("pt", 3)]
    assert not any(furniture(lines, "pt"))


def test_questions_of_an_interview() -> None:
    """Where several lines ask, they are an interview and not headings."""
    lines = [HEADLINE["pt"]]
    for question in ("E a seca?", "E o preço?", "E o governo?"):
        lines += [question, *_paragraphs("pt", 1)]
    assert not any(furniture(lines, "pt"))


def test_dialogue_is_left_alone() -> None:
    """Where lines are sentences, short lines are content: verse, subtitles, translation files."""
    dialogue = [
        "Uma noite na aldeia",
        "Quem é?",
        "Sou eu",
        "Entra",
        "Está frio lá fora.",
        "Pois está",
    ]
    assert not any(furniture(dialogue * 5, "pt"))


def test_last_lines() -> None:
    """Short lines after the last paragraph are furniture, in whatever words."""
    lines = [HEADLINE["pt"], *_paragraphs("pt", 4), "Clube do Agro", "GS"]
    assert furniture(lines, "pt")[-3:] == [False, True, True]


def test_sentence_under_a_notice() -> None:
    """A short last sentence under a notice belongs to the notice."""
    tail = ["Ce texte est une traduction automatique.", "Des nuances ont pu se perdre."]
    lines = [HEADLINE["fr"], *_paragraphs("fr", 4), *tail]
    assert furniture(lines, "fr")[-3:] == [False, True, True]


def test_a_line_is_furniture_as_a_whole() -> None:
    """All sentences of a furniture line are marked."""
    tail = "Ce contenu a été traduit automatiquement. Des différences sont possibles. Cliquez ici."
    text = "\n".join([HEADLINE["fr"], *_paragraphs("fr", 4), tail])
    sentences = segment(text, name="x.txt", language="fr").document.sentences
    assert [one.text for one in sentences if one.boilerplate] == [
        "Ce contenu a été traduit automatiquement.",
        "Des différences sont possibles.",
        "Cliquez ici.",
    ]


@pytest.mark.parametrize("case", [str.upper, lambda line: line.replace("é", "e")])
def test_case_and_accents_do_not_matter(case) -> None:  # type: ignore[no-untyped-def]
    """Phrases are found in capitals and without accents."""
    lines = [HEADLINE["pt"], *_paragraphs("pt", 4), case("Leia também: A seca em números.")]
    assert furniture(lines, "pt")[-1]


@pytest.mark.parametrize("lines", [[], ["Publicidade"], ["Publicidade", "Leia também: nada"]])
def test_short_texts_have_none(lines: list[str]) -> None:
    """A text of two lines or fewer has no furniture."""
    assert not any(furniture(lines, "pt"))


def test_the_first_line_may_be_all_there_is() -> None:
    """Where every line says what furniture says, the first one is the headline."""
    assert furniture(["Publicidade"] * 4, "pt")[0] is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_model_has_phrases(language: str) -> None:
    """Each language of the embedded model knows an agency and an advertisement of its own."""
    advertisement = {
        "ar": "إعلان",
        "de": "Anzeige",
        "en": "Advertisement",
        "es": "Publicidad",
        "fr": "Publicité",
        "it": "Pubblicità",
        "ja": "広告",
        "ko": "광고",
        "nl": "Advertentie",
        "pl": "Reklama",
        "pt": "Publicidade",
        "ru": "Реклама",
        "th": "โฆษณา",
        "tr": "Reklam",
        "zh": "广告",
    }
    lines = ["a b c d e f.", "g h i j k l.", advertisement[language], "m n o p q r.", "(AFP)"]
    assert furniture(lines, language) == [False, False, True, False, True]


def test_rules_between_sections() -> None:
    """A line of asterisks is furniture."""
    assert furniture(["a b c.", "* * *", "d e f."], "pt") == [False, True, False]


@given(
    st.lists(st.text(min_size=1).filter(str.strip), max_size=12),
    st.sampled_from([*LANGUAGES, "und"]),
)
def test_any_lines(lines: list[str], language: str) -> None:
    """Any lines get a mark each, and at least one line is content."""
    marks = furniture(lines, language)
    assert len(marks) == len(lines)
    assert not lines or not all(marks)


def test_huge_lines_are_not_read_whole() -> None:
    """Neither a line without an end nor very many lines take long."""
    assert not any(furniture(["x" * 2_000_000, "a. B" * 200_000, "y " * 500_000], "pt"))
    assert (
        len(furniture([line for line, _ in product(["Foi.", "Veio"], range(5_000))], "pt"))
        == 10_000
    )
