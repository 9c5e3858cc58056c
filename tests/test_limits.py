"""What holds of the default job as a process of its own: no network, little memory, few imports."""

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

import aligner
from aligner.types import Order
from tests.fakes import WordsEncoder

ROOT = Path(__file__).parents[1]
CHIPS = ["samples/chips/a.pt.txt", "samples/chips/b.fr.txt"]
# 352 MB were measured, half of it the verifier.
MOST_MEMORY = 400 * 2**20


def process(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python to its end."""
    return subprocess.run(
        [sys.executable, "-c", dedent(code), *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        text=True,
        encoding="utf-8",
    )


def test_default_job_uses_no_network() -> None:
    """Without sockets, and with the names of hosts unresolved, the report is whole."""
    done = process(
        """
        import socket
        import sys

        def refuse(*_, **__):
            raise AssertionError("the network was asked for")

        socket.socket = socket.create_connection = socket.getaddrinfo = refuse
        from cli.main import status
        sys.exit(status([*sys.argv[1:], "-f", "json"]))
        """,
        *CHIPS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["links"]


def test_default_job_does_not_load_torch() -> None:
    """Frameworks are for other models: loading one alone takes longer than the whole job."""
    done = process(
        """
        import sys
        from cli.main import status
        code = status([*sys.argv[1:], "-q"])
        heavy = {"torch", "transformers", "sentence_transformers", "scipy", "sklearn"}
        print(sorted(heavy & set(sys.modules)), file=sys.stderr)
        sys.exit(code)
        """,
        *CHIPS,
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a measure of Unix")
def test_default_job_takes_little_memory() -> None:
    """The peak of the process, weights and all, stays below what any machine has to spare.

    A process starts with the peak of the one it was made by, here the test run; so one of no size
    stands between them.
    """
    done = process(
        """
        import resource
        import subprocess
        import sys
        job = [sys.executable, "-c", "from cli.main import run; run()", *sys.argv[1:], "-q"]
        subprocess.run(job, check=True, stdout=subprocess.DEVNULL)
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        """,
        *CHIPS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    unit = 1 if sys.platform == "darwin" else 1024  # kilobytes on Linux
    assert int(done.stdout) * unit < MOST_MEMORY


@pytest.mark.skipif(sys.platform == "win32", reason="a measure of Unix")
@pytest.mark.parametrize("unit", ["palavra ", "7"])
def test_an_endless_line_is_bounded_in_time_and_memory(unit: str, tmp_path: Path) -> None:
    """What is no sentence costs no more than what is stated: 1 GB, three minutes a megabyte.

    40 KB take 3 s and 0.4 GB.
    """
    path = tmp_path / "long.txt"
    path.write_text(unit * (40_000 // len(unit)), encoding="utf-8")
    done = process(
        """
        import resource
        import subprocess
        import sys
        job = [sys.executable, "-c", "from cli.main import run; run()", *sys.argv[1:], "-q"]
        subprocess.run(job, check=True, stdout=subprocess.DEVNULL)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(used.ru_maxrss, used.ru_utime)
        """,
        *(str(path), CHIPS[1]),
    )
    assert (done.returncode, done.stderr) == (0, "")
    peak, seconds = map(float, done.stdout.split())
    assert peak * (1 if sys.platform == "darwin" else 1024) < 1e9
    assert seconds < 30


@pytest.mark.parametrize("order", ["free", "monotonic"])
def test_work_grows_with_the_length_of_the_texts(order: Order) -> None:
    """Four times the sentences are four times the texts to embed, and far from 16 times the work.

    Processor time grew by 3.0 in free order and by 3.8 in monotonic order.
    """
    small, large = (work(sentences, order) for sentences in (40, 160))
    assert large.embedded <= 4.1 * small.embedded
    assert large.seconds < 8 * small.seconds


@dataclass(frozen=True)
class Work:
    """What a comparison costs: texts that are embedded, seconds of processor time."""

    embedded: int
    seconds: float


def work(sentences: int, order: Order) -> Work:
    """The cost of two texts of so many random sentences, which in monotonic order are equal."""
    texts = [random_text(sentences, seed) for seed in (1, 1 if order == "monotonic" else 2)]
    options = aligner.Options(order=order, split="lines", verifier="off")
    encoder = WordsEncoder()
    aligner.compare("Uma frase.", "Uma frase.", options=options, encoder=encoder)  # loads all
    before, started = len(encoder.encoded), time.process_time()
    aligner.compare(texts[0], texts[1], options=options, encoder=encoder)
    return Work(len(encoder.encoded) - before, time.process_time() - started)


def random_text(sentences: int, seed: int) -> str:
    """Lines of twelve words each, out of 400."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    words = ["".join(chance.choices("abcdefghij", k=6)) for _ in range(400)]
    return "\n".join(" ".join(chance.choices(words, k=12)) + "." for _ in range(sentences))


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_neither_numpy_nor_the_stages(flag: str) -> None:
    """The two are told at once: of the library only the leaves are loaded."""
    done = process(
        """
        import sys
        from cli.main import status
        code = status(sys.argv[1:])
        print(sorted(one for one in sys.modules if one.split(".")[0] in {"aligner", "numpy"}),
              file=sys.stderr)
        sys.exit(code)
        """,
        flag,
    )
    leaves = ["corpus", "corpus.options", "errors", "options", "types"]
    expected = ["aligner", *(f"aligner.{name}" for name in leaves)]
    assert (done.returncode, done.stderr) == (0, f"{expected}\n")


def test_library_is_cheap_to_import() -> None:
    """The types and options come without numpy; the first comparison loads it."""
    done = process("import aligner, sys; aligner.Options(); print('numpy' in sys.modules)")
    assert (done.returncode, done.stdout) == (0, "False\n")
