"""What is installed is complete: the lists in `pyproject.toml` name everything there is."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]
INSTALLED_AS = {"aligner": "aligner", "cli": "aligner_cli"}


def _dotted(folder: Path) -> str:
    """The name under which a folder of the project is installed as a package."""
    first, *rest = folder.relative_to(ROOT).parts
    return ".".join([INSTALLED_AS[first], *rest])


@pytest.mark.parametrize("top", INSTALLED_AS)
def test_every_package_is_installed(top: str) -> None:
    """Each folder with Python in it is in the list of packages."""
    folders = {path.parent for path in (ROOT / top).rglob("*.py")}
    assert set(map(_dotted, folders)) <= set(SETUPTOOLS["packages"])


@pytest.mark.parametrize("top", INSTALLED_AS)
def test_every_data_file_is_installed(top: str) -> None:
    """Weights, phrases, the schema and `py.typed` are covered by the patterns of package data."""
    covered = {
        path
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in ROOT.joinpath(*package.replace("aligner_cli", "cli").split(".")).glob(pattern)
    }
    data = {
        path
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert data
    assert data <= covered


def test_no_top_level_package_has_a_common_name() -> None:
    """Nothing installs as `cli`, which others use too."""
    assert {name.split(".")[0] for name in SETUPTOOLS["packages"]} == set(INSTALLED_AS.values())
