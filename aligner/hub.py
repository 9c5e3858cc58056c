"""Models of sentence-transformers, by name on the hub or by folder, loaded without noise or surprise."""

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from aligner.errors import ModelError

Model = TypeVar("Model")

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


def load_model(model: str, kind: str, make: Callable[..., Model]) -> tuple[str, Model]:
    """The name to show of a model, and the model.

    `kind` names what the model has to be, for messages; `make` is called with the name or folder and the
    loader's options. A model that has been downloaded before is loaded without asking the hub. Raises
    ModelError when the model cannot be found, reached or loaded. Code that comes with it is not run.
    """
    advice = f"give the name of a {kind} on the hub, or the folder of one on disk"
    folder = model != "" and Path(model).is_dir()  # "" would be the current one
    if not folder:
        _check_name(model, advice)
    # Two texts need no progress bars of the hub and the loader; set before the import reads it.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sentence_transformers  # noqa: F401 (sets the loggers up that are silenced next)
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        with _silenced():
            if folder:
                return Path(model).name, _loaded(model, advice, make)
            return model, _loaded_by_name(model, advice, make)


def _check_name(model: str, advice: str) -> None:
    """Raise ModelError for what is neither a folder nor shaped like a name on the hub."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    if Path(model).is_file():
        raise ModelError(f"cannot load the model {model!r}: it is a file, not a folder; {advice}")
    try:
        validate_repo_id(model)
    except HFValidationError:
        raise ModelError(
            f"cannot load the model {model!r}: it is no folder and cannot be a name on the hub; "
            f"{advice}"
        ) from None


def _loaded_by_name(model: str, advice: str, make: Callable[..., Model]) -> Model:
    """A model of the hub: what was downloaded before, else what the hub has."""
    try:
        return _loaded(model, advice, make, local_files_only=True)
    except ModelError:
        _check_hub(model)
        return _loaded(model, advice, make)


def _loaded(
    model: str, advice: str, make: Callable[..., Model], *, local_files_only: bool = False
) -> Model:
    try:
        return make(model, trust_remote_code=False, local_files_only=local_files_only)
    except Exception as error:  # the loader raises whatever its parts raise
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelError(
            f"cannot load the model {model!r} ({type(error).__name__}: {reason}); {advice}"
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
