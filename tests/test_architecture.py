"""The house stands as its plan says: who imports whom, what the server loads, how long a module may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from emocore.settings import CHECKOUT

LAYERS = (
    ("errors", "arrays", "settings", "files", "records", "moves", "wording"),
    ("data",),
    ("judge",),
    ("learn",),
    ("runs",),
    ("predict",),
    ("audit",),
    ("exchange",),
    ("reproduction",),
    ("engine",),
    ("figures",),
    ("ui",),
    ("pages", "app", "commands", "saved_model", "__main__"),
)
"""Each floor may import itself and what stands before it."""

HOMES = {
    "torch": r"emocore\.learn\.(?!recipe$|recipe_parts$|presets$|variations$|layers$|events$)\w+|emocore\.predict\.\w+"
    r"|emocore\.engine\.\w+|emocore\.exchange\.\w+|emocore\.saved_model",
    "onnxruntime": r"emocore\.predict\.centerface|emocore\.exchange\.onnx",
    "plotly": r"emocore\.figures\.\w+",
    "streamlit": r"emocore\.ui\.[\w.]+|pages\.\w+|app",
}
"""Libraries that only some modules may import."""

FORBIDDEN_CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads"}
FORBIDDEN_WORDS = ("extractall", "unsafe_allow_html", "shell=True", "allow_pickle=True", "weights_only=False")
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "handler", "misc"}
NO_NOUNS = {"told", "known", "of", "says", "about"}
SERVED = ("emocore.ui", "emocore.figures")
SERVER = (
    "emocore.runs.store",
    "emocore.engine.client",
    "emocore.runs.status",
    "emocore.engine.jobs",
    "emocore.data.library",
)
MOST_LINES, MOST_LINES_OF_A_PAGE = 300, 120
MOST_MODULES, MOST_MODULES_IN_A_FOLDER = 255, 20
MOST_INNER_IMPORTS = 60
LINES_WORTH_A_TEST = 40

FILES = [CHECKOUT / "app.py", *sorted((CHECKOUT / "pages").glob("*.py")), *sorted((CHECKOUT / "emocore").rglob("*.py"))]
PAGES = [path for path in FILES if path.parent.name == "pages"]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Full names of all modules that a file imports, also inside functions; of a `from` each name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor_of(module: str) -> int:
    parts = module.split(".")
    room = parts[1] if parts[0] == "emocore" and len(parts) > 1 else parts[0]
    return next(floor for floor, rooms in enumerate(LAYERS) if room in rooms)


@pytest.mark.parametrize("path", [path for path in FILES if name_of(path) != "emocore"], ids=name_of)
def test_imports_point_down_only(path: Path) -> None:
    ours = [name for name in imported(path) if name.startswith("emocore.")]

    assert [name for name in ours if floor_of(name) > floor_of(name_of(path))] == []


def modules_imported(path: Path) -> set[str]:
    """Our own modules that a file imports, inside functions and for types only too."""
    modules = {name_of(path) for path in FILES if path.name != "__init__.py"}
    named = {part for name in imported(path) for part in (name, name.rpartition(".")[0])}
    return named & modules


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name_of(path): modules_imported(path) for path in FILES}
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join([*above, module])
        if module not in done:
            for wanted in graph[module] - {module}:
                visit(wanted, (*above, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_is_imported_only_where_it_belongs(library: str) -> None:
    strangers = [
        name_of(path)
        for path in FILES
        if any(name.split(".")[0] == library for name in imported(path))
        and not re.fullmatch(HOMES[library], name_of(path))
    ]

    assert strangers == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_is_a_short_script_that_computes_nothing(path: Path) -> None:
    nodes = list(ast.walk(tree_of(path)))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.With)
    kinds = [type(node).__name__ for node in nodes if isinstance(node, definitions[:5])]
    calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    strangers = {name for name in imported(path) if name.split(".")[0] not in ("streamlit", "emocore")}

    assert set(kinds) <= {"Lambda"}
    assert not strangers
    assert not calls & {"open", "print", "input", "__import__"}
    assert len(path.read_text().splitlines()) <= MOST_LINES_OF_A_PAGE


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_is_short_says_what_it_is_for_and_has_a_name_that_says_something(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= MOST_LINES
    assert not set(re.split(r"[._]", name_of(path))) & VAGUE
    assert path.name == "__init__.py" or path.name == "router.py" or ast.get_docstring(tree_of(path))
    assert path.name != "__init__.py" or text == ""


def names_given(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that a file gives to a value, an argument, a function, a class or an import, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, (ast.alias, ast.ExceptHandler, ast.MatchAs)):
            yield node.lineno, getattr(node, "asname", None) or node.name or ""


def test_a_name_says_what_its_value_is() -> None:
    given = [(path.relative_to(CHECKOUT), *one) for path in FILES for one in names_given(tree_of(path))]

    assert [f"{path}:{line} {name}" for path, line, name in given if name in NO_NOUNS] == []


def test_a_name_without_a_noun_is_seen_wherever_it_is_given() -> None:
    program = """
