"""Comparisons made by hand, without the library: for the renderers and the command."""

from hypothesis import strategies as st

from aligner.types import (
    Comparison,
    Detail,
    Document,
    Kind,
    Link,
    Nearest,
    Only,
    Relation,
    Sentence,
)


def document(name: str, language: str, *lines: str) -> Document:
    """A document of one sentence a line; a line that begins with `#` is boilerplate."""
    sentences: list[Sentence] = []
    start = 0
    for number, line in enumerate(lines):
        text = line.removeprefix("#")
        sentence = Sentence(text, start, start + len(text), number, boilerplate=text != line)
        sentences.append(sentence)
        start = sentence.end + 1
    return Document(name, language, "\n".join(one.text for one in sentences), tuple(sentences))


def detail(of: Document, text: str, kind: Kind = "name") -> Detail:
    """The first place where the document says `text`."""
    start = of.text.index(text)
    return Detail(start, start + len(text), text, kind)


def link(
    a: tuple[int, ...],
    b: tuple[int, ...],
    relation: Relation = "same",
    *,
    confidence: float = 0.9,
    a_only: tuple[Detail, ...] = (),
    b_only: tuple[Detail, ...] = (),
) -> Link:
    """A link of usual confidence; one with details has to be told that it is partial."""
    return Link(a, b, relation, confidence, 0.7, a_only, b_only)


def only(sentence: int, *details: Detail, confidence: float = 0.9) -> Only:
    """A one-sided sentence whose nearest of the other side is its first."""
    return Only(sentence, confidence, Nearest(0, 0.2), details)


def comparison(a: Document, b: Document, *links: Link, notes: tuple[str, ...] = ()) -> Comparison:
    """The links between two documents, whatever they leave over being one-sided."""
    linked_a = {number for one in links for number in one.a}
    linked_b = {number for one in links for number in one.b}
    return Comparison(
        a,
        b,
        links,
        tuple(only(k) for k in range(len(a.sentences)) if k not in linked_a),
        tuple(only(k) for k in range(len(b.sentences)) if k not in linked_b),
        "free",
        notes,
        "align 0.1.0 | model test | order free",
    )


def museum() -> Comparison:
    """Two short articles on one event, with an instance of nearly everything."""
    a = document(
        "museu.pt.txt",
        "pt",
        "#Cultura",
        "Museu do Azulejo reabre após três anos de obras",
        "O Museu do Azulejo reabriu neste sábado, após três anos de obras que custaram "
        "12 milhões de euros.",
        "A nova ala expõe 400 painéis, entre eles uma vista de Lisboa anterior ao terramoto "
        "de 1755.",
        "«Era urgente salvar a coleção da humidade», disse a diretora, Marta Salgueiro.",
        "O restaurante do claustro, entregue ao cozinheiro Rui Tavares, só abre em setembro.",
        "A loja também ficou para mais tarde.",
        "Nos primeiros dois dias, a entrada é gratuita.",
        "A autarquia espera 300 mil visitantes por ano, o dobro de antes das obras.",
        "#Leia também: os dez museus mais visitados do país",
    )
    b = document(
        "musee.fr.txt",
        "fr",
        "À Lisbonne, le musée de l’Azulejo rouvre ses portes",
        "Après trois ans de travaux, le musée de l’Azulejo a rouvert samedi à Lisbonne.",
        "Le chantier, financé pour moitié par l’Union européenne, a coûté 12 millions d’euros.",
        "« Il fallait d’urgence mettre la collection à l’abri de l’humidité », explique sa "
        "directrice.",
        "Quatre cents panneaux sont présentés dans une aile nouvelle, dessinée par "
        "l’architecte Inês Coutinho.",
        "Un syndicat regrette que seize gardiens n’aient pas été remplacés.",
        "La ville attend 300 000 visiteurs par an.",
        "L’entrée est libre jusqu’à dimanche.",
        "#Partager sur les réseaux sociaux",
        "#© Agence de presse",
    )
    return Comparison(
        a,
        b,
        links=(
            link((1,), (0,)),
            link(
                (2,),
                (1, 2),
                "partial",
                b_only=(detail(b, "financé pour moitié par l’Union européenne", "clause"),),
            ),
            link(
                (3,),
                (4,),
                "partial",
                a_only=(
                    detail(a, "uma vista de Lisboa anterior ao terramoto de 1755", "clause"),
                    detail(a, "1755", "number"),
                ),
                b_only=(detail(b, "Inês Coutinho"),),
            ),
            link((4,), (3,), "partial", a_only=(detail(a, "Marta Salgueiro"),)),
            link((7,), (7,), confidence=0.52),
            link(
                (8,), (6,), "partial", a_only=(detail(a, "o dobro de antes das obras", "clause"),)
            ),
        ),
        only_a=(
            only(0),
            only(5, detail(a, "Rui Tavares"), detail(a, "setembro", "number")),
            only(6, confidence=0.58),
            only(9),
        ),
        only_b=(only(5, detail(b, "seize", "number")), only(8), only(9)),
        order="free",
        notes=("The order was taken for free: 2 of 6 links cross others.",),
        signature="align 0.1.0 | model use-multilingual-v3 | order free | split sentences",
    )


