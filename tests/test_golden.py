"""The reports on the samples, whole, as a reader gets them.

`python -m tests.test_golden` writes the golden files anew, as is due whenever the scorer, the details
or the report change; read what changed before keeping it.
"""

import contextlib
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from cli.main import status

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden" / "samples"
SAMPLES = ("chips", "ferry", "translation")
FORMS = {"txt": ["--width", "80", "--color", "never"], "json": ["-f", "json"]}
# Sums of floats are rounded differently by processors, and what is summed is compared with thresholds.
TOLERANCE = 0.02


def report(sample: str, suffix: str) -> str:
    """What the command prints for a sample, run in the root folder; its version left out."""
    files = sorted((ROOT / "samples" / sample).glob("*.txt"))
    names = [path.relative_to(ROOT).as_posix() for path in files]
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(printed):
        assert status([*names, *FORMS[suffix]]) == 0
    printed.seek(0)
    return printed.read().replace(f"align {version('bitext-align')} |", "align VERSION |")


def differences(found: Any, wanted: Any, at: str = "") -> list[str]:
    """Where two JSON values differ; fractions may, a little, everything else must not."""
    if isinstance(found, dict) and isinstance(wanted, dict) and list(found) == list(wanted):
        return [
            line for key in found for line in differences(found[key], wanted[key], f"{at}.{key}")
        ]
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [
            line
            for k, (x, y) in enumerate(zip(found, wanted, strict=True))
            for line in differences(x, y, f"{at}[{k}]")
        ]
    if isinstance(found, float) and isinstance(wanted, float):
        return [] if abs(found - wanted) <= TOLERANCE else [f"{at}: {found}, not {wanted}"]
    return [] if found == wanted else [f"{at}: {found!r}, not {wanted!r}"]


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ({"x": [1, 0.5]}, []),
        ({"x": [1, 0.515]}, []),
        ({"x": [1, 0.53]}, [".x[1]: 0.53, not 0.5"]),
        ({"x": [2, 0.5]}, [".x[0]: 2, not 1"]),
        ({"x": [1]}, [".x: [1], not [1, 0.5]"]),
        ({"y": [1, 0.5]}, [": {'y': [1, 0.5]}, not {'x': [1, 0.5]}"]),
    ],
)
def test_only_fractions_may_differ(found: Any, lines: list[str]) -> None:
    """The comparison used below tells every difference but the last digits of fractions."""
    assert differences(found, {"x": [1, 0.5]}) == lines


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize("sample", SAMPLES)
def test_diff_of_a_sample_is_as_in_the_golden_file(sample: str) -> None:
    """The console report of a sample, every character of it."""
    wanted = (GOLDEN / f"{sample}.txt").read_text(encoding="utf-8")
    assert report(sample, "txt") == wanted, "python -m tests.test_golden refreshes the files"


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize("sample", SAMPLES)
def test_json_of_a_sample_is_as_in_the_golden_file(sample: str) -> None:
    """The JSON report of a sample, every field of it; confidences and similarities nearly."""
    wanted = json.loads((GOLDEN / f"{sample}.json").read_text(encoding="utf-8"))
    found = json.loads(report(sample, "json"))
    assert differences(found, wanted) == [], "python -m tests.test_golden refreshes the files"


def test_every_golden_file_of_a_sample_is_tested() -> None:
    """No golden file is left over, and none is missing."""
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{sample}.{suffix}" for sample in SAMPLES for suffix in FORMS
    }


def write() -> None:
    """Write all golden files anew."""
    GOLDEN.mkdir(exist_ok=True)
    for sample in SAMPLES:
        for suffix in FORMS:
            text = report(sample, suffix)
            (GOLDEN / f"{sample}.{suffix}").write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    write()
