"""What is installed is complete: the lists in `pyproject.toml` name everything there is."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def test_locked_versions_are_those_that_the_project_asks_for() -> None:
    """Each dependency, for users and development, is locked within its bounds, with hashes.

    `make lock` writes the file anew.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==(\S+).*\\\n +--hash=sha256:\w{64}", lock, re.MULTILINE)
    assert len(found) == len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
    locked = dict(found)
    wanted = map(Requirement, project["dependencies"] + project["optional-dependencies"]["dev"])
    outside = {
        one.name: locked.get(canonicalize_name(one.name))
        for one in wanted
        if locked.get(canonicalize_name(one.name), "") not in one.specifier
    }
    assert outside == {}
    assert "://" not in lock


def test_users_get_bounded_dependencies() -> None:
    """No new major version of a dependency is installed unseen."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for one in map(Requirement, project["dependencies"]):
        assert {part.operator for part in one.specifier} == {">=", "<"}, one
