"""The shape of the repository: who imports whom, how long things get, what is declared."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import errors

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_APP_LINES = 60
MAX_TRACKED_BYTES = 50_000_000
MAX_TRACKED_FILE_BYTES = 9_500_000

CORE = (
    *(
        "story",
        "story_file",
        "artifacts",
        "clips",
        "prior",
        "errors",
        "settings",
        "progress",
        "files",
        "preferences",
        "logs",
    ),
    *("versions", "bin", "decisions", "project", "take_bin", "film_edit", "workspace", "bundle"),
)
STAGES = ("plan", "retrieve", "priors", "render", "assemble", "evaluate")
MODELS = ("devices", "diffusion", "vision")
WORLDS = ("theatre", "packs")
TOP = (
    "editing",
    "playing",
    "blocking",
    "planning",
    "checking",
    "rendering",
    "runner",
    "trial",
    "recipes",
    "batch",
    "tasks",
    "retrieving",
    "crediting",
    "filming",
    "learning",
    "lesson_examples",
    "lessons",
    "queue",
    "job",
    "job_file",
    "line",
    "paces",
    "turns",
    "endings",
    "workers",
    "worker",
    "disk",
    "cleaning",
    "problems",
    "cli",
    "__main__",
)
CORE_PACKAGES = ("pydantic", "pydantic_core", "platformdirs")
DECLARED_AS = {"cv2": "opencv-python", "PIL": "pillow", "open_clip": "open-clip-torch"}
NEEDED_BY_OTHERS = {"accelerate", "protobuf", "sentencepiece", "torchvision"}
"""accelerate puts transformers' weights straight onto a device; T5's own tokenizer file is read by
sentencepiece and protobuf; open_clip imports torchvision, and only one that fits torch will do."""
BROUGHT = {"pydantic_core", "fastapi", "starlette", "matplotlib"}
"""By pydantic, gradio and ultralytics, as these need them."""


def _sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*found, ROOT / "app.py"] if "studio" in folders else found


def _imported(tree: ast.AST) -> Iterator[str]:
    """Give every module a file imports, inside functions and for type checking too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _names(path: Path) -> set[str]:
    return set(_imported(ast.parse(path.read_text(encoding="utf-8"))))


def _layer(module: str) -> str:
    """Give the part a module belongs to: `pipeline.plan.x` -> `plan`; `studio.y` -> `studio`.

    The standard library is no part: its `queue` is not ours.
    """
    parts = module.split(".")
    if parts[0] in sys.stdlib_module_names:
        return ""
    if parts[0] != "pipeline":
        return parts[0]
    return parts[1] if len(parts) > 1 else "pipeline"


def _forbidden(importer: str) -> set[str]:
    """Give the layers a layer must not import."""
    above = {"gradio", "studio", "app"}
    if importer in CORE:
        return above | {*STAGES, *MODELS, *WORLDS, *TOP}
    if importer in MODELS:
        return above | {*STAGES, *WORLDS, *TOP}
    if importer in STAGES:
        return above | ({*STAGES} - {importer}) | {"packs", *TOP}
    if importer in WORLDS:
        return above | {*STAGES, *TOP}
    if importer == "studio":
        return {"torch", "diffusers", "transformers", "app"}
    return above if importer in TOP else set()


def _breaches() -> Iterator[str]:
    for path in _sources("pipeline", "studio"):
        relative = path.relative_to(ROOT)
        importer = _layer(".".join(relative.with_suffix("").parts))
        for name in sorted(_names(path)):
            if _layer(name) in _forbidden(importer):
                yield f"{relative} imports {name}"


def test_layers_import_only_what_lies_below() -> None:
    assert list(_breaches()) == []


def test_the_core_needs_only_the_standard_library_and_pydantic() -> None:
    allowed = {*sys.stdlib_module_names, *CORE_PACKAGES, "pipeline"}
    for name in CORE:
        packages = {module.split(".")[0] for module in _names(ROOT / "pipeline" / f"{name}.py")}
        assert packages <= allowed, f"pipeline/{name}.py imports {packages - allowed}"


def test_every_part_of_the_pipeline_has_its_layer() -> None:
    known = {*CORE, *STAGES, *MODELS, *WORLDS, *TOP, "__init__"}
    there = (path for path in (ROOT / "pipeline").iterdir() if path.suffix in ("", ".py"))
    found = {path.stem for path in there if path.name[:2] != "__"}
    assert found <= known