# Every code point, lone surrogates too; the ones that break displays more often than chance would.
ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            "\x00\x07\t\n\r\x1b\x7f\x85\x9b\u00a0\u00ad\u0301\u200b\u200d\u202e\u2028\ufeff"
        ),
        st.sampled_from("[-{+]} aé漢ก\u1100\u1161"),
    ),
    max_size=60,
)


@st.composite
def documents(draw: st.DrawFn, texts: st.SearchStrategy[str] = ANY_TEXT) -> Document:
    """A document of up to six sentences."""
    lines = draw(st.lists(texts, max_size=6))
    return document(draw(texts), draw(texts), *lines)


@st.composite
def details(draw: st.DrawFn, of: Document) -> tuple[Detail, ...]:
    """Spans anywhere in a document: empty, overlapping, across sentences."""
    offsets = st.integers(0, len(of.text))
    kinds: st.SearchStrategy[Kind] = st.sampled_from(("name", "number", "clause"))
    spans = [sorted(span) for span in draw(st.lists(st.tuples(offsets, offsets), max_size=3))]
    return tuple(Detail(start, end, of.text[start:end], draw(kinds)) for start, end in spans)


@st.composite
def comparisons(draw: st.DrawFn, texts: st.SearchStrategy[str] = ANY_TEXT) -> Comparison:
    """Any comparison that can be, with links of any shape and order."""
    a, b = draw(documents(texts)), draw(documents(texts))
    free_a = draw(st.permutations(range(len(a.sentences))))
    free_b = draw(st.permutations(range(len(b.sentences))))
    share = st.floats(0, 1)
    links: list[Link] = []
    for _ in range(draw(st.integers(0, min(len(free_a), len(free_b))))):
        if not (free_a and free_b):
            break
        size_a = draw(st.integers(1, min(3, len(free_a))))
        size_b = draw(st.integers(1, min(3, len(free_b))))
        group_a, free_a = sorted(free_a[:size_a]), free_a[size_a:]
        group_b, free_b = sorted(free_b[:size_b]), free_b[size_b:]
        relation: Relation = draw(st.sampled_from(("same", "partial")))
        spans = (draw(details(a)), draw(details(b)))
        links.append(
            Link(tuple(group_a), tuple(group_b), relation, draw(share), draw(share), *spans)
        )
    links.sort(key=lambda one: one.a)
    only_a, only_b = (
        tuple(
            Only(k, draw(share), Nearest(0, draw(share)), draw(details(of))) for k in sorted(free)
        )
        for of, free in ((a, free_a), (b, free_b))
    )
    notes = tuple(draw(st.lists(texts, max_size=2)))
    return Comparison(a, b, tuple(links), only_a, only_b, "free", notes, draw(texts))
