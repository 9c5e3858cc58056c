"""Models of sentence-transformers, by name on the hub or by folder, loaded without noise or surprise.

Nothing is downloaded without a warning of the logger `aligner`, which goes to standard error unless a
program that uses the library decides otherwise.
"""

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from aligner.errors import ModelError

Model = TypeVar("Model")
LOG = logging.getLogger("aligner")

# Seconds for the hub to answer at all. Its client would retry each of several files six times, which
# takes 74 s where connections are refused and longer where they are swallowed.
PATIENCE = 5.0
# A pickle of weights could run code of its own; who trusts its origin may set this to 1.
UNSAFE = "ALIGN_UNSAFE_WEIGHTS"
_TALKERS = (
    "huggingface_hub",
    "transformers",
    "sentence_transformers",
    "httpx",
    "httpx2",
    "urllib3",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a model has to be: its name in messages, and a file without which it is none."""

    name: str
    file: str

    @property
    def advice(self) -> str:
        """What to try instead of what cannot be loaded."""
        return f"give the name of a {self.name} on the hub, or the folder of one on disk"


@dataclass(frozen=True, slots=True)
class Source:
    """A model that was asked for, and the name to show of it.

    `folder`: where it lies; None for one of the hub. `revision`: what changes when the model does; None
    for one that is not on this machine yet.
    """

    name: str
    folder: Path | None
    revision: str | None


def find_model(model: str, kind: Kind) -> Source:
    """The folder of that name, else the model of the hub. Nothing heavy is imported, no network used.

    Raises ModelError for what can be neither, and for a folder with another kind of model in it.
    """
    folder = Path(model)
    if model == "" or not folder.is_dir():  # "" would be the current one
        _check_name(model, kind)
        return Source(model, None, _downloaded_revision(model, kind))
    if not (folder / kind.file).is_file():
        raise ModelError(
            f"cannot load the model {model!r}: the folder has no {kind.file}, so it holds no "
            f"{kind.name}; {kind.advice}"
        )
    return Source(folder.resolve().name, folder, folder_revision(folder))


def load_model(source: Source, kind: Kind, make: Callable[..., Model]) -> Model:
    """The model; `make` is called with its name or folder and the loader's options.

    One that has been downloaded before is loaded without asking the hub. Raises ModelError when the
    model cannot be found, reached or loaded. Code that comes with it is not run, and weights are
    read from safetensors only, unless the variable `UNSAFE` is set.
    """
    if source.folder is None and source.revision is None:
        _announce_download(source.name, kind)  # before the imports, which take seconds
    # Two texts need no progress bars of the hub and the loader; set before the import reads it.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sentence_transformers  # noqa: F401 (sets the loggers up that are silenced next)
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        with _silenced():
            if source.folder is not None:
                return _loaded(str(source.folder), kind, make)
            return _loaded_by_name(source, kind, make)


def folder_revision(folder: Path) -> str:
    """A digest of the names, sizes and times of all files: reading gigabytes would take seconds."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    states = [(one.relative_to(folder).as_posix(), one.stat()) for one in files]
    told = [(name, state.st_size, state.st_mtime_ns) for name, state in states]
    return blake2b(repr(told).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _downloaded_revision(model: str, kind: Kind) -> str | None:
    from huggingface_hub import try_to_load_from_cache

    place = try_to_load_from_cache(model, kind.file)
    return Path(place).parent.name if isinstance(place, str) else None


def _check_name(model: str, kind: Kind) -> None:
    """Raise ModelError for what is neither a folder nor shaped like a name on the hub."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    if Path(model).is_file():
        raise ModelError(
            f"cannot load the model {model!r}: it is a file, not a folder; {kind.advice}"
        )
    try:
        validate_repo_id(model)
    except HFValidationError:
        raise ModelError(
            f"cannot load the model {model!r}: it is no folder and cannot be a name on the hub; "
            f"{kind.advice}"
        ) from None


def _loaded_by_name(source: Source, kind: Kind, make: Callable[..., Model]) -> Model:
    """A model of the hub: what was downloaded before, else what the hub has."""
    if source.revision is not None:
        try:
            return _loaded(source.name, kind, make, local_files_only=True)
        except ModelError:  # a download that was interrupted, perhaps
            _announce_download(source.name, kind)
    return _loaded(source.name, kind, make)


def _loaded(
    model: str, kind: Kind, make: Callable[..., Model], *, local_files_only: bool = False
) -> Model:
    try:
        return make(
            model,
            trust_remote_code=False,
            local_files_only=local_files_only,
            model_kwargs={"use_safetensors": None if os.environ.get(UNSAFE) else True},
        )
    except ModelError:
        raise
    except Exception as error:  # the loader raises whatever its parts raise
        advice = kind.advice
        if "safetensors" in str(error) and not os.environ.get(UNSAFE):
            advice = f"if you trust whoever made it, {UNSAFE}=1 loads pickles, which can run code"
        raise ModelError(f"cannot load the model {model!r} ({reason(error)}); {advice}") from error


def _announce_download(model: str, kind: Kind) -> None:
    """Say what will be downloaded; where `HF_HUB_OFFLINE` is set, the hub is not asked.

    Raises ModelError where the hub does not answer, has no such model, or one of another kind.
    """
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import RepositoryNotFoundError

    hub = constants.ENDPOINT
    try:
        files = HfApi().model_info(model, timeout=PATIENCE).siblings or []
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"cannot load the model {model!r}: {hub} has none of that name, or keeps it private; check "
            "the spelling"
        ) from error
    except Exception as error:  # of whatever HTTP client the hub's library uses
        raise ModelError(
            f"cannot load the model {model!r}: it is not on this machine, and {hub} cannot be reached "
            f"({reason(error)}); give the folder of a model on disk"
        ) from error
    if kind.file not in [one.rfilename for one in files]:
        raise ModelError(
            f"cannot load the model {model!r}: it has no {kind.file}, so it is no {kind.name}; "
            f"{kind.advice}"
        )
    LOG.warning(
        "downloading the model %s from %s, to be kept in %s", model, hub, constants.HF_HUB_CACHE
    )


def reason(error: Exception) -> str:
    """What an exception of another library says, in one short line."""
    said = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {said}"


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