def test_files_and_functions_stay_short() -> None:
    too_long = []
    for path in _sources("pipeline", "studio", "tests"):
        text = path.read_text(encoding="utf-8")
        limit = MAX_APP_LINES if path.name == "app.py" else MAX_FILE_LINES
        if text.count("\n") > limit:
            too_long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    too_long.append(f"{path.relative_to(ROOT)}: {node.name} has {lines} lines")
    assert too_long == []


def test_modules_are_named_for_what_they_hold() -> None:
    names = {path.stem for path in _sources("pipeline", "studio", "tests")}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc", "manager"})


def test_nothing_stands_in_for_the_real_thing() -> None:
    banned = ("unittest.mock", "mock", "pytest_mock")
    mocked = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources("pipeline", "studio", "tests")
        for name in _names(path)
        if name.startswith(banned)
    ]
    assert mocked == []


def test_broad_excepts_are_only_at_the_two_boundaries() -> None:
    broad = set()
    for path in _sources("pipeline", "studio"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                broad.add(path.relative_to(ROOT).as_posix())
    assert broad <= {"pipeline/worker.py", "studio/refusals.py"}


def _is_broad(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id == "Exception")


def test_no_work_is_left_in_comments() -> None:
    marks = re.compile(r"#.*\b(TODO|FIXME|HACK|XXX)\b|NotImplementedError|type: ignore(?!\[)")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _sources("pipeline", "studio")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert left == []


def test_tracked_files_stay_small() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    sizes = {path: path.stat().st_size for path in paths if path.is_file()}
    assert [path for path, size in sizes.items() if size > MAX_TRACKED_FILE_BYTES] == []
    assert sum(sizes.values()) <= MAX_TRACKED_BYTES


def test_the_error_tree_in_words_is_the_one_in_code() -> None:
    tree: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in re.findall(r"^ {4,}[A-Z]\w+Error\b", errors.__doc__ or "", flags=re.MULTILINE):
        depth, name = len(line) - len(line.lstrip()), line.strip()
        above = [one for one in above if one[0] < depth]
        tree[name] = above[-1][1] if above else "Exception"
        above.append((depth, name))
    classes = {
        name: one.__bases__[0].__name__
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if one.__module__ == errors.__name__
    }
    assert tree == classes


def _loaded_by(*modules: str) -> set[str]:
    """Import modules in a fresh interpreter and give every package it then holds."""
    code = f"import sys, json, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def _modules(folder: str) -> list[str]:
    paths = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / folder).rglob("*.py"))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def test_the_page_opens_without_torch() -> None:
    loaded = _loaded_by("app", *_modules("studio"))
    assert loaded.isdisjoint({"torch", "diffusers", "transformers"})


def test_the_pipeline_starts_without_heavy_packages() -> None:
    modules = ["pipeline.__main__", "pipeline.runner", "pipeline.queue", "pipeline.worker"]
    loaded = _loaded_by(*modules, *_modules("pipeline/plan"), *_modules("pipeline/assemble"))
    assert loaded.isdisjoint({"torch", "diffusers", "transformers", "gradio"})


def _requirements(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {m[0].lower() for line in lines if (m := re.match(r"[A-Za-z0-9_.-]+", line))}


def _third_party(*folders: str) -> set[str]:
    packages = {name.split(".")[0] for path in _sources(*folders) for name in _names(path)}
    own = {"pipeline", "studio", "tests", "app", *sys.stdlib_module_names, *BROUGHT}
    return {DECLARED_AS.get(name, name).replace("_", "-").lower() for name in packages - own}


def test_requirements_are_what_is_imported() -> None:
    declared = _requirements(ROOT / "requirements.txt")
    assert _third_party("pipeline", "studio") == declared - NEEDED_BY_OTHERS


def test_what_only_tests_import_is_declared_beside_them() -> None:
    declared = _requirements(ROOT / "requirements.txt")
    tests = _requirements(ROOT / "tests" / "requirements.txt")
    assert _third_party("tests") - declared <= tests
    assert declared.isdisjoint(tests)


def test_requirements_name_no_machine() -> None:
    for path in (ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"):
        assert not re.search(
            r"://|^-|/home|/root|@ ", path.read_text(encoding="utf-8"), re.MULTILINE
        )
