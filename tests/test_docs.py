"""README, changelog and architecture say what is so."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from emocore import __main__ as command_line
from emocore.__main__ import COMMANDS
from emocore.audit.finding import LINKS
from emocore.settings import CHECKOUT
from tests.laboratory import tool

README = (CHECKOUT / "README.md").read_text()
ARCHITECTURE = (CHECKOUT / "docs" / "architecture.md").read_text()
LINES = [line for line in README.splitlines() if line.startswith("python -m emocore ")]


def test_the_tree_in_the_readme_names_what_lies_there_and_all_of_it() -> None:
    tree = README[README.index("app.py             the launcher") :].split("```")[0]
    lines = [line for line in tree.splitlines() if line]
    named = {line.split()[0].rstrip("/") for line in lines if not line.startswith(" ")}
    rooms = {line.split()[0].rstrip("/") for line in lines if line.startswith(" ")}
    folders = {path.name for path in (CHECKOUT / "emocore").iterdir() if (path / "__init__.py").exists()}
    there = {path.name for path in CHECKOUT.iterdir() if not path.name.startswith(".")} | {".streamlit"}
    files = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "pyproject.toml"}

    assert len(lines) <= 25
    assert (named <= there, rooms) == (True, folders)
    assert {name for name in there if (CHECKOUT / name).is_dir()} - {"mindailytics.egg-info"} <= named | files


@pytest.mark.parametrize("line", LINES)
def test_every_command_in_the_readme_is_one(line: str) -> None:
    words = shlex.split(line.split("  #")[0])[3:]

    parsed = command_line.parser(words).parse_args(words)

    assert parsed.command in COMMANDS


def test_every_command_has_an_example_in_the_readme() -> None:
    assert {line.split()[3] for line in LINES} == set(COMMANDS)


def test_links_and_pictures_in_the_readme_are_there() -> None:
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if not target.startswith("http")]

    assert targets
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()

    for target in set(re.findall(r"make (\w+)", README)) - {"and", "is"}:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_every_dependency_has_its_reason() -> None:
    listed = (CHECKOUT / "requirements.txt").read_text().splitlines()
    names = {re.split(r"[<>=\[ ]", line)[0] for line in listed if line and not line.startswith("#")}

    assert {name for name in names if name not in ARCHITECTURE} == set()


def test_the_version_has_a_place_in_the_changelog() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]

    changelog = (CHECKOUT / "CHANGELOG.md").read_text()
    assert f"## {project['version']}" in changelog or "## Unreleased" in changelog


def test_the_map_is_up_to_date() -> None:
    made = tool("map")

    folders = {path.parent.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "emocore").rglob("*.py")}
    assert folders - set(made.ROOMS) == set()
    assert made.MAP.read_text() == made.text(), "Run: python tools/map.py"


def test_every_path_that_the_way_to_contribute_names_is_there() -> None:
    text = (CHECKOUT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"`((?:emocore|pages|tests|docs|tools|benchmarks)/[\w./]+)`", text))

    assert len(named) > 15
    assert [path for path in sorted(named) if not (CHECKOUT / path).exists()] == []


def test_every_module_that_the_architecture_names_is_there() -> None:
    names = set(re.findall(r"`((?:[a-z_]+\.)+[a-z_]+)`", ARCHITECTURE))
    rooms = {path.name for path in (CHECKOUT / "emocore").iterdir() if path.is_dir()}
    places = {name for name in names if name.split(".")[0] in rooms}

    assert len(places) > 5
    assert [name for name in sorted(places) if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Whether `room.module` or `room.module.thing` is a folder, a module, or named in one."""
    path = CHECKOUT / "emocore" / name.replace(".", "/")
    module = path.parent.with_suffix(".py")
    return path.is_dir() or path.with_suffix(".py").exists() or (module.exists() and path.name in module.read_text())


def test_the_table_of_faults_has_all_26_and_names_codes_that_exist() -> None:
    text = (CHECKOUT / "docs" / "faults.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| \d", line)]
    tables = (CHECKOUT / "emocore" / "judge" / "tables").glob("*.py")
    codes_here = set(LINKS) | {
        word for path in tables for word in re.findall(r'"([a-z]+(?:_[a-z0-9]+)+)"', path.read_text())
    }

    assert [row[0] for row in rows] == [str(number) for number in range(1, 27)]
    for number, _, _, remedy in rows:
        codes = re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", remedy)
        assert set(codes) <= codes_here, number
        assert codes or re.search(r"Cannot (happen|be said here)", remedy), number


def test_every_fault_of_the_reliability_page_names_tests_that_exist() -> None:
    text = (CHECKOUT / "docs" / "reliability.md").read_text()
    rows = re.findall(r"^\| F(\d+) (.*)$", text, re.M)
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)

    assert [int(number) for number, _ in rows] == list(range(1, 25))
    assert [number for number, row in rows if "::test_" not in row] == []
    assert [f"{file}::{test}" for file, test in named if f"def {test}(" not in (CHECKOUT / file).read_text()] == []
