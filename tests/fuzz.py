"""Lets a coverage-guided fuzzer choose the inputs of `tests/test_fuzz.py`: `python -m tests.fuzz`.

atheris (libFuzzer) keeps the bytes that reach new lines of this project and changes them further;
hypothesis turns bytes into the inputs of a test. Needs the extra `fuzz`. A crash leaves its bytes in
`.fuzz/`; `python -m tests.fuzz TEST FILE` runs them again. What crashed becomes an `@example` or a case.
"""

import argparse
import random
import signal
import subprocess
import sys
from pathlib import Path

from hypothesis import settings

from tests.fakes import WordsVerifier

FOLDER = Path(__file__).parents[1] / ".fuzz"
# Inputs of each test in a nightly run; the slow ones get fewer.
TESTS = {
    "read": 25_000,
    "segment": 30_000,
    "evidence": 31_000,
    "flow": 3_000,
    "reports": 3_000,
    "looks": 10_000,
}
LONGEST, SEEDS = 4096, 20  # bytes of an input, and how many are random at first
SLOWEST = 60  # seconds for one input, on a busy machine; what takes longer hangs


def fuzz(name: str, runs: int, seed: int, replayed: Path | None) -> None:
    """Run one test on so many inputs, or on one of a file; libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["aligner", "cli"]):
        from aligner import pipeline
        from tests import test_fuzz
    vars(pipeline)["load_verifier"] = lambda model=None: WordsVerifier()  # noqa: ARG005
    run = getattr(test_fuzz, f"test_{name}").hypothesis.fuzz_one_input
    if replayed:
        run(replayed.read_bytes())
        return
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311 (no secret)
    for k in range(SEEDS):  # an empty input, as libFuzzer begins with, is none of a test
        (corpus / f"seed-{k}").write_bytes(chance.randbytes(LONGEST))
    bounds = [f"-atheris_runs={runs}", f"-timeout={SLOWEST}", f"-max_len={LONGEST}"]
    bounds += [f"-seed={seed}", "-len_control=0", "-rss_limit_mb=4096"]
    told = ["-print_final_stats=1", f"-artifact_prefix={FOLDER}/{name}-"]
    atheris.Setup([sys.argv[0], *bounds, *told, str(corpus)], lambda data: run(data) and None)
    try:
        atheris.Fuzz()
    finally:
        # Its alarm goes on, and kills a process that takes seconds to leave, as if an input had hung.
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> int:
    """Run one test here, or all, each in a process of its own; the number of those that failed."""
    parser = argparse.ArgumentParser(description="Fuzz every stage and report.")
    parser.add_argument("test", nargs="?", choices=TESTS)
    parser.add_argument("file", nargs="?", type=Path, help="bytes that crashed, to run again")
    parser.add_argument("--runs", type=int, help="inputs of the test [a share of 102,000]")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    settings.register_profile("fuzz", deadline=None, database=None)
    settings.load_profile("fuzz")
    if given.test:
        fuzz(given.test, given.runs or TESTS[given.test], given.seed, given.file)
        return 0
    command = [sys.executable, "-m", "tests.fuzz"]
    failed = [
        test
        for test in TESTS
        if subprocess.run([*command, test, "--seed", str(given.seed)], check=False).returncode
    ]
    sys.stderr.write(f"inputs: {TESTS}; failed: {failed or 'none'}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
