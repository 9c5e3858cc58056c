"""Models of sentence-transformers in place of the embedded one, and several together."""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from aligner import Options, compare, hub
from aligner.cache import Store
from aligner.embed import load_encoder, transformer
from aligner.embed.centred import CentredEncoder, unrelated_sentences
from aligner.embed.combined import CombinedEncoder
from aligner.embed.excerpts import encode_excerpts
from aligner.embed.transformer import TransformerEncoder, prompt_for
from aligner.embed.windows import open_windows
from aligner.errors import ModelError
from aligner.score import background
from cli.main import status
from tests.fakes import WordsEncoder

TEXTS = ["um dois três", "deux trois", "quatro"]


@dataclass
class FakeModel:
    """What sentence-transformers loads, as far as it is asked."""

    prompts: dict[str, str] = field(default_factory=dict)
    default_prompt_name: str | None = None
    device: Any = field(default_factory=lambda: SimpleNamespace(type="cpu"))
    most: int = 1_000  # texts at a time that fit into its memory
    made: Callable[[list[str]], Any] = field(default_factory=lambda: WordsEncoder().encode)
    asked: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def encode(self, texts: list[str], *, prompt: str | None, batch_size: int, **_: Any) -> Any:
        """As sentence-transformers does, as far as it is used."""
        self.sizes.append(batch_size)
        if batch_size > self.most:
            raise OutOfMemoryError("CUDA out of memory")
        self.asked += [(prompt or "") + text for text in texts]
        return self.made([(prompt or "") + text for text in texts])


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like one of a model."""
    made = tmp_path / "our-model"
    made.mkdir()
    (made / "modules.json").write_text("[]", encoding="utf-8")
    return made


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """What loads for any folder."""
    made = FakeModel()
    monkeypatch.setattr(transformer, "load_model", lambda *_: made)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "texts.sqlite3")


def test_vectors_are_the_same_with_the_cache_and_without(
    folder: Path, model: FakeModel, store: Store
) -> None:
    """Each text is encoded once in all; vectors have length 1."""
    texts = [*TEXTS, TEXTS[0]]
    without = TransformerEncoder(str(folder)).encode(texts)
    np.testing.assert_allclose(np.linalg.norm(without, axis=1), 1, atol=1e-6)
    assert (without * WordsEncoder().encode(texts)).sum(axis=1).min() > 1 - 1e-6
    model.asked.clear()
    for _ in range(2):
        kept = TransformerEncoder(str(folder), store=store).encode(texts)
        np.testing.assert_array_equal(kept, without)
    assert model.asked == TEXTS
    TransformerEncoder(str(folder), store=store).encode(["quatro", "cinco"])
    assert model.asked == [*TEXTS, "cinco"]


def test_nothing_is_loaded_when_all_is_cached(
    folder: Path, model: FakeModel, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before a text comes that is new."""
    first = TransformerEncoder(str(folder), store=store).encode(TEXTS)
    assert model.asked

    def fail(*_: object) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr(transformer, "load_model", fail)
    encoder = TransformerEncoder(str(folder), store=store)
    np.testing.assert_array_equal(encoder.encode(TEXTS), first)
    with pytest.raises(AssertionError, match="loaded"):
        encoder.encode(["novo"])


def test_another_revision_is_encoded_anew(folder: Path, model: FakeModel, store: Store) -> None:
    """A folder whose files changed is another model."""
    TransformerEncoder(str(folder), store=store).encode(TEXTS)
    (folder / "weights.bin").write_bytes(b"new")
    TransformerEncoder(str(folder), store=store).encode(TEXTS)
    assert model.asked == [*TEXTS, *TEXTS]


def test_no_texts(folder: Path, model: FakeModel) -> None:
    """They give an empty array of the right width."""
    del model
    assert TransformerEncoder(str(folder)).encode([]).shape == (0, 64)


