"""The whole flow: what holds for texts of any shape, and what the options and bad input do."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Lock
from time import sleep
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import aligner
from aligner import pipeline
from aligner.align.free import THRESHOLD, Group, align_free
from aligner.embed import Encoder
from aligner.embed.combined import CombinedEncoder
from aligner.embed.embedded import EmbeddedEncoder
from aligner.errors import AlignerError, InputError, LanguageError, ModelError
from aligner.options import Options, OrderOption
from aligner.pipeline import MOST_VERIFIED
from aligner.types import Comparison, Side
from aligner.verify.embedded import EmbeddedVerifier
from cli.render import FORMATS, PAIRS_ALONE, RenderOptions
from tests.fakes import WordsEncoder, WordsVerifier
from tests.test_render_json import VALIDATOR

SAMPLES = Path(__file__).parents[1] / "samples"
ORDERS = {"chips": "free", "ferry": "free", "translation": "monotonic"}
SIDES: tuple[Side, Side] = ("a", "b")
PT = "O gato dorme. A chuva cai no mar. Lisboa tem três pontes."
FR = "Le chat dort. La pluie tombe sur la mer. Lisbonne a trois ponts."
# Confidences and similarities are rounded to four decimals; close to a half, the last may be either.
LAST_DECIMAL = 1.5e-4
# The first example of a process also pays for its imports.
FLOW = settings(max_examples=50, deadline=None, report_multiple_bugs=False)

# Words with and without meaning to the stages: numbers in all spellings, names, quotation marks,
# brackets, scripts without spaces, marks that show nothing, escapes.
WORDS = (
    "gato casa Lisboa Lisbonne Huawei 910B TikTok U.S. Sr. O l’eau três 3 100 mil 100 000 1.000,5 "
    "1,2,3 0.5% €20 ١٢ ² ½ « » “ ” \" ' ( ) [ — - … , : ; 東京都 你好。 นี่ ß e\u0301 🏴 \u200b \u202e "
    "\x1b[31m \u00ad \ufeff \ufffd leia também login"
).split(" ")
ENDS = (".", "!", "?", "…", "", ".»", "。", ":")
GLUES = (" ", " ", "\n", "\n\n", "\r\n", "\r", "\t", "\u2028", "\x0c", "\u00a0", "")

sentences = st.builds(
    lambda words, end: " ".join(words) + end,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=7),
    st.sampled_from(ENDS),
)
options = st.builds(
    Options,
    order=st.sampled_from(["auto", "free", "monotonic"]),
    split=st.sampled_from(["sentences", "lines"]),
    lang_a=st.sampled_from([None, "pt", "ja", "eo"]),
    lang_b=st.sampled_from([None, "fr", "de"]),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts that share some of their sentences, in any order, however they are joined."""
    pool = draw(st.lists(sentences, min_size=1, max_size=8))
    texts = []
    for _ in SIDES:
        chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=8))
        glues = draw(st.lists(st.sampled_from(GLUES), min_size=len(chosen), max_size=len(chosen)))
        texts.append("".join(map("".join, zip(chosen, glues, strict=True))))
        assume(texts[-1].replace("\ufeff", "").strip())
    return texts[0], texts[1]


def compared(texts: tuple[str, str], wanted: Options) -> Comparison:
    """The whole flow with an encoder of its own."""
    return aligner.compare(*texts, options=wanted, encoder=WordsEncoder())


def paths(sample: str) -> tuple[Path, Path]:
    """The two texts of a sample."""
    a, b = sorted((SAMPLES / sample).glob("*.txt"))
    return a, b


def alone(made: Comparison) -> list[tuple[Side, int]]:
    """The sentences that one text alone has, page furniture left out."""
    return [
        (side, one.sentence)
        for side in SIDES
        for one in made.only(side)
        if not made.document(side).sentences[one.sentence].boilerplate
    ]


@FLOW
@given(pairs(), options)
def test_every_sentence_is_in_one_place(texts: tuple[str, str], wanted: Options) -> None:
    """Each sentence is in one link or alone, once, and links and sentences are in text order."""
    made = compared(texts, wanted)
    for side in SIDES:
        groups = [getattr(link, side) for link in made.links]
        only = [one.sentence for one in made.only(side)]
        placed = [number for group in groups for number in group] + only
        assert sorted(placed) == list(range(len(made.document(side).sentences)))
        assert only == sorted(only)
        assert groups == [tuple(sorted(group)) for group in groups]
    assert [link.a for link in made.links] == sorted(link.a for link in made.links)


