"""Any sentence-transformers model in place of the embedded one, loaded only when asked for."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aligner.embed import Vectors
from aligner.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Seconds for the hub to answer at all. Its client would retry each of several files six times, which
# takes 74 s where connections are refused and longer where they are swallowed.
PATIENCE = 5.0
_TALKERS = (
    "huggingface_hub",
    "transformers",
    "sentence_transformers",
    "httpx",
    "httpx2",
    "urllib3",
)
_ADVICE = "give the name of a sentence-transformers model on the hub, or the folder of one on disk"


class TransformerEncoder:
    """A sentence-transformers model by hub name or folder; runs on a GPU where there is one.

    A model that has been downloaded before is loaded without asking the hub. Raises ModelError when the
    model cannot be found, reached or loaded. Code that comes with a model is not run.
    """

    languages = None

    def __init__(self, model: str) -> None:
        folder = model != "" and Path(model).is_dir()  # "" would be the current one
        if not folder:
            _check_name(model)
        self.name = Path(model).name if folder else model
        # Two texts need no progress bars of the hub and the loader; set before the import reads it.
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import sentence_transformers  # noqa: F401 (sets the loggers up that are silenced next)
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]
            with _silenced():
                self._model = _loaded(model) if folder else _loaded_by_name(model)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text."""
        if not texts:
            return self.encode([""])[:0]  # the method that tells the width has two names
        vectors: Vectors = self._model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)


def _check_name(model: str) -> None:
    """Raise ModelError for what is neither a folder nor shaped like a name on the hub."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    if Path(model).is_file():
        raise ModelError(f"cannot load the model {model!r}: it is a file, not a folder; {_ADVICE}")
    try:
        validate_repo_id(model)
    except HFValidationError:
        raise ModelError(
            f"cannot load the model {model!r}: it is no folder and cannot be a name on the hub; "
            f"{_ADVICE}"
        ) from None


def _loaded_by_name(model: str) -> "SentenceTransformer":
    """A model of the hub: what was downloaded before, else what the hub has."""
    try:
        return _loaded(model, local_files_only=True)
    except ModelError:
        _check_hub(model)
        return _loaded(model)


def _loaded(model: str, *, local_files_only: bool = False) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            model, trust_remote_code=False, local_files_only=local_files_only
        )
    except Exception as error:  # the loader raises whatever its parts raise
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelError(
            f"cannot load the model {model!r} ({type(error).__name__}: {reason}); {_ADVICE}"
        ) from error


def _check_hub(model: str) -> None:
    """Raise ModelError where the hub does not answer, or is not to be asked (`HF_HUB_OFFLINE`)."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=PATIENCE)
    except Exception as error:  # of whatever HTTP client the hub's library uses
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelError(
            f"cannot load the model {model!r}: it is not on this machine, and {constants.ENDPOINT} "
            f"cannot be reached ({type(error).__name__}: {reason}); give the folder of a model on disk"
        ) from error


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep the libraries' warnings of retries and missing files off the terminal: an error tells."""
    loggers = [logging.getLogger(name) for name in _TALKERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
