"""Functions without a way in from Python crash it when it calls them: only compiled code may."""

import ast
from collections.abc import Iterator

from tests.architecture.test_architecture_imports import ROOT

ONLY = {"inner", "folded"}
COMPILED = ONLY | {"compiled", "inlined"}


def decorated(tree: ast.Module, names: set[str]) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
            if marks & names:
                yield node


def test_python_calls_no_function_that_only_compiled_code_may() -> None:
    paths = [path for top in ("twin", "scenarios", "tests") for path in sorted((ROOT / top).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    only = {
        (".".join(path.relative_to(ROOT).with_suffix("").parts), node.name)
        for path, tree in trees.items()
        for node in decorated(tree, ONLY)
    }
    assert len(only) > 20
    for path, tree in trees.items():
        if any(decorated(tree, COMPILED)):
            continue
        imported = {
            (n.module, name.name) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for name in n.names
        }
        assert not imported & only, path


def test_in_modules_of_compiled_code_everything_that_calls_it_is_compiled() -> None:
    for path in sorted((ROOT / "twin" / "traffic" / "kernel").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and not n.decorator_list]
        assert bare == [] or path.stem == "arrays", path