def test_editing_a_sentence_embeds_a_sentence(
    folder: Path, model: FakeModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A comparison asks the model for what is new: that sentence, with its neighbours and parts."""
    monkeypatch.setenv("ALIGN_CACHE_DIR", str(tmp_path / "cache"))
    options = Options(order="free", verifier="off", models=(str(folder),))
    a = "O barco saiu cedo.\nA chuva parou ontem.\nNinguém viu o farol.\nO porto abre na terça."
    b = "Le bateau est parti tôt.\nLa pluie a cessé.\nPersonne n’a vu le phare."
    compare(a, b, options=options)
    model.asked.clear()
    again = compare(a, b, options=options)
    assert model.asked == []
    compare(a, b.replace("La pluie", "La neige"), options=options)
    assert model.asked
    assert all("neige" in text.lower() for text in model.asked)
    assert "La neige a cessé." in model.asked
    model.asked.clear()
    afresh = compare(
        a, b, options=Options("free", verifier="off", models=(str(folder),), cache=False)
    )
    assert len(model.asked) > 10
    assert afresh == again


@pytest.mark.parametrize(
    ("name", "prompts", "default", "prompt"),
    [
        ("intfloat/multilingual-e5-small", {}, None, "query: "),
        (
            "intfloat/multilingual-e5-base",
            {"query": "query: ", "document": "passage: "},
            None,
            "query: ",
        ),
        ("multilingual_e5_large", {"query": "", "document": ""}, None, "query: "),
        (
            "intfloat/multilingual-e5-large-instruct",
            {},
            None,
            "Instruct: Retrieve parallel sentences.\nQuery: ",
        ),
        ("sentence-transformers/LaBSE", {}, None, None),
        (
            "Qwen/Qwen3-Embedding-0.6B",
            {"query": "Instruct: find\nQuery:", "document": ""},
            None,
            None,
        ),
        (
            "google/gemma",
            {"STS": "task: similarity | ", "query": "task: search | "},
            None,
            "task: similarity | ",
        ),
        ("nomic/v2", {"STS": "b: ", "BitextMining": "a: "}, None, "a: "),
        ("our/e5", {"text": "t: "}, "text", None),
        ("our/e51-base5", {}, None, None),
    ],
)
def test_prompts(
    name: str, prompts: dict[str, str], default: str | None, prompt: str | None
) -> None:
    """Of the configuration, where one treats both texts alike or is the default, else of the table."""
    assert prompt_for(name, prompts, default) == prompt


def test_the_prompt_stands_before_every_text(folder: Path, model: FakeModel) -> None:
    """Words as well as sentences."""
    model.prompts = {"STS": "query: "}
    TransformerEncoder(str(folder)).encode(["um", "dois"])
    assert model.asked == ["query: um", "query: dois"]


def test_a_device_that_runs_out_of_memory(folder: Path, model: FakeModel) -> None:
    """Fewer texts at a time are tried, down to one; a GPU starts with more."""
    model.most = 10
    TransformerEncoder(str(folder)).encode(TEXTS)
    assert model.sizes == [32, 16, 8]
    model.device.type = "cuda"
    model.most, model.sizes = 0, []
    with pytest.raises(
        ModelError,
        match=r"cannot embed with the model 'our-model' \(OutOfMemoryError: CUDA out of memory\); "
        "try another with --model, or --device cpu",
    ):
        TransformerEncoder(str(folder)).encode(TEXTS)
    assert model.sizes == [128, 64, 32, 16, 8, 4, 2, 1]


@pytest.mark.parametrize(
    "made",
    [
        np.zeros((3, 8)),
        np.full((3, 8), np.nan),
        np.ones(3),
        np.ones((3, 4, 5)),
        [np.ones(3)] * 3,
    ],
)
def test_a_model_that_gives_no_sentence_vectors(folder: Path, model: FakeModel, made: Any) -> None:
    """What comes out is looked at."""
    model.made = lambda _: made
    with pytest.raises(
        ModelError,
        match="cannot embed with the model 'our-model': what it makes of sentences are no",
    ):
        TransformerEncoder(str(folder)).encode(TEXTS)


def test_a_folder_without_a_sentence_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bare transformer is refused, not guessed at: one line, exit status 2, nothing imported."""
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "a.txt").write_text("Um dia.\n", encoding="utf-8")
    a = str(tmp_path / "a.txt")
    assert status([a, a, "--model", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"align: cannot load the model {str(tmp_path)!r}: the folder has no modules.json, so it holds "
        "no sentence-transformers model; give the name of a sentence-transformers model on the hub, or "
        "the folder of one on disk\n"
    )


def test_a_device_for_the_embedded_model_alone() -> None:
    """It has no use for one, and the user should know; another model beside it may have."""
    with pytest.raises(ModelError, match="runs on the processor, not on 'cuda'; name another"):
        load_encoder(device="cuda")
    assert load_encoder(device="cpu").name == load_encoder().name


@pytest.mark.parametrize("device", ["nowhere", "meta:x"])
def test_a_device_that_is_not_there(device: str) -> None:
    """One line that says what to try."""
    with pytest.raises(
        ModelError, match=f"cannot compute on the device '{device}' .*; give cpu, or auto"
    ):
        transformer._check_device(device)


@dataclass
class Hub:
    """A hub on this machine, and which models it was asked for."""

    address: str
    asked: list[str]


FILES = {
    "our/sentences": ["README.md", "modules.json", "config.json"],
    "our/bare": ["README.md", "config.json"],
}


@pytest.fixture
def local_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub that knows two models."""
    from huggingface_hub import constants

    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/api/models/").partition("?")[0]
            if name != self.path:  # its client asks for other things, too
                asked.append(name)
            body = json.dumps(
                {"id": name, "siblings": [{"rfilename": f} for f in FILES.get(name, [])]}
            )
            self.send_response(200 if name in FILES else 404)
            if name not in FILES:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    # Another test may have imported the client where it was told to stay offline.
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    yield Hub(address, asked)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "our/sentenecs",
            "{hub} has none of that name, or keeps it private; check the spelling",
        ),
        (
            "our/bare",
            "it has no modules.json, so it is no sentence-transformers model; give the name of a",
        ),
    ],
)
def test_what_the_hub_does_not_have(name: str, message: str, local_hub: Hub) -> None:
    """A misspelt name, and a model of another kind: told before anything is imported or downloaded."""
    told = f"cannot load the model '{name}': {message.format(hub=local_hub.address)}"
    with pytest.raises(ModelError, match=re.escape(told)):
        load_encoder([name])
    assert local_hub.asked == [name]


def test_a_download_is_announced(local_hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    """Before it begins, with from where and where to."""
    with caplog.at_level(logging.WARNING, "aligner"):
        hub._announce_download("our/sentences", transformer.KIND)
    (message,) = caplog.messages
    assert message.startswith(
        f"downloading the model our/sentences from {local_hub.address}, to be kept in"
    )


def test_warnings_of_the_library_go_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One line each, even with -q; escape sequences do not reach the terminal."""

    def warn(*_: object, **__: object) -> None:
        logging.getLogger("aligner").warning("downloading %s", "a\x1b[31m\nmodel")
        raise ModelError("stop")

    monkeypatch.setattr("aligner.compare_files", warn, raising=False)
    (tmp_path / "a").write_text("x", encoding="utf-8")
    assert status([str(tmp_path / "a"), str(tmp_path / "a"), "-q"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith("align: downloading a")
    assert "\x1b" not in told[0]
    assert not logging.getLogger("aligner").handlers


def test_nothing_is_asked_of_the_hub_offline(
    local_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`HF_HUB_OFFLINE` keeps the network untouched, and the message says so."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"it is not on this machine, and .* cannot be reached"):
        load_encoder(["our/sentences"])
    assert local_hub.asked == []


class Shifted:
    """Vectors that share a direction, as those of some models do."""

    name = "shifted"
    languages = None

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Vectors `[n, 65]` of length 1."""
        own = WordsEncoder().encode(texts)
        common = np.full((len(texts), 1), 2.0, dtype=np.float32)
        vectors: npt.NDArray[np.float32] = np.hstack([own, common])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def test_other_models_are_centred() -> None:
    """Unrelated texts come to a cosine near 0, the same text stays at 1."""
    texts = ["um gato dorme", "vinte navios partiram", "um gato dorme bem"]
    before = Shifted().encode(texts)
    vectors = CentredEncoder(Shifted()).encode(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert before[0] @ before[1] > 0.6
    assert abs(vectors[0] @ vectors[1]) < 0.3
    assert vectors[0] @ vectors[2] > 0.6
    assert np.isfinite(CentredEncoder(Constant()).encode(["x"])).all()
    assert CentredEncoder(Shifted()).encode([]).shape == (0, 65)


class Constant:
    """The same for any text."""

    name = "constant"
    languages = frozenset({"pt"})

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Vectors `[n, 2]`."""
        return np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (len(texts), 1))


def test_several_models_are_averaged_in_spreads() -> None:
    """The cosine of the combined vectors is, but for shift and scale, the mean of normalised ones."""
    one, two = WordsEncoder({"gato": "chat"}), CentredEncoder(Shifted())
    both = CombinedEncoder([one, two])
    assert both.name == "words + shifted"
    sample = unrelated_sentences()
    texts = ["o gato dorme", "le chat dort", "vinte navios partiram", "o gato"]
    normalised = []
    for encoder in (one, two):
        unrelated = encoder.encode(sample)
        cosines = (unrelated @ unrelated.T)[~np.eye(len(sample), dtype=bool)]
        spread = np.quantile(cosines, 0.98) - np.median(cosines)
        vectors = encoder.encode(texts)
        normalised.append((vectors @ vectors.T) / spread)
    expected = np.mean(normalised, axis=0)
    vectors = both.encode(texts)
    found = vectors @ vectors.T
    np.testing.assert_allclose(found, expected / expected[0, 0], atol=1e-5)
    assert background(found.astype(np.float64))[1] > 0


def test_windows_and_excerpts_of_several_models() -> None:
    """They are those of each, side by side."""
    one, two = WordsEncoder(), CentredEncoder(Shifted())
    both = CombinedEncoder([one, two])
    windows = open_windows(TEXTS, both)
    np.testing.assert_allclose(windows.sentences, both.encode(TEXTS), atol=1e-6)
    np.testing.assert_allclose(windows.of([(0, 1)]), both.encode([" ".join(TEXTS[:2])]), atol=1e-6)
    assert windows.costly
    (excerpts,) = encode_excerpts(both, [TEXTS[0]], [[[(0, 2)], [(3, 7), (8, 12)]]])
    np.testing.assert_allclose(excerpts, both.encode(["um", "dois três"]), atol=1e-6)


def test_languages_of_several_models() -> None:
    """What any of them knows; unknown where one does not tell."""
    assert CombinedEncoder([Constant(), Constant()]).languages == frozenset({"pt"})
    assert CombinedEncoder([Constant(), WordsEncoder()]).languages is None


def test_the_signature_names_all_models(folder: Path, model: FakeModel) -> None:
    """In the order given; one that is given twice counts once."""
    del model
    options = Options(
        "free", verifier="off", models=("use-multilingual-v3", str(folder), str(folder))
    )
    made = compare("Um barco.\nDois.", "Un bateau.\nDeux.", options=options)
    assert "model use-multilingual-v3 + our-model |" in made.signature


def test_one_string_is_no_list_of_models() -> None:
    """A programmer's slip is told at once."""
    with pytest.raises(ValueError, match="models must be a tuple of names, not 'labse'"):
        Options(models="labse")  # type: ignore[arg-type]


def test_the_list_of_models(capsys: pytest.CaptureFixture[str]) -> None:
    """It needs no texts, and fits a terminal."""
    assert status(["--list-models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["model", "languages", "size", "licence", "NTREX"]
    assert max(map(len, lines)) <= 100
    assert any("sentence-transformers/LaBSE" in line and "0.987" in line for line in lines)