from x import about
def f(of, *, known: int = 1): pass
for told, one in each: one.says = 1
class told: known: int
try: pass
except Error as about: pass
with x as (of, y), z: (says := 1)
"""

    seen = sorted(name for _, name in names_given(ast.parse(program)) if name in NO_NOUNS)

    assert seen == sorted([*NO_NOUNS, "about", "known", "of", "says", "told"])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_runs_what_a_stranger_sent(path: Path) -> None:
    calls = {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
    text = path.read_text(encoding="utf-8")

    assert not calls & FORBIDDEN_CALLS
    assert not [word for word in FORBIDDEN_WORDS if word in text.replace(" = ", "=")]
    assert not {name.split(".")[0] for name in imported(path)} & FORBIDDEN_MODULES
    assert not [call for call in calls if call.endswith("torch.load")]


def server_modules() -> list[str]:
    rooms = [name_of(path) for path in FILES if name_of(path).startswith(SERVED) and path.name != "__init__.py"]
    return [*(name for name in rooms if name != "emocore.ui.router"), *SERVER]


def test_no_module_of_the_server_loads_torch() -> None:
    program = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    assert 'torch' not in sys.modules, name\n"
        "print('torch' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", program, *server_modules()], capture_output=True, text=True)

    assert (said.stdout.strip(), said.returncode) == ("False", 0), said.stderr


def test_listing_runs_and_datasets_loads_neither_pandas_nor_scikit_learn() -> None:
    program = (
        "import sys; from emocore.engine import jobs; from emocore.runs import status, store;"
        "from emocore.data import library;"
        "store.runs(); library.summaries();"
        "print([name for name in ('torch', 'pandas', 'sklearn', 'scipy', 'distributed') if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


def test_an_engine_starts_without_torch_and_without_scikit_learn() -> None:
    program = (
        "import sys; import emocore.engine.cluster;"
        "print([name for name in ('torch', 'sklearn', 'optuna', 'plotly', 'streamlit') if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


def test_the_launcher_hands_over_to_the_router_in_so_many_words() -> None:
    (call,) = [node for node in tree_of(CHECKOUT / "app.py").body if isinstance(node, ast.Assign)]

    assert ast.unparse(call).startswith("app = st.App('emocore/ui/router.py'")


MODULES = [path for path in FILES if path.parts[-2] != "pages" and path.name not in ("__init__.py", "app.py")]


def test_a_folder_and_the_whole_can_be_taken_in_at_a_glance() -> None:
    folders = Counter(path.parent for path in MODULES)

    assert len(MODULES) <= MOST_MODULES
    assert {str(folder): number for folder, number in folders.items() if number > MOST_MODULES_IN_A_FOLDER} == {}


def inner_imports() -> Iterator[tuple[Path, str]]:
    """Imports inside functions, with their lines."""
    for path in MODULES:
        lines = path.read_text(encoding="utf-8").splitlines()
        functions = [
            node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        inner = {
            node.lineno
            for each in functions
            for node in ast.walk(each)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        yield from ((path, lines[number - 1]) for number in sorted(inner))


def test_an_import_inside_a_function_is_rare_and_says_why() -> None:
    inner = list(inner_imports())

    assert len(inner) <= MOST_INNER_IMPORTS
    assert [f"{name_of(path)}: {line.strip()}" for path, line in inner if "  # " not in line] == []


def test_every_module_has_its_test_at_the_same_place() -> None:
    tests = CHECKOUT / "tests"
    missing = []
    for path in MODULES:
        place = path.relative_to(CHECKOUT / "emocore")
        is_ui = place.parts[0] == "ui"
        test = tests / place.parent if is_ui else tests / place.parent / f"test_{place.stem.strip('_')}.py"
        is_long = len(path.read_text(encoding="utf-8").splitlines()) > LINES_WORTH_A_TEST
        if (is_long or is_ui) and not (list(test.glob("test_*.py")) if is_ui else test.exists()):
            missing.append(str(place))

    assert missing == []


def test_no_folder_of_the_pages_hides_a_library() -> None:
    """Streamlit puts the folder of the entry script first on the path: a folder named as a library would be it."""
    folders = {path.name for path in (CHECKOUT / "emocore" / "ui").iterdir() if path.is_dir()} - {"__pycache__"}
    libraries = set(sys.stdlib_module_names) | set(packages_distributions())

    assert folders & libraries == set()
