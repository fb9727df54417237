"""What the loop did when it was last looked at, it does still."""

import pytest

from tests.golden.reference import complaint, difference, path_of
from tests.golden.replays import REPLAYS
from tests.golden.rewrite import main


@pytest.mark.parametrize("name", REPLAYS)
def test_a_replay_is_as_it_was(name: str) -> None:
    said = complaint(name, REPLAYS[name].text(), REPLAYS[name].slack)
    if said is not None:
        pytest.fail(said, pytrace=False)


def test_references_are_small_text_files() -> None:
    sizes = [len(path_of(name).read_bytes()) for name in REPLAYS]
    assert max(sizes) < 20_000
    assert sum(sizes) < 50_000


def test_only_the_last_decimal_of_a_number_may_differ() -> None:
    reference = "17:00:20.00 came in 45\n  1 car (8.5, -0.1)\n"
    assert difference(reference, "17:00:20.01 came in 45\n  1 car (8.4, 0.0)\n", 1) is None
    for other in ("17:00:20.02 came in 45\n", "17:00:20.00 came in 46\n", "17:00:20.00 came 45\n"):
        found = difference(reference, other + "  1 car (8.5, -0.1)\n", 1)
        assert found == (1, "17:00:20.00 came in 45", other.rstrip())


def test_a_line_more_or_less_is_a_difference() -> None:
    assert difference("a\nb\n", "a\n", 1) == (2, "b", "(nothing)")
    assert difference("a\n", "a\nb\n", 1) == (2, "(nothing)", "b")


def test_a_complaint_names_the_line_and_the_command_that_accepts_it() -> None:
    said = complaint("cases", "phase education\n", 1)
    assert said is not None
    assert "tests/golden/cases.txt, line 1:" in said
    assert "was: phase socialisation" in said
    assert "now: phase education" in said
    assert "`make golden`" in said


def test_an_unknown_replay_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "known: traffic, run-oracle, run-motion, cases, pictures" in capsys.readouterr().err
