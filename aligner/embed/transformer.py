"""Any sentence-transformers model in place of the embedded one, loaded only when it is needed."""

import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from aligner.cache import Store
from aligner.embed import Vectors
from aligner.errors import ModelError
from aligner.hub import Kind, find_model, load_model, reason

KIND = Kind("sentence-transformers model", "modules.json")
AUTO = "auto"
# Texts at a time. On a processor more gain nothing; a GPU would be idle with few short texts.
CPU_BATCH, GPU_BATCH = 32, 128
# Prompts, by their names in a model's configuration, that treat both texts of a pair alike; the first is
# what MTEB calls the search for translations.
ALIKE = ("bitextmining", "sts")
# Prompts of models whose configuration names none, by their model cards. A pattern is searched in the
# name, and the first that is found counts.
PROMPTS = {
    r"\be5\b.*\binstruct\b": "Instruct: Retrieve parallel sentences.\nQuery: ",
    r"\be5\b": "query: ",
}


class TransformerEncoder:
    """A sentence-transformers model by hub name or folder, on `device`, as torch names it, or `auto`.

    What was encoded before is taken from the store; the model is loaded for the first text that is not
    in it, and at once where it has to be downloaded. Vectors are kept in 16 bits, with a store or
    without, so that both give the same: their cosines change by less than 1e-6.

    Raises ModelError when the model cannot be found, reached or loaded (see `aligner.hub`), and later,
    when texts are encoded, if it cannot run on the device or yields no vectors.
    """

    languages = None

    def __init__(self, model: str, device: str = AUTO, store: Store | None = None) -> None:
        self.model = model
        self._source = find_model(model, KIND)
        self.name = self._source.name
        self._device = device
        self._store = store
        self._model: Any = None
        if store is None or self._source.revision is None:
            self._load()
            self._source = find_model(model, KIND)
        ours, theirs = version("bitext-align"), version("sentence-transformers")
        self._maker = f"{self.name} {self._source.revision} {theirs} {ours}"

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text."""
        distinct = list(dict.fromkeys(texts or [""]))
        known = self._store.get(self._maker, distinct) if self._store else {}
        new = [text for text in distinct if text not in known]
        if new:
            made = self._encoded(new).astype(np.float16)
            computed = {text: row.tobytes() for text, row in zip(new, made, strict=True)}
            if self._store:
                self._store.put(self._maker, computed)
            known |= computed
        number = {text: k for k, text in enumerate(distinct)}
        rows = np.array([np.frombuffer(known[text], np.float16) for text in distinct], np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        vectors: Vectors = rows[[number[text] for text in texts]]
        return vectors

    def _encoded(self, texts: list[str]) -> Vectors:
        if self._model is None:
            self._load()
        model = self._model
        prompt = prompt_for(self.name, model.prompts, model.default_prompt_name)
        size = CPU_BATCH if model.device.type == "cpu" else GPU_BATCH
        while True:
            try:
                vectors = model.encode(
                    texts,
                    prompt=prompt,
                    batch_size=size,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
                break
            except Exception as error:  # the model raises whatever its parts raise
                if size == 1 or type(error).__name__ != "OutOfMemoryError":
                    raise ModelError(
                        f"cannot embed with the model {self.name!r} ({reason(error)}); try another "
                        "with --model, or --device cpu"
                    ) from error
                size //= 2
        return self._checked(vectors, len(texts))

    def _checked(self, vectors: Any, count: int) -> Vectors:
        """Those vectors. Raises ModelError for what is none, such as the scores of a classifier."""
        shaped = isinstance(vectors, np.ndarray) and vectors.ndim == 2 and len(vectors) == count
        # The length is 1 unless a model yields nothing but zeros.
        if not shaped or not (abs(np.linalg.norm(vectors, axis=1) - 1) < 0.01).all():
            raise ModelError(
                f"cannot embed with the model {self.name!r}: what it makes of sentences are no vectors; "
                f"{KIND.advice}"
            )
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> None:
        def make(model: str, **options: Any) -> Any:
            from sentence_transformers import SentenceTransformer

            _check_device(self._device)
            device = None if self._device == AUTO else self._device
            return SentenceTransformer(model, device=device, **options)

        self._model = load_model(self._source, KIND, make)


def prompt_for(name: str, prompts: Mapping[str, str], default: str | None) -> str | None:
    """What to put before every text; None for what sentence-transformers does by itself.

    `prompts` and `default`, the name of one of them, are those of the model's configuration. Prompts for
    queries alone, or for documents alone, are for search.
    """
    by_name = {key.lower(): prompt for key, prompt in prompts.items()}
    for key in ALIKE:
        if by_name.get(key):
            return by_name[key]
    if default is not None:
        return None
    spaced = re.sub(r"[\W_]+", " ", name.lower())
    return next((prompt for one, prompt in PROMPTS.items() if re.search(one, spaced)), None)


def _check_device(device: str) -> None:
    if device == AUTO:
        return
    import torch

    try:
        torch.empty(1, device=device)
    except Exception as error:  # RuntimeError, AssertionError or NotImplementedError, by device
        raise ModelError(
            f"cannot compute on the device {device!r} ({reason(error)}); give cpu, or auto for the "
            "fastest that works"
        ) from error
