"""Whatever a file holds, the loaders return the type or raise InputError with one line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.site import SitePlan
from scenarios.errors import InputError
from scenarios.results import Scenario
from scenarios.site_files import load_site
from scenarios.spec import load_plan, load_scenario
from scenarios.toml_files import Kind, known_names, resolve
from twin.cameras.plans import CameraPlan

FILES = [resolve(kind, name) for kind in Kind for name in known_names(kind)]
VALID = [file.read_text(encoding="utf-8") for file in FILES]
LOADERS = ((load_scenario, Scenario), (load_plan, CameraPlan), (load_site, SitePlan))
PIECES = [
    "=",
    "[",
    "]",
    "[[x]]",
    '"',
    "nan",
    "1e999",
    "-1",
    "9" * 5000,
    "[" * 500,
    "\n",
    "\x00",
    "true",
    "{}",
]
pieces = st.sampled_from(PIECES) | st.text(max_size=6)


def cut(text: str, where: float, length: int, piece: str) -> str:
    start = int(where * len(text))
    return text[:start] + piece + text[start + length :]


mutated = st.builds(cut, st.sampled_from(VALID), st.floats(0, 1), st.integers(0, 12), pieces)


def load_all(path: Path) -> None:
    for loader, kind in LOADERS:
        try:
            assert isinstance(loader(str(path)), kind)
        except InputError as error:
            said = str(error)
            if "\n" in said or str(path) not in said:
                pytest.fail(f"not one line that names the file: {said!r}")


@settings(deadline=None, max_examples=150)
@given(text=mutated)
def test_mutated_files_are_read_or_refused(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_text(text, encoding="utf-8", newline="")
    load_all(path)


@settings(deadline=None, max_examples=80)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_arbitrary_bytes_are_read_or_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz-bytes.toml"
    path.write_bytes(data)
    load_all(path)
