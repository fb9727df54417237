import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from detectors.cases.ladder import CLOCK, NO_POWER, NO_SUCH_STEP
from detectors.cases.law import TABLE
from detectors.cases.local_rules import LOCAL_RULES
from detectors.cases.needs import Need
from detectors.datatypes.cases import CaseState, CaseTrack, PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import Unread
from detectors.datatypes.signals import Aspect
from detectors.datatypes.violations import Reason, VerdictKind, WindowPhase
from detectors.violations.registry import RULES
from scenarios.errors import InputError
from scenarios.texts import LANGUAGES, Texts, language_of, read_catalogue

IN_TEMPLATE = re.compile(r"""\bt\(\s*["']([^"']+)["']""")
ENUMS = (Reason, CaseState, CaseTrack, PictureKind, VerdictKind, Aspect, WindowPhase, Need)
CODES = [
    *(code.value for kind in ENUMS for code in kind.__members__.values()),
    *(vehicle.name.lower() for vehicle in VehicleClass),
    *(f"plate {why.value}" for why in Unread),
    *(CLOCK, NO_POWER, NO_SUCH_STEP, "stand-in-accepted"),
    *(rule.code for rule in LOCAL_RULES),
    *RULES,
    *(row.article for row in TABLE),
    *(row.conduct for row in TABLE),
]


def messages(language: str) -> dict[str, str]:
    return {str(m.id): str(m.string) for m in read_catalogue(language) if m.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_engine_has_a_text(language: str) -> None:
    assert set(CODES) <= set(messages(language))


def test_the_languages_have_the_same_messages_and_none_is_left_open() -> None:
    english, indonesian = messages("en"), messages("id")
    assert english.keys() == indonesian.keys()
    assert all(english.values())
    assert all(indonesian.values())


def test_a_translation_asks_for_the_values_of_its_message() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for language in LANGUAGES:
        for message, said in messages(language).items():
            assert names(message) == names(said), message


def test_every_literal_text_in_the_product_is_in_the_catalogue() -> None:
    known = messages("en")
    root = Path(str(files("scenarios")))
    used = {
        (path.name, message)
        for path in root.rglob("*.py")
        for message in literal_texts(ast.parse(path.read_text(encoding="utf-8")))
    }
    for page in root.rglob("*.html"):
        used |= {(page.name, message) for message in IN_TEMPLATE.findall(page.read_text(encoding="utf-8"))}
    assert {(where, message) for where, message in used if message not in known} == set()


def literal_texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_values_are_filled_in_and_instances_keep_to_their_language() -> None:
    english, indonesian = Texts("en"), Texts("id")
    assert english.text("Report: {path}", path="r.html") == "Report: r.html"
    assert indonesian.text("Report: {path}", path="r.html") == "Laporan: r.html"
    assert english.text("penderekan") == "towing asked for (penderekan)"
    assert english.text("no such message {x}") == "no such message {x}"
    assert english.text("") == ""


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="unknown language 'ind'; did you mean 'id'"):
        Texts("ind")


def test_the_language_is_that_of_the_argument_then_of_the_environment() -> None:
    assert language_of("id", {"BCONNECT_LANG": "en"}) == "id"
    assert language_of(None, {"BCONNECT_LANG": "id", "LANG": "en_GB.UTF-8"}) == "id"
    assert language_of(None, {"LANG": "id_ID.UTF-8"}) == "id"
    assert language_of(None, {"LANG": "C.UTF-8"}) == "en"
    assert language_of(None, {}) == "en"