@FLOW
@given(pairs(), options)
def test_report_meets_its_schema(texts: tuple[str, str], wanted: Options) -> None:
    """Probabilities, cosines, offsets and counts are in range, whatever the texts."""
    report = FORMATS["json"](compared(texts, wanted), RenderOptions())
    VALIDATOR.validate(json.loads(report.encode("utf-8")))


@FLOW
@given(pairs(), options)
def test_offsets_give_the_text_back(texts: tuple[str, str], wanted: Options) -> None:
    """Sentences are where their offsets say, and only white space is outside of all of them."""
    made = compared(texts, wanted)
    for side, text in zip(SIDES, texts, strict=True):
        document = made.document(side)
        plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        assert document.text == plain
        for one in document.sentences:
            assert one.text == plain[one.start : one.end] != ""
        offsets = [offset for one in document.sentences for offset in (one.start, one.end)]
        edges = [0, *offsets, len(plain)]
        assert edges == sorted(edges)
        outside = [plain[start:end] for start, end in list(pairwise(edges))[::2]]
        assert not "".join(outside).strip()


@FLOW
@given(pairs(), options)
def test_details_lie_in_their_sentences(texts: tuple[str, str], wanted: Options) -> None:
    """A detail is a part of one sentence of its link, or of the sentence that stands alone."""
    made = compared(texts, wanted)
    for side in SIDES:
        document = made.document(side)
        places = [(getattr(link, side), getattr(link, f"{side}_only")) for link in made.links]
        places += [((one.sentence,), one.details) for one in made.only(side)]
        for numbers, details in places:
            spans = [(document.sentences[k].start, document.sentences[k].end) for k in numbers]
            for detail in details:
                assert detail.text == document.text[detail.start : detail.end] != ""
                assert any(start <= detail.start and detail.end <= end for start, end in spans)


@FLOW
@given(pairs(), options)
def test_links_are_partial_when_a_side_adds_details(
    texts: tuple[str, str], wanted: Options
) -> None:
    """A link is called the same exactly when neither side adds anything."""
    for link in compared(texts, wanted).links:
        assert (link.relation == "partial") == bool(link.a_only or link.b_only)


@FLOW
@given(pairs(), options)
def test_nearest_is_the_nearest(texts: tuple[str, str], wanted: Options) -> None:
    """What is named beside a one-sided sentence is the sentence that comes closest to it."""
    made = compared(texts, wanted)
    a, b = (
        WordsEncoder().encode([one.text for one in made.document(side).sentences]) for side in SIDES
    )
    for only, cosines in ((made.only_a, a @ b.T), (made.only_b, b @ a.T)):
        for one in only:
            highest = pytest.approx(float(cosines[one.sentence].max()), abs=LAST_DECIMAL)
            assert one.nearest.similarity == highest
            assert float(cosines[one.sentence, one.nearest.sentence]) == highest


@FLOW
@given(pairs(), options)
def test_equal_inputs_give_equal_results(texts: tuple[str, str], wanted: Options) -> None:
    """A comparison made twice is the same to the last field, its signature included."""
    assert compared(texts, wanted) == compared(texts, wanted)


def probabilities(texts: tuple[str, str], wanted: Options) -> list[npt.NDArray[np.float64]]:
    """What the solver for free order is given; nothing in the other order."""
    seen: list[npt.NDArray[np.float64]] = []

    def watched(
        probability: npt.NDArray[np.float64], *said: npt.NDArray[np.float64]
    ) -> list[Group]:
        seen.append(probability)
        return align_free(probability, *said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "align_free", watched)
        compared(texts, wanted)
    return seen


def has_mirrored_tie(probability: npt.NDArray[np.float64]) -> bool:
    """Whether some (i, j) and (j, i) fit equally well, as they do where sentences are repeated.

    A group takes no more than so many sentences, so that it can matter which of two pairs is joined
    first; and no rule that knows only two numbers puts the same one first when a and b are swapped.
    """
    size = min(probability.shape)
    likely = np.where(probability >= THRESHOLD, probability, np.nan)[:size, :size]
    np.fill_diagonal(likely, np.nan)
    return bool(np.isclose(likely, likely.T, rtol=0, atol=1e-8).any())


