"""The order of the stages: read, segment, embed, score, align, details. No other file knows it."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np

from aligner.align.free import align_free
from aligner.align.monotonic import MonotonicSide, align_monotonic
from aligner.align.moved import link_moved
from aligner.align.order import choose_order
from aligner.cache import open_store
from aligner.details import PerSentence, absent_facts, link_details
from aligner.embed import Encoder, Vectors, forget_texts, load_encoder
from aligner.embed.excerpts import encode_excerpts
from aligner.embed.views import KeptWindows, embed_views
from aligner.embed.windows import Windows, open_windows
from aligner.errors import InputError
from aligner.options import Options, OrderOption
from aligner.read import (
    Source,
    is_address,
    read_address,
    read_path,
    read_stream,
    read_text,
)
from aligner.score import (
    PairScores,
    Passage,
    alone_probability,
    candidates,
    cosines,
    lopsided,
    most_candidate_sentences,
    read_passage,
    score_pairs,
)
from aligner.segment import Segmented, segment
from aligner.threads import one_blas_thread
from aligner.types import (
    UNDETERMINED,
    Comparison,
    Detail,
    Document,
    Link,
    Nearest,
    Only,
    Order,
    Sentence,
)
from aligner.verify import ReadingVerifier, Verifier, load_verifier

STANDARD_INPUT = "-"
# Confidences and similarities are given to this many decimals: further ones differ between processors.
DECIMALS = 4
# Beyond any of these, free order would take more than some 2 GB: it looks at every pair of sentences,
# and keeps a vector of every word and phrase.
MOST_PAIRS, MOST_SENTENCES, MOST_CHARACTERS = 4_000_000, 20_000, 1_500_000
# Sentences of both texts in monotonic order, 40 KB each.
MOST_IN_ORDER = 100_000
# Moved passages that a note names.
MOVED_SHOWN = 3
# Sentences of either text that the choice of an order looks at.
SAMPLE = 2_000
# Sentences in candidate pairs up to which the embedded verifier is asked by default: it reads some
# thirty a second on two cores.
MOST_VERIFIED = 200
# Characters of a sentence that models read; beyond, they leave some of it out.
LONG = 2_000
# How sure a line that is page furniture is one-sided. None of those in the development articles has
# a counterpart; a story line taken for furniture may have.
FURNITURE_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences of a and of b that belong together, or of one side alone, and how sure that is.

    `moved`: out of the order of both texts, where that is monotonic otherwise.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]
    confidence: float
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """Models that the caller has loaded already, where there are any.

    `coming`: the verifier, while it is loaded.
    """

    encoder: Encoder | None = None
    verifier: Verifier | None = None
    coming: Future[Verifier] | None = None


# The facts of each sentence of a and of b that the other text lacks, and the details of each link.
Unsaid = tuple[tuple[PerSentence, PerSentence], list[tuple[tuple[Detail, ...], tuple[Detail, ...]]]]
# Called with a few words at the start of each stage.
Progress = Callable[[str], object]


def _silent(stage: str) -> None:
    """The progress of nobody who waits."""


def compare_files(  # noqa: PLR0913 (options by name)
    a: Path | str,
    b: Path | str,
    *,
    options: Options | None = None,
    encoder: Encoder | None = None,
    verifier: Verifier | None = None,
    progress: Progress = _silent,
) -> Comparison:
    """Compare two files; `-` stands for standard input, for one of them.

    A name that starts with `https://` or `http://` is fetched. `encoder` takes the place of the model
    that the options name, and `verifier` that of the verifier, where one takes part. `progress` is
    called with a few words at the start of each stage.

    Raises InputError for a text that cannot be read or is none, LanguageError for a language code that
    is none, ModelError for a model that cannot be loaded.
    """
    if str(a) == str(b) == STANDARD_INPUT:
        raise InputError("both texts are standard input (-); give a file for one of them")
    progress("reading the texts")
    return _compare(_read(a), _read(b), options or Options(), Given(encoder, verifier), progress)


def compare(  # noqa: PLR0913 (options by name)
    a: str,
    b: str,
    *,
    options: Options | None = None,
    encoder: Encoder | None = None,
    verifier: Verifier | None = None,
    names: tuple[str, str] = ("a", "b"),
) -> Comparison:
    """Compare two texts at hand; otherwise as `compare_files`."""
    sources = read_text(a, names[0]), read_text(b, names[1])
    return _compare(*sources, options or Options(), Given(encoder, verifier), _silent)


def _read(path: Path | str) -> Source:
    if str(path) == STANDARD_INPUT:
        return read_stream(sys.stdin.buffer)
    if is_address(str(path)):
        return read_address(str(path))
    return read_path(path)


def _compare(
    a: Source, b: Source, options: Options, given: Given, progress: Progress
) -> Comparison:
    progress("finding sentences, loading the model")
    sides, encoder, given = _segmented((a, b), options, given)
    documents = [side.document for side in sides]
    forget_texts(encoder)
    # One BLAS thread: the matrices are small, and threads that wait for each other took three times as
    # long on a busy machine. The embedded model has threads of its own.
    with one_blas_thread():
        counts = " and ".join(f"{len(document.sentences):,}" for document in documents)
        progress(f"embedding {counts} sentences")
        options = replace(options, order=_early_order(options, documents, encoder))
        windows = [open_windows(_texts(document), encoder) for document in documents]
        vectors = [one.sentences for one in windows]
        order = _order(options, vectors)
        verifier = None
        if order == "free":
            kept = _kept(documents)
            asked = partial(_verifier, options, kept, given)
            passages, verifier = _evidence(documents, kept, windows, encoder, asked)
            pair = partial(_free_beads, documents, kept, passages, verifier)
        else:
            pair = partial(_monotonic_beads, documents, windows)
        progress(f"pairing {counts} sentences")
        beads = pair()
        if options.details:
            progress("looking for what only one text says")
            facts, details = _unsaid(documents, beads, order, encoder, verifier)
        else:
            facts, details = _nothing_unsaid(documents, beads)
        links, only_a, only_b = _assemble(vectors, beads, facts, details)
    read = [note for step in zip((a, b), sides, strict=True) for one in step for note in one.notes]
    return Comparison(
        a=documents[0],
        b=documents[1],
        links=tuple(links),
        only_a=tuple(only_a),
        only_b=tuple(only_b),
        order=order,
        notes=(
            *read,
            *_language_notes(documents, encoder),
            *_length_notes(documents),
            *_moved_notes(documents, beads),
            *_verifier_notes(options, order, documents),
        ),
        signature=_signature(options, encoder, order, verifier),
    )


def _segmented(
    sources: Sequence[Source], options: Options, given: Given
) -> tuple[list[Segmented], Encoder, Given]:
    """The sentences of both texts, the encoder, and the verifier on its way where one may be asked.

    The model takes as long to load as everything before it is needed.
    """
    encoder = given.encoder
    load = (lambda: encoder) if encoder else _loader(options)
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        sides = [
            segment(source.text, name=source.name, language=language, split=options.split)
            for source, language in zip(sources, (options.lang_a, options.lang_b), strict=True)
        ]
        documents = [side.document for side in sides]
        _check_size(documents)
        given = _with_verifier_coming(options, documents, given)
        return sides, loading.result(), given


def _evidence(
    documents: Sequence[Document],
    kept: Sequence[Mapping[int, Sentence]],
    windows: Sequence[Windows],
    encoder: Encoder,
    asked: Callable[[], Verifier | None],
) -> tuple[list[Passage], Verifier | None]:
    """What the solver of free order decides by: the evidence in either text, and the verifier asked.

    The verifier reads the sentences beside the rest; both have idle moments.
    """
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(asked)
        passages = _passages(documents, kept, windows, encoder)
        return passages, reading.result()


def _unsaid(
    documents: Sequence[Document],
    beads: Sequence[Bead],
    order: Order,
    encoder: Encoder,
    verifier: Verifier | None,
) -> Unsaid:
    """The facts of each sentence that the other text lacks, and the details of each link."""
    unsaid = verifier.unsaid if isinstance(verifier, ReadingVerifier) else None
    # Before the links are taken apart, not beside: an encoder need not bear two calls at once.
    facts = _facts(documents, beads, encoder, order)
    pairs = [(bead.a, bead.b) for bead in _linked(beads)]
    excerpts = partial(encode_excerpts, encoder)
    return facts, link_details((documents[0], documents[1]), pairs, facts, excerpts, unsaid)


def _nothing_unsaid(documents: Sequence[Document], beads: Sequence[Bead]) -> Unsaid:
    """As `_unsaid`, where nobody asks."""
    a, b = ([()] * len(document.sentences) for document in documents)
    return (a, b), [((), ())] * len(_linked(beads))


def encoder_for(options: Options) -> Encoder:
    """The encoder that options name. Raises ModelError."""
    return _loader(options)()


def _loader(options: Options) -> Callable[[], Encoder]:
    """What loads the encoder that options name.

    For the embedded one all is imported by now: a thread that imports beside another one waits for it
    at every step, which took a tenth of a second.
    """
    if not options.models:
        import_module("aligner.embed.embedded")
    store = open_store() if options.cache else None
    return partial(load_encoder, options.models, device=options.device, store=store)


def verifier_for(options: Options) -> Verifier:
    """The verifier that options name, which must not be `off`. Raises ModelError."""
    return load_verifier(None if options.verifier == "on" else options.verifier)


def _texts(document: Document) -> list[str]:
    return [sentence.text for sentence in document.sentences]


def _order(options: Options, vectors: Sequence[Vectors]) -> Order:
    """The order asked for, or the one that the first sentences of both texts show."""
    if options.order != "auto":
        return options.order
    a, b = (vector[:SAMPLE] for vector in vectors)
    return choose_order(cosines(a, b))


def _check_size(documents: Sequence[Document]) -> None:
    """Raise InputError for texts too long for either order."""
    n, m = (len(document.sentences) for document in documents)
    if n + m > MOST_IN_ORDER:
        raise InputError(
            f"{n:,} and {m:,} sentences are too many for one comparison; split the texts into parts"
        )


def _early_order(options: Options, documents: Sequence[Document], encoder: Encoder) -> OrderOption:
    """The order of texts too long for free order, from their first sentences alone.

    Else the one asked for. Raises InputError where it is free: before all is embedded, since that may
    take minutes.
    """
    kept = _kept(documents)
    n, m = map(len, kept)
    characters = sum(len(one.text) for side in kept for one in side.values())
    if n * m <= MOST_PAIRS and n + m <= MOST_SENTENCES and characters <= MOST_CHARACTERS:
        return options.order
    order = options.order
    if order == "auto":
        firsts = [_texts(document)[:SAMPLE] for document in documents]
        order = _order(options, [open_windows(one, encoder).sentences for one in firsts])
    if order == "free":
        raise InputError(
            f"{n:,} by {m:,} sentences, {characters:,} characters, are too many to compare in any "
            "order; use --order monotonic, or split the texts into parts"
        )
    return order


def _kept(documents: Sequence[Document]) -> list[dict[int, Sentence]]:
    """The sentences that are compared in any order, by number: boilerplate has no counterpart."""
    return [
        {k: one for k, one in enumerate(document.sentences) if not one.boilerplate}
        for document in documents
    ]


def _with_verifier_coming(options: Options, documents: Sequence[Document], given: Given) -> Given:
    """The embedded verifier takes as long to load as the first vectors: begun before the order is known.

    Others may take much longer, and in monotonic order none is asked. Who brings an encoder compares
    many texts, and has no loading to wait for.
    """
    if given.encoder or given.verifier or options.verifier != "on" or options.order == "monotonic":
        return given
    if _too_many_to_verify([document.sentences for document in documents]):
        return given
    pool = ThreadPoolExecutor(1)
    coming = pool.submit(verifier_for, options)
    pool.shutdown(wait=False)
    return replace(given, coming=coming)


def _verifier(
    options: Options, kept: Sequence[Mapping[int, Sentence]], given: Given
) -> Verifier | None:
    """The verifier that takes part in free order, ready for those sentences."""
    if options.verifier == "off" or not all(kept):
        return None
    if options.verifier == "on" and _too_many_to_verify(kept):
        return None
    verifier = given.verifier or (given.coming.result() if given.coming else verifier_for(options))
    # Of lopsided texts few sentences are candidates, which are read when they are known.
    if isinstance(verifier, ReadingVerifier) and not lopsided(*map(len, kept)):
        verifier.read([[one.text for one in side.values()] for side in kept])
    return verifier


def _too_many_to_verify(sides: Sequence[Sized]) -> bool:
    n, m = map(len, sides)
    return most_candidate_sentences(n, m) > MOST_VERIFIED


def _passages(
    documents: Sequence[Document],
    kept: Sequence[Mapping[int, Sentence]],
    windows: Sequence[Windows],
    encoder: Encoder,
) -> list[Passage]:
    """The evidence in the kept sentences of either text; none where either has none."""
    if not all(kept):
        return []
    sentences = [list(side.values()) for side in kept]
    chosen = [KeptWindows(one, list(side)) for one, side in zip(windows, kept, strict=True)]
    views = embed_views(sentences, encoder, chosen)
    return [
        read_passage(side, document.language, view)
        for side, document, view in zip(sentences, documents, views, strict=True)
    ]


def _free_beads(
    documents: Sequence[Document],
    kept: Sequence[Mapping[int, Sentence]],
    passages: Sequence[Passage],
    verifier: Verifier | None,
) -> list[Bead]:
    """Beads in any order over what is not boilerplate."""
    probability = np.zeros(tuple(len(document.sentences) for document in documents))
    furniture = [
        [FURNITURE_CONFIDENCE if one.boilerplate else 1.0 for one in document.sentences]
        for document in documents
    ]
    said_of_a, said_of_b = np.zeros_like(probability), np.zeros_like(probability)
    if all(kept):
        cells = np.ix_(*(list(side) for side in kept))
        scores = _pair_scores(kept, passages, verifier)
        probability[cells] = scores.probability
        said_of_a[cells], said_of_b[cells] = scores.said_of_a, scores.said_of_b
    groups = align_free(probability, said_of_a, said_of_b)
    beads = [Bead(a, b, float(probability[np.ix_(a, b)].mean())) for a, b in groups]
    for side, likeliest in enumerate((probability.max(axis=1), probability.max(axis=0))):
        linked = {k for group in groups for k in group[side]}
        alone = alone_probability(likeliest)
        for k in set(range(len(likeliest))) - linked:
            confidence = furniture[side][k] * float(alone[k])
            beads.append(Bead(() if side else (k,), (k,) if side else (), confidence))
    return beads


def _monotonic_beads(documents: Sequence[Document], windows: Sequence[Windows]) -> list[Bead]:
    """Beads in the order of both texts; here boilerplate may have a counterpart, as all else."""
    a, b = (
        MonotonicSide(window, [len(text) for text in _texts(document)])
        for document, window in zip(documents, windows, strict=True)
    )
    in_order, gaps = align_monotonic(a, b)
    beads = link_moved(a, b, in_order, gaps)
    return [Bead(bead.a, bead.b, bead.confidence, moved=bead.moved) for bead in beads]


def _pair_scores(
    kept: Sequence[Mapping[int, Sentence]], passages: Sequence[Passage], verifier: Verifier | None
) -> PairScores:
    """How well the kept sentences of a and b go together, `[n, m]`."""
    a, b = passages
    statement = None
    if verifier is not None:
        texts_a, texts_b = ([sentence.text for sentence in side.values()] for side in kept)
        pairs = candidates(a, b)
        statement = np.full((len(a), len(b)), np.nan)
        statement[tuple(np.array(pairs).T)] = verifier.score(texts_a, texts_b, pairs)
    return score_pairs(a, b, statement)


def _facts(
    documents: Sequence[Document], beads: Sequence[Bead], encoder: Encoder, order: Order
) -> tuple[PerSentence, PerSentence]:
    """The names and numbers of each sentence of a and of b that the other document never states."""
    a, b = documents
    if order == "free":  # what a sentence says may stand anywhere
        return absent_facts(a, b, encoder.encode), absent_facts(b, a, encoder.encode)
    there = {i: bead.b for bead in beads for i in bead.a}
    here = {j: bead.a for bead in beads for j in bead.b}
    return absent_facts(a, b, encoder.encode, there), absent_facts(b, a, encoder.encode, here)


def _linked(beads: Sequence[Bead]) -> list[Bead]:
    """The links among the beads, in the order of a."""
    return sorted((bead for bead in beads if bead.a and bead.b), key=lambda bead: bead.a)


def _assemble(
    vectors: Sequence[Vectors],
    beads: Sequence[Bead],
    facts: tuple[PerSentence, PerSentence],
    details: Sequence[tuple[tuple[Detail, ...], tuple[Detail, ...]]],
) -> tuple[list[Link], list[Only], list[Only]]:
    """Links in the order of a, and the one-sided sentences of a and of b in document order."""
    linked = zip(_linked(beads), details, strict=True)
    links = [_link(bead, vectors, *found) for bead, found in linked]
    only_a = [
        _only(bead.a[0], bead.confidence, vectors[0], vectors[1], facts[0])
        for bead in sorted(beads, key=lambda bead: bead.a)
        if not bead.b
    ]
    only_b = [
        _only(bead.b[0], bead.confidence, vectors[1], vectors[0], facts[1])
        for bead in sorted(beads, key=lambda bead: bead.b)
        if not bead.a
    ]
    return links, only_a, only_b


def _link(
    bead: Bead,
    vectors: Sequence[Vectors],
    a_only: tuple[Detail, ...],
    b_only: tuple[Detail, ...],
) -> Link:
    """A link with the details of its sentences; it is `partial` when there are any."""
    group_a, group_b = (
        vectors[side][list(numbers)].sum(axis=0) for side, numbers in enumerate((bead.a, bead.b))
    )
    cosine = group_a @ group_b / (np.linalg.norm(group_a) * np.linalg.norm(group_b))
    return Link(
        bead.a,
        bead.b,
        relation="partial" if a_only or b_only else "same",
        confidence=round(bead.confidence, DECIMALS),
        similarity=_rounded_cosine(cosine),
        a_only=a_only,
        b_only=b_only,
    )


def _only(
    sentence: int,
    confidence: float,
    own: Vectors,
    other: Vectors,
    details: Sequence[tuple[Detail, ...]],
) -> Only:
    """A one-sided sentence, `own` `[n, d]` the vectors of its side, `other` `[m, d]` of the other."""
    similarity = cosines(own[sentence : sentence + 1], other)[0]
    rounded = similarity.round(DECIMALS)  # so that near ties do not depend on the processor
    nearest = int(rounded.argmax())
    return Only(
        sentence,
        round(confidence, DECIMALS),
        Nearest(nearest, _rounded_cosine(similarity[nearest])),
        details[sentence],
    )


def _rounded_cosine(cosine: float) -> float:
    return round(min(1.0, max(-1.0, float(cosine))), DECIMALS)


def _language_notes(documents: Sequence[Document], encoder: Encoder) -> list[str]:
    """What the reader should know where the model has not learnt a language.

    A language that could not be told has a note of its own.
    """
    if encoder.languages is None:
        return []
    known = encoder.languages | {UNDETERMINED}
    return [
        f"{_shown(document.name)}: the model {encoder.name} has not learnt {document.language!r}; "
        "expect less, or try another with --model"
        for document in documents
        if document.language not in known
    ]


def _length_notes(documents: Sequence[Document]) -> list[str]:
    """That sentences are too long to be read whole by the models."""
    counts = [
        (document.name, sum(len(one.text) > LONG for one in document.sentences))
        for document in documents
    ]
    return [
        f"{_shown(name)}: {count} {'sentence' if count == 1 else 'sentences'} of more than {LONG:,} "
        "characters; only the beginning of such is read closely"
        for name, count in counts
        if count
    ]


def _moved_notes(documents: Sequence[Document], beads: Sequence[Bead]) -> list[str]:
    """That sentences stand elsewhere in the other text, where both keep one order otherwise."""
    moved = sorted((bead for bead in beads if bead.moved), key=lambda bead: bead.a)
    if not moved:
        return []
    passages: list[list[Bead]] = []
    for bead in moved:
        last = passages[-1][-1] if passages else None
        if last and bead.a[0] == last.a[-1] + 1 and bead.b[0] == last.b[-1] + 1:
            passages[-1].append(bead)
        else:
            passages.append([bead])
    places = [
        f"{_numbers(k for bead in passage for k in bead.a)} of {_shown(documents[0].name)} at "
        f"{_numbers(k for bead in passage for k in bead.b)} of {_shown(documents[1].name)}"
        for passage in passages
    ]
    more = f", and {len(places) - MOVED_SHOWN} more" if len(places) > MOVED_SHOWN else ""
    return [f"moved and linked all the same: {'; '.join(places[:MOVED_SHOWN])}{more}"]


def _numbers(sentences: Iterable[int]) -> str:
    """The first and the last of them as readers count, from 1."""
    numbers = sorted(sentences)
    one = numbers[0] + 1
    return f"sentence {one}" if len(numbers) == 1 else f"sentences {one}-{numbers[-1] + 1}"


def _shown(name: str) -> str:
    return "standard input" if name == STANDARD_INPUT else name


def _verifier_notes(options: Options, order: Order, documents: Sequence[Document]) -> list[str]:
    """Why a verifier that was asked for, by name or by default, took no part."""
    if options.verifier == "off":
        return []
    if order == "free":
        if options.verifier != "on" or not _too_many_to_verify(_kept(documents)):
            return []
        return [
            f"more than {MOST_VERIFIED} sentences: their pairs were not verified; compare parts of the "
            "texts to have that done"
        ]
    if options.verifier != "on":
        return [f"the verifier {options.verifier} was not asked; it is for free order only"]
    return []


def _signature(options: Options, encoder: Encoder, order: Order, verifier: Verifier | None) -> str:
    """Everything that changes the answer: version, models, order, and options not at their default."""
    parts = [f"align {version('bitext-align')}", f"model {encoder.name}", f"order {order}"]
    if order == "free":
        parts.append(f"verifier {verifier.name if verifier else 'off'}")
    if options.split != "sentences":
        parts.append(f"split {options.split}")
    if not options.details:
        parts.append("details off")
    parts += [
        f"{name} {language}"
        for name, language in (("lang-a", options.lang_a), ("lang-b", options.lang_b))
        if language
    ]
    return " | ".join(parts)
