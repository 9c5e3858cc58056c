"""One table of texts and answers through both doors: the library and the command."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

import aligner
from aligner.embed import Encoder
from aligner.options import Options
from cli.main import status
from cli.render import FORMATS, RenderOptions

FOLDER = Path(__file__).parent / "cases"
Case = dict[str, Any]
CASES: list[Case] = [
    case
    for table in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(table.read_text(encoding="utf-8")) or []
]
BY_LABEL = [pytest.param(case, id=case["label"]) for case in CASES]
WITH_FAILURES = [
    pytest.param(
        case,
        id=case["label"],
        marks=[pytest.mark.xfail(strict=True, reason=case["reason"])] if "reason" in case else [],
    )
    for case in CASES
]


def files_of(case: Case, folder: Path) -> tuple[str, str]:
    """The two texts as files."""
    for side in ("a", "b"):
        (folder / f"{side}.txt").write_text(case[side], encoding="utf-8")
    return str(folder / "a.txt"), str(folder / "b.txt")


def command(case: Case, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints for a case; every option is a flag."""
    flags = [
        word
        for name, value in case["options"].items()
        for word in (f"--{name.replace('_', '-')}", value)
    ]
    assert status([*files_of(case, folder), "-f", "json", *flags]) == 0
    return capsys.readouterr().out


def answer(printed: str) -> dict[str, Any]:
    """The sentences of a JSON report, grouped as the answer of a case is."""
    report = json.loads(printed)
    texts = {side: [one["text"] for one in report["documents"][side]["sentences"]] for side in "ab"}
    return {
        "pairs": [
            {side: [texts[side][k] for k in link[side]] for side in "ab"}
            for link in report["links"]
        ],
        **{
            f"only_{side}": [texts[side][one["sentence"]] for one in report["only"][side]]
            for side in "ab"
        },
    }


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize("case", WITH_FAILURES)
def test_command_gives_the_answer(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command pairs the sentences that say the same and leaves the others to one side."""
    assert answer(command(case, tmp_path, capsys)) == case["expected"]


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize("case", BY_LABEL)
def test_library_gives_what_the_command_prints(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], embedded: Encoder
) -> None:
    """Texts at hand, compared by the library, are the same JSON as files given to the command."""
    printed = command(case, tmp_path, capsys)
    comparison = aligner.compare(
        case["a"],
        case["b"],
        options=Options(**case["options"]),
        encoder=embedded,
        names=(str(tmp_path / "a.txt"), str(tmp_path / "b.txt")),
    )
    assert FORMATS["json"](comparison, RenderOptions()) == printed


def test_cases_use_every_option_that_needs_no_other_model() -> None:
    """The table reaches every option of the library but the models and how they run.

    Nor does it reach `details`, which follows from the formats that the command is asked for.
    """
    used = {name for case in CASES for name in case["options"]}
    assert used == set(asdict(Options())) - {"models", "device", "cache", "details"}