def assert_alike(one: Comparison, other: Comparison) -> None:
    """The same answer, but for names, notes, signature and last decimals."""
    assert (one.order, one.a.sentences, one.b.sentences) == (
        other.order,
        other.a.sentences,
        other.b.sentences,
    )
    for x, y in zip(one.links, other.links, strict=True):
        assert x == replace(y, confidence=x.confidence, similarity=x.similarity)
        assert x.confidence == pytest.approx(y.confidence, abs=LAST_DECIMAL)
        assert x.similarity == pytest.approx(y.similarity, abs=LAST_DECIMAL)
    for side in SIDES:
        for p, q in zip(one.only(side), other.only(side), strict=True):
            assert (p.sentence, p.details) == (q.sentence, q.details)
            assert p.confidence == pytest.approx(q.confidence, abs=LAST_DECIMAL)
            # The nearest itself may be another one at the same similarity, see the test above.
            assert p.nearest.similarity == pytest.approx(q.nearest.similarity, abs=LAST_DECIMAL)


@FLOW
@given(pairs(), options)
def test_swapped_inputs_give_the_swapped_result(texts: tuple[str, str], wanted: Options) -> None:
    """Comparing b with a is the mirror of comparing a with b, but for exact ties."""
    made = compared(texts, wanted)
    assume(not any(map(has_mirrored_tie, probabilities(texts, wanted))))
    mirrored = replace(wanted, lang_a=wanted.lang_b, lang_b=wanted.lang_a)
    assert_alike(compared(texts[::-1], mirrored), made.swapped())


@pytest.mark.parametrize("sample", ORDERS)
def test_swapped_samples_give_the_swapped_result(sample: str, embedded: Encoder) -> None:
    """The mirror also holds with the embedded model on whole articles."""
    a, b = paths(sample)
    made = aligner.compare_files(a, b, encoder=embedded)
    assert_alike(aligner.compare_files(b, a, encoder=embedded), made.swapped())


@FLOW
@given(
    st.permutations(
        "gato casa Lisboa Huawei 910B três 100 mar chuva porta neve pão sol lua 1998 東京都".split()
    ),
    st.lists(st.integers(1, 4), min_size=2, max_size=8),
    st.sampled_from(["auto", "free", "monotonic"]),
)
def test_text_with_itself_has_nothing_one_sided(
    words: list[str], sizes: list[int], order: str
) -> None:
    """A text of sentences that share no word is linked to itself, each sentence to itself."""
    taken = iter(words)
    lines = [" ".join(word for _, word in zip(range(size), taken, strict=False)) for size in sizes]
    text = "\n".join(f"{line}." for line in lines if line)
    made = compared((text, text), Options(order=order, split="lines", lang_a="pt", lang_b="pt"))  # type: ignore[arg-type]
    assert alone(made) == []
    assert all(link.a == link.b and link.relation == "same" for link in made.links)


@pytest.mark.parametrize("order", ["free", "monotonic"])
@pytest.mark.parametrize("sample", ORDERS)
def test_sample_with_itself_has_nothing_one_sided(
    sample: str, order: str, embedded: Encoder
) -> None:
    """A text that is compared with itself has nothing that the other lacks."""
    for path in paths(sample):
        made = aligner.compare_files(path, path, options=Options(order=order), encoder=embedded)  # type: ignore[arg-type]
        assert alone(made) == []
        assert {link.relation for link in made.links} == {"same"}


@pytest.mark.parametrize("sample", ORDERS)
def test_number_of_threads_changes_nothing(sample: str) -> None:
    """One thread or two encode to the same bits, so that the results are equal."""
    one, two = (
        aligner.compare_files(*paths(sample), encoder=EmbeddedEncoder(threads))
        for threads in (1, 2)
    )
    assert one == two


def test_what_was_compared_before_changes_nothing(embedded: Encoder) -> None:
    """Words that an encoder remembers from other texts were computed beside others."""
    encoder = CombinedEncoder([embedded, WordsEncoder()])
    encoder.encode(["it weighs its models with the first text"])
    remembered: list[int] = []

    def compared() -> Comparison:
        made = aligner.compare_files(*paths("bridge"), encoder=encoder)
        assert isinstance(embedded, EmbeddedEncoder)
        remembered.append(len(embedded._words))
        return made

    first = compared()
    aligner.compare_files(*paths("translation"), encoder=encoder)
    assert compared() == first
    assert remembered[0] == remembered[1] > 0


