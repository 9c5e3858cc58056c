"""The documents tell the truth: their examples are run, their links and names looked up.

`python -m tests.test_docs` writes what the examples print today into the documents.
"""

import doctest
import importlib
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from aligner.embed.embedded import EmbeddedEncoder
from aligner.embed.token_sums import MOST_TOKENS
from aligner.pipeline import LONG, MOST_PAIRS
from aligner.read import LIMIT
from aligner.segment import LONGEST_LINE
from aligner.segment.sentences import WINDOW
from cli.main import app
from tests.documents import BLOCK, DOCUMENTS, ROOT, Block, blocks, has_its_tools, rerun, rewrite

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [block for path in DOCUMENTS for block in blocks(path)]
OPTIONS = [parameter.opts for parameter in get_command(app).params if parameter.opts[0][0] == "-"]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "aligner").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
GLOSSARY = re.findall(
    r"^- \*\*(.+?)\*\* \(`(.+?)`\)",
    (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)


@pytest.mark.usefixtures("embedded")  # with which goes the verifier of the package
@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.kind in {"console", "python"}], ids=str
)
def test_example_prints_what_the_document_says(block: Block) -> None:
    """Every example of the documents is run; `python -m tests.test_docs` brings them up to date."""
    if not has_its_tools(block.text):
        pytest.skip("jq is not installed")
    assert rerun(block.kind, block.text) == block.text


def test_examples_with_another_outcome_are_told() -> None:
    """What an example prints today takes the place of what the document says."""
    assert rerun(
        "console", "$ echo one\ntwo\n$ cd samples; echo oh >&2; false\n$ ls -d chips\n"
    ) == ("$ echo one\none\n$ cd samples; echo oh >&2; false\noh\n$ ls -d chips\nchips\n")
    assert rerun("console", "$ cat <<.\n> one\n> .\n") == "$ cat <<.\n> one\n> .\none\n"
    assert rerun("python", ">>> 1 + 1\n3\n>>> x = 1\n") == ">>> 1 + 1\n2\n>>> x = 1\n"
    with pytest.raises(ZeroDivisionError):
        rerun("python", ">>> 1 / 0\n")
    assert rerun("sh", "$ echo one\ntwo\n") == "$ echo one\ntwo\n"


@pytest.mark.parametrize("names", OPTIONS, ids=" ".join)
def test_every_option_is_explained_beside_the_help(names: list[str]) -> None:
    """The README says more about each option than the help text that it quotes."""
    prose = README.replace(next(b.text for b in BLOCKS if "$ align --help" in b.text), "")
    assert any(re.search(rf"(?<![\w-]){name}(?![\w-])", prose) for name in names)


def test_commands_that_are_not_run_have_real_options() -> None:
    """A command that needs the network, or files of the reader's own, has no option made up."""
    real = {name for names in OPTIONS for name in names} | {"--help"}
    commands = [
        line
        for block in BLOCKS
        if block.kind == "sh"
        for line in block.text.splitlines()
        if line.startswith("align ")
    ]
    assert commands
    for command in commands:
        before_pipe = command.split(" | ")[0]
        assert set(re.findall(r"(?<= )-[-\w]+", before_pipe)) <= real, command


def _slug(heading: str) -> str:
    """The anchor that code hosts give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every link to a file or a heading of this project finds one."""
    prose = BLOCK.sub("", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", prose):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(_slug, headings), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_a_document_names_exist(path: Path) -> None:
    """A path in backticks that begins with one of the project's folders is there."""
    folders = "aligner|cli|tests|samples|docs|benchmarks"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("word", "identifier"), GLOSSARY)
def test_words_of_the_glossary_are_identifiers(word: str, identifier: str) -> None:
    """Each word is, up to case and number, the last part of a name that the code has."""
    parts = identifier.split(".")
    module = next(
        ".".join(parts[:length])
        for length in range(len(parts) - 1, 0, -1)
        if (ROOT.joinpath(*parts[:length]).with_suffix(".py").exists())
        or ROOT.joinpath(*parts[:length], "__init__.py").exists()
    )
    value: object = importlib.import_module(module)
    for part in parts[module.count(".") + 1 :]:
        value = getattr(value, part)
    assert parts[-1].lower().rstrip("s") == word.lower().replace(" ", "_").rstrip("s")


def test_the_glossary_has_words() -> None:
    """The pattern that finds the entries still fits how they are written."""
    assert len(GLOSSARY) >= 20


def test_every_field_of_the_json_export_is_described() -> None:
    """`docs/json.md` names each property that the schema has."""
    schema = json.loads((ROOT / "cli" / "render" / "align-1.schema.json").read_text("utf-8"))
    described = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    properties = {
        name for part in (schema, *schema["$defs"].values()) for name in part.get("properties", {})
    }
    assert {name for name in properties if f"`{name}`" not in described} == set()


def test_limits_are_those_of_the_code() -> None:
    """The README quotes the limits and the languages that hold."""
    assert f"{LIMIT // 2**20} MiB" in README
    assert f"{MOST_PAIRS:,}" in README
    for limit in (MOST_TOKENS, WINDOW, LONGEST_LINE, LONG):
        assert f" {limit:,} " in README.split("## Limits")[1]
    languages = README.split("## Languages")[1].split("\n## ")[0]
    assert {code for code in EmbeddedEncoder.languages if f"`{code}`" not in languages} == set()


def test_the_changelog_knows_this_version() -> None:
    """The newest entry is about the version that is built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?([\d.]+)", changelog, re.MULTILINE)
    assert newest
    assert newest[1] == project["version"]


@pytest.mark.usefixtures("embedded")  # with which goes the verifier of the package
@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter sessions in the library's docstrings print what they say."""
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried
    assert not failed


if __name__ == "__main__":
    for path in DOCUMENTS:
        if rewrite(path):
            sys.stdout.write(f"{path.relative_to(ROOT)} brought up to date\n")
