"""Progress of long work where nobody sees a bar: a line now and then."""

import pytest

from scenarios.cli import terminal
from scenarios.texts import Texts


@pytest.mark.parametrize(("language", "word"), [("en", "watching"), ("id", "mengamati")])
def test_long_work_says_a_line_every_half_minute_and_short_work_none(language: str, word: str) -> None:
    now_s = [0.0]
    said: list[str] = []
    tell = terminal.in_lines(Texts(language), said.append, lambda: now_s[0])
    for second in range(100):
        now_s[0] = second
        tell("watching", second / 100)
    assert said == [f"{Texts(language).text('watching')}: {percent} %" for percent in (30, 60, 90)]
    assert word in said[0].lower()


def test_a_log_is_told_in_lines_and_not_in_bars(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "LINE_EVERY_S", 0.0)
    with terminal.bars(Texts("en")) as tell:
        tell("warm-up", 0.25)
    assert capsys.readouterr().err == "Warming up: 25 %\n"