@pytest.mark.parametrize(("sample", "order"), ORDERS.items())
def test_auto_tells_articles_from_translations(sample: str, order: str, embedded: Encoder) -> None:
    """Articles are paired in any order, a translation in its own; the signature says which."""
    made = aligner.compare_files(*paths(sample), encoder=embedded)
    assert made.order == order
    assert f" | order {order}" in made.signature


def test_files_and_texts_are_one_flow(tmp_path: Path) -> None:
    """A file is compared as its text is, under the name of its path."""
    files = tmp_path / "a.txt", tmp_path / "b.txt"
    for path, text in zip(files, (PT, FR), strict=True):
        path.write_text(text, encoding="utf-8")
    names = str(files[0]), str(files[1])
    made = aligner.compare(PT, FR, encoder=WordsEncoder(), names=names)
    assert aligner.compare_files(*files, encoder=WordsEncoder()) == made
    assert (made.a.name, made.b.name) == names


@pytest.mark.parametrize("side", SIDES)
def test_standard_input_stands_for_either_text(
    side: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dash in place of one file reads that text from standard input."""
    path = tmp_path / "file.txt"
    path.write_text(FR, encoding="utf-8")
    piped = SimpleNamespace(buffer=io.BytesIO(PT.encode()))
    monkeypatch.setattr("sys.stdin", piped)
    a, b = ("-", path) if side == "a" else (path, "-")
    made = aligner.compare_files(a, b, encoder=WordsEncoder())
    assert made.document(side).text == PT
    assert made.document(side).name == "-"


@pytest.mark.parametrize("order", ["free", "monotonic"])
def test_order_is_obeyed(order: str) -> None:
    """An order that is asked for is not decided anew; in monotonic order, what crosses has moved."""
    lines = [
        *("O gato dorme no sofá.", "A chuva cai no mar.", "Lisboa tem três pontes."),
        *("Ana comprou pão fresco.", "Chega um barco azul.", "Há neve na serra."),
    ]
    texts = "\n".join(lines), "\n".join(reversed(lines))
    made = compared(texts, Options(order=order))  # type: ignore[arg-type]
    assert made.order == order
    assert [link.b for link in made.links] != sorted(link.b for link in made.links)
    moved = [note for note in made.notes if note.startswith("moved and linked all the same")]
    assert len(moved) == (order == "monotonic")


@pytest.mark.parametrize(("split", "number"), [("sentences", 3), ("lines", 1)])
def test_split_is_obeyed(split: str, number: int) -> None:
    """Three sentences on one line are three sentences, or one line."""
    made = compared((PT, FR), Options(split=split))  # type: ignore[arg-type]
    assert [len(made.document(side).sentences) for side in SIDES] == [number, number]


def test_languages_are_obeyed() -> None:
    """A language that is given is not detected, on its own side."""
    made = compared((PT, FR), Options(lang_a="es", lang_b="de-AT"))
    assert (made.a.language, made.b.language) == ("es", "de")
    found = compared((PT, FR), Options())
    assert (found.a.language, found.b.language) == ("pt", "fr")


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        (Options(), ["order monotonic"]),
        (Options(order="free"), ["order free", "verifier words"]),
        (Options(split="lines"), ["order free", "verifier words", "split lines"]),
        (Options(lang_a="pt"), ["order monotonic", "lang-a pt"]),
        (Options(lang_b="fr"), ["order monotonic", "lang-b fr"]),
        (
            Options("free", "lines", "pt", "fr"),
            ["order free", "verifier words", "split lines", "lang-a pt", "lang-b fr"],
        ),
    ],
)
def test_signature_names_what_changes_the_answer(wanted: Options, parts: list[str]) -> None:
    """Version, model, the order that was taken, and every option that is not at its default."""
    made = aligner.compare(PT, FR, options=wanted, encoder=WordsEncoder(TRANSLATED))
    version, model, *rest = made.signature.split(" | ")
    assert version.startswith("align ")
    assert version[6].isdigit()
    assert model == "model words"
    assert rest == parts


TRANSLATED = {
    "le": "o", "chat": "gato", "dort": "dorme", "la": "a", "pluie": "chuva", "tombe": "cai",
    "sur": "no", "mer": "mar", "lisbonne": "lisboa", "trois": "três", "ponts": "pontes",
}  # fmt: skip


class Learned(WordsEncoder):
    """An encoder that says which languages it has learnt."""

    languages: frozenset[str] = frozenset({"pt", "en"})  # type: ignore[assignment]


def test_language_that_the_model_lacks_is_noted() -> None:
    """The note names the text, the model, the language, and what to try."""
    made = aligner.compare(PT, FR, encoder=Learned(), names=("um.txt", "deux.txt"))
    assert made.notes == (
        "deux.txt: the model words has not learnt 'fr'; expect less, or try another with --model",
    )
    assert aligner.compare(PT, PT, encoder=Learned()).notes == ()
    assert compared((PT, FR), Options()).notes == ()


def test_a_sentence_too_long_to_be_read_is_noted() -> None:
    """What is left out of the comparison is told, and by which text."""
    made = compared((PT, "le chat dort " * 200 + ". La pluie tombe."), Options(lang_a="pt"))
    assert [note for note in made.notes if "characters" in note] == [
        "b: 1 sentence of more than 2,000 characters; only the beginning of such is read closely"
    ]


def test_an_unknown_language_has_one_note() -> None:
    """Where the language could not be told, nothing is said of what the model has learnt."""
    made = aligner.compare("12 34\n56", PT, encoder=Learned(), names=("um.txt", "dois.txt"))
    assert [note.split(":")[0] for note in made.notes] == ["um.txt"]
    assert "not recognised" in made.notes[0]


BAD: list[tuple[str, str, Options, type[AlignerError], str]] = [
    ("", FR, Options(), InputError, "give a text with words in it"),
    (PT, "", Options(), InputError, "give a text with words in it"),
    (PT, " \n\t ", Options(), InputError, "b holds only white space; give a text with words in it"),
    ("a\0b", FR, Options(), InputError, "a is binary, not text; save it as plain text"),
    (
        PT,
        FR,
        Options(lang_a="klingon"),
        LanguageError,
        "'klingon' is not a language code; give the",
    ),
    (PT, FR, Options(lang_b="xx"), LanguageError, "'xx' is not a language code; give the two"),
    (PT, FR, Options(lang_a=""), LanguageError, "'' is not a language code; give the two letters"),
]


@pytest.mark.parametrize(("a", "b", "wanted", "kind", "message"), BAD)
def test_bad_texts_and_languages_are_told(
    a: str, b: str, wanted: Options, kind: type[AlignerError], message: str
) -> None:
    """What is wrong with a text or a language code is said, with what to try."""
    with pytest.raises(kind) as caught:
        compared((a, b), wanted)
    assert message in str(caught.value)


@pytest.mark.parametrize(("a", "b", "wanted", "kind", "message"), BAD)
def test_bad_files_are_told(  # noqa: PLR0917
    a: str, b: str, wanted: Options, kind: type[AlignerError], message: str, folder: Path
) -> None:
    """Files that hold the same bad texts are told in the same words."""
    for name, text in (("a", a), ("b", b)):
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(kind) as caught:
        aligner.compare_files("a", "b", options=wanted, encoder=WordsEncoder())
    assert message in str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is where the process is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(InputError, match=r"nowhere.txt does not exist; check the spelling"):
        aligner.compare_files(tmp_path / "nowhere.txt", tmp_path, encoder=WordsEncoder())


def test_both_texts_from_standard_input_are_told() -> None:
    """One stream cannot hold two texts."""
    with pytest.raises(InputError, match=r"both texts are standard input \(-\); give a file"):
        aligner.compare_files("-", "-", encoder=WordsEncoder())


def test_the_verifier_is_named() -> None:
    """In free order the signature names the verifier, or says that there was none."""
    free = Options(order="free")
    assert compared((PT, FR), free).signature.endswith(" | order free | verifier words")
    off = compared((PT, FR), replace(free, verifier="off"))
    assert off.signature.endswith(" | order free | verifier off")
    assert off.notes == ()
    in_order = compared((PT, FR), Options(order="monotonic"))
    assert "verifier" not in in_order.signature
    assert in_order.notes == ()


def test_a_verifier_that_is_not_asked_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts too long for it, and a named one in a translation, leave a note."""
    monkeypatch.setattr(pipeline, "MOST_VERIFIED", 5)
    made = compared((PT, FR), Options(order="free"))
    assert made.signature.endswith(" | verifier off")
    assert made.notes == (
        "more than 5 sentences: their pairs were not verified; compare parts of the texts to have "
        "that done",
    )
    made = compared((PT, FR), Options(order="monotonic", verifier="our/own"))
    assert made.notes == ("the verifier our/own was not asked; it is for free order only",)


class AskedVerifier(WordsVerifier):
    """Remembers the pairs it was asked about."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def score(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float32]:
        """As `WordsVerifier`."""
        self.asked += pairs
        return super().score(a, b, pairs)


def test_one_sentence_among_many_is_verified() -> None:
    """What counts is how many sentences would have to be read, not how many there are."""
    many = " ".join(f"O gato {k} viu {k * k} peixes." for k in range(MOST_VERIFIED))
    verifier = AskedVerifier()
    texts, languages = ("O gato 7 viu 49 peixes.", many), Options(lang_a="pt", lang_b="pt")
    made = aligner.compare(*texts, options=languages, encoder=WordsEncoder(), verifier=verifier)
    assert " | verifier words | " in made.signature
    assert made.notes == ()
    assert [(link.a, link.b) for link in made.links] == [((0,), (7,))]
    assert len(verifier.asked) < 10


@pytest.mark.parametrize(
    ("sentence", "linked"),
    [
        ("Los pasajeros recuperarán el dinero del billete", ""),
        ("En la lonja, los vecinos repartieron mantas y caldo caliente.", ""),
        ("Los buzos no han encontrado grietas en el casco ni fugas de combustible.", ""),
        ("A terceira sala explica a química em poucas palavras.", "La troisième salle"),
        ("O bilhete custa seis euros, incluindo um saquinho de sal grosso.", "Le billet coûte"),
    ],
)
def test_one_sentence_among_many_has_no_chance_pair(
    sentence: str, linked: str, embedded: Encoder
) -> None:
    """The best of many chance pairs is no counterpart; a translation among them is still found."""
    french = "\n\n".join(
        (SAMPLES / name / "b.fr.txt").read_text(encoding="utf-8")
        for name in ("bridge", "chips", "translation")
    )
    made = aligner.compare(sentence, french, encoder=embedded)
    texts = [made.b.sentences[j].text for link in made.links for j in link.b]
    assert [text[: len(linked)] for text in texts] == ([linked] if linked else [])


def test_a_verifier_that_cannot_be_had_is_told() -> None:
    """As with `--model`: one message, with what to try."""
    with pytest.raises(ModelError, match="give the name of a sentence-transformers cross-encoder"):
        compared((PT, FR), Options(order="free", verifier="./nowhere"))


def test_too_many_pairs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts too long for any order are told before memory runs out; in order they still go."""
    monkeypatch.setattr(pipeline, "MOST_PAIRS", 8)
    with pytest.raises(InputError, match=r"3 by 3 sentences, .* too many .* --order monotonic"):
        compared((PT, FR), Options(order="free"))
    assert compared((PT, PT), Options(order="monotonic")).order == "monotonic"
    monkeypatch.setattr(pipeline, "MOST_PAIRS", 9)
    assert compared((PT, FR), Options(order="free")).order == "free"


def test_texts_that_share_nothing_are_all_one_sided() -> None:
    """Where nothing is linked, every sentence is told as one-sided, whatever the encoder."""
    made = compared(("gato.", "chuva.\nneve."), Options(order="monotonic"))
    assert made.links == ()
    assert alone(made) == [("a", 0), ("b", 0), ("b", 1)]


@pytest.mark.parametrize("order", ["free", "monotonic"])
def test_without_details_the_pairs_are_the_same(order: OrderOption) -> None:
    """What only tells pairs is written byte for byte; links are the same, sentences say nothing new."""
    texts = "O gato dorme 45 horas.\nChove.", "O gato dorme.\nNeva 17 dias."
    wanted = Options(order=order, split="lines", lang_a="pt", lang_b="pt")
    with_details = compared(texts, wanted)
    made = compared(texts, replace(wanted, details=False))
    assert [link.relation for link in with_details.links] == ["partial"]
    assert [one.details for one in with_details.only_b] != [()]
    for name in PAIRS_ALONE:
        shown = [FORMATS[name](one, RenderOptions()) for one in (with_details, made)]
        assert shown[0] == shown[1]
    assert {(link.relation, link.a_only, link.b_only) for link in made.links} == {("same", (), ())}
    assert not any(one.details for side in SIDES for one in made.only(side))
    assert set(made.signature.split(" | ")) - set(with_details.signature.split(" | ")) == {
        "details off"
    }


def test_a_moved_passage_is_linked_and_noted() -> None:
    """In monotonic order, sentences that stand elsewhere are linked there, and a note says which."""
    generator = np.random.default_rng(1)
    words = ["".join(generator.choice(list("abcdefghij"), 7)) for _ in range(200)]
    lines = [" ".join(words[8 * k : 8 * k + 8]) for k in range(25)]
    elsewhere = [*lines[:5], *lines[9:20], *lines[5:9], *lines[20:]]
    texts = "\n".join(lines), "\n".join(elsewhere)
    made = compared(texts, Options(order="monotonic", split="lines"))
    assert {(link.a, link.b) for link in made.links} == {
        ((k,), (elsewhere.index(line),)) for k, line in enumerate(lines)
    }
    assert made.order == "monotonic"
    assert made.notes[-1] == (
        "moved and linked all the same: sentences 6-9 of a at sentences 17-20 of b"
    )
    shown = {name: render(made, RenderOptions()) for name, render in FORMATS.items()}
    assert "[5]:[16]:" in shown["ladder"]
    assert "moved and linked" in " ".join(shown["diff"].split())


@pytest.mark.parametrize("blank", ["\u2581", "\ufffd", "\u200b\ufffd"])
def test_text_that_the_model_reads_as_blank_is_compared(blank: str, embedded: Encoder) -> None:
    """A sentence of characters that the tokenizer drops is a sentence all the same."""
    made = aligner.compare("0", blank, encoder=embedded)
    assert made.b.sentences[0].text == blank


def test_stages_are_told_as_they_begin(tmp_path: Path) -> None:
    """Who waits is told what is going on, in the order of the stages, and with the numbers."""
    for name, text in (("a.txt", PT), ("b.txt", FR)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    stages: list[str] = []
    aligner.compare_files(
        tmp_path / "a.txt", tmp_path / "b.txt", encoder=WordsEncoder(), progress=stages.append
    )
    assert stages == [
        "reading the texts",
        "finding sentences, loading the model",
        "embedding 3 and 3 sentences",
        "pairing 3 and 3 sentences",
        "looking for what only one text says",
    ]


class BusyEncoder(WordsEncoder):
    """Refuses a call while another one is going on, as the tokenizers of many models do."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = Lock()

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Slowly, so that calls would meet."""
        assert self._turn.acquire(blocking=False), "two calls at once"
        try:
            sleep(0.1)
            return super().encode(texts)
        finally:
            self._turn.release()


@pytest.mark.parametrize("order", ["free", "monotonic"])
def test_an_encoder_is_asked_for_one_thing_at_a_time(order: OrderOption) -> None:
    """In either order, though facts, excerpts and views all need it."""
    texts = [f"No dia {k}, Ana Lima viu o barco {k}, e o porto abriu." for k in range(9)]
    lines = "\n".join(texts), "\n".join(one.replace("Ana Lima", "Eva Prado") for one in texts)
    made = aligner.compare(
        *lines, options=Options(order=order, verifier="off"), encoder=BusyEncoder()
    )
    assert made.links


def test_the_verifier_reads_every_sentence_once(runs_read: list[int]) -> None:
    """What it read for the scores serves for the details: boilerplate between is left out of both."""
    files = sorted((SAMPLES / "chips").glob("?.*.txt"))
    made = aligner.compare_files(*files, verifier=EmbeddedVerifier())
    sides = [[one.boilerplate for one in document.sentences] for document in (made.a, made.b)]
    assert all(any(side) for side in sides)
    assert any(link.relation == "partial" for link in made.links)
    assert sum(runs_read) == sum(side.count(False) for side in sides)
