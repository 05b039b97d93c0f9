"""One set of dependencies, told four times: pyproject.toml, two lock files, environment.yml. They must agree."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")

# The same thing under another name, and what only conda has to name.
NAME_IN_CONDA = {"duckdb": "python-duckdb", "xgboost-cpu": "xgboost", "tzdata": "python-tzdata"}
ONLY_IN_CONDA = {"python", "pip", "openjdk"}

# Put together from halves, so that this file does not find itself.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "conda." + "anaconda", "npm" + "js.org", "rubygems" + ".org"]
REGISTRY_OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "--trusted" + "-host"]
HOMES = re.compile(r"(?<![\w.*}])/(?:root|home|Users)/\w")


@cache
def _locked(file: str) -> dict[str, dict[str, frozenset[str]]]:
    """Return {package: {version and marker: hashes}} of a lock file."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for block in (PROJECT / file).read_text().replace("\\\n", " ").splitlines():
        pin, *hashes = re.split(r"\s+--hash=", block.strip())
        requirement = Requirement(pin)
        found.setdefault(canonicalize_name(requirement.name), {})[pin.split("==", 1)[1]] = frozenset(hashes)
    return found


def _versions(name: str, python: str | None = None) -> set[str]:
    """Return the locked versions of a package: all, or those for one Python on Linux."""
    parts = [pin.partition(" ; ") for pin in _locked("requirements-dev.lock")[name]]
    there = {"python_full_version": f"{python}.99", "sys_platform": "linux", "platform_machine": "x86_64"}
    return {version for version, _, marker in parts if not (python and marker) or Marker(marker).evaluate(there)}


def _declared(*extras: str) -> dict[str, Requirement]:
    """Return what pyproject.toml asks for: the dependencies, and those of the named extras."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in requirements if r.name != project["name"]}


def _conda_python() -> str:
    entries = yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]
    (entry,) = [e for e in entries if isinstance(e, str) and e.startswith("python=")]
    return str(entry.split("=")[1])


def _in_conda() -> dict[str, str]:
    """Return {package: version} of environment.yml, under the names that pip knows."""
    entries = yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]
    name_in_pip = {conda: pip for pip, conda in NAME_IN_CONDA.items()}
    pins = [e.split("=")[:2] for e in entries if isinstance(e, str) and e.split("=")[0] not in ONLY_IN_CONDA]
    pins += [line.split("==") for e in entries if isinstance(e, dict) for line in e["pip"]]
    return {name_in_pip.get(name, canonicalize_name(name)): version for name, version in pins}


@cache
def _files() -> dict[str, str]:
    """Return the text of every file of the project that is, or may be, committed."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    names = [*done.stdout.split("\0"), *(_walked() if done.returncode else ())]
    return {name: (PROJECT / name).read_text(errors="replace") for name in names if (PROJECT / name).is_file()}


def _walked() -> Iterator[str]:
    """Name the files of a copy that git knows nothing of, without what a run or a test leaves behind."""
    left = {".venv", "data", "reports", "truth", "mall.json", "build", "__pycache__", ".git", "ltv.egg-info"}
    for path in PROJECT.rglob("*"):
        name = path.relative_to(PROJECT)
        if not left.intersection(name.parts) and not name.parts[0].endswith("_cache"):
            yield str(name)


@pytest.mark.parametrize("file", LOCKS)
def test_every_locked_package_has_one_exact_version_and_hashes(file: str) -> None:
    for name, pins in _locked(file).items():
        for pin, hashes in pins.items():
            assert re.match(r"\d[\w.]*( ; |$)", pin), f"{file}: {name} is pinned to {pin!r}"
            assert hashes, f"{file}: {name} {pin} has no hash"
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), f"{file}: {name} {pin}"


def test_the_test_lock_holds_the_files_of_the_run_lock() -> None:
    """What a run needs on some systems alone, the tests may need on all: its versions and hashes are the same."""
    run, test = map(_locked, LOCKS)
    assert {name: _files_of(test.get(name, {})) for name in run} == {
        name: _files_of(pins) for name, pins in run.items()
    }


def _files_of(pins: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {pin.partition(" ; ")[0]: hashes for pin, hashes in pins.items()}


def test_every_declared_dependency_is_locked_within_its_bounds() -> None:
    for name, requirement in _declared("spark", "postgres", "serve", "dev").items():
        assert name in _locked("requirements-dev.lock"), f"{name} is not locked: tools/lock.sh"
        for version in _versions(name):
            assert requirement.specifier.contains(version), f"{requirement} and the lock's {version} disagree"
    assert set(_declared()) <= set(_locked("requirements.lock"))


def test_what_the_package_imports_is_declared() -> None:
    homes = packages_distributions()
    imported = {
        canonicalize_name(home)
        for name in {n for file in (PROJECT / "ltv").rglob("*.py") for n in _imports(file)}
        for home in homes.get(name, [])
    }
    assert imported - set(_declared("spark", "postgres", "serve")) - {"ltv"} == set()


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_the_build_uses_the_locked_setuptools() -> None:
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["build-system"]["requires"]
    for requirement in map(Requirement, wanted):
        (version,) = _versions(canonicalize_name(requirement.name))
        assert requirement.specifier.contains(version)


def test_conda_gives_the_declared_set_at_the_locked_versions() -> None:
    conda = _in_conda()
    assert set(conda) == set(_declared("spark", "postgres", "serve", "dev"))
    python = _conda_python()
    assert {name: {version} for name, version in conda.items()} == {name: _versions(name, python) for name in conda}


def test_conda_takes_the_cpu_build_of_the_trees() -> None:
    entries = yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]
    (entry,) = [e for e in entries if isinstance(e, str) and e.startswith("xgboost=")]
    assert entry.split("=")[2] == "cpu*"


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    wanted = {name for name in _files() if name.startswith("ltv/") and not name.endswith(".md")}
    for name in wanted | {"pyproject.toml", "README.md"}:
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / "tree" / name)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(tmp_path / "tree")], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wanted - set(ZipFile(wheel).namelist()) == set()


def test_no_file_names_a_registry() -> None:
    named = [(file, word) for file, text in _files().items() for word in REGISTRIES + REGISTRY_OPTIONS if word in text]
    assert named == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    here = re.compile(rf"(?<![\w.*}}]){re.escape(str(PROJECT))}/")
    named = [file for file, text in _files().items() if HOMES.search(text) or here.search(text)]
    assert named == []


def test_commit_hooks_run_what_make_test_runs() -> None:
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    made = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [hook["entry"] for repo in hooks for hook in repo["hooks"]] == made


def test_the_plain_commands_install_what_make_installs() -> None:
    text = (PROJECT / "docs" / "install.md").read_text()
    for recipe in re.findall(r"@\$\(PIP\) (.*)", (PROJECT / "Makefile").read_text()):
        assert f"pip install {recipe}" in text
