"""The page of a detector bench: one HTML file that needs nothing else, and the same as JSON."""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from detectors.datatypes.frame import NS_PER_S, TimeBase
from scenarios.bench.document import Bench, document
from scenarios.bench.worst import Shown
from scenarios.reports.bench_plots import plots
from scenarios.reports.pictures import jpeg_uri
from scenarios.reports.report import environment
from scenarios.reports.wording import NOTHING, Words

PAGE, DATA, SCHEMA_FILE = "bench.html", "bench.json", "bench.schema.json"


@dataclass(frozen=True, slots=True)
class Worst:
    """A picture of the worst ones: where, when (time of day, or s into a recording), how bad, data URI."""

    clip: str
    clock: str
    amount: str
    uri: str


def write_bench(bench: Bench, out: Path, lang: str = "en") -> dict[str, Any]:
    """Write bench.html and bench.json to `out`; return the document."""
    words = Words(lang)
    told = document(bench)
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (out / DATA).write_text(text, encoding="utf-8")
    labelled = told["on"]["labelled"]
    drawn = {name: Markup(svg) for name, svg in plots(told, words).items()} if labelled else {}  # noqa: S704
    html = environment().get_template(PAGE).render(
        told=told,
        rows=rows(told, words),
        plots=drawn,
        albums=[_album(one.setting, one.misses, one.false, words) for one in bench.trials],
        w=words,
        t=words.text,
    )  # fmt: skip
    (out / PAGE).write_text(html, encoding="utf-8")
    return told


def schema() -> dict[str, Any]:
    """Return the JSON Schema of bench.json."""
    loaded: dict[str, Any] = json.loads(
        files("scenarios.reports").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    )
    return loaded


def rows(told: dict[str, Any], words: Words) -> list[dict[str, str]]:
    """Return the table of figures as texts: one row a figure, a cell a detector, the difference."""
    by_name = [{one["what"]: one for one in each["figures"]} for each in told["detectors"]]
    apart = {one["what"]: one for one in told["differences"]}
    found = []
    for what, first in by_name[0].items() if by_name else ():
        row = {"what": named(what, words), "n": f"{words.number(first['n'])} {words.text(first['of'])}"}
        for letter, each in zip("ab", by_name, strict=False):
            one = each.get(what)
            row[letter] = number(what, one["value"], words) if one else NOTHING
            row[f"{letter}_interval"] = interval(what, one, words) if one else NOTHING
        if what in apart:
            one = apart[what]
            row["difference"] = number(what, one["value"], words, sign=True)
            row["difference_interval"] = interval(what, one, words, sign=True)
            row["finding"] = words.text("resolved" if one["resolved"] else "not resolved")
        found.append(row)
    return found


def named(what: str, words: Words) -> str:
    """Return the name of a figure: "AP50, car" says the class in the language of the reader."""
    name, comma, kind = what.partition(", ")
    return f"{words.text(name)}{comma}{words.text(kind) if kind else ''}"


def number(what: str, value: float | None, words: Words, *, sign: bool = False) -> str:
    """Return a figure as it is written: three decimals, one for what is counted an hour."""
    if value is None:
        return NOTHING
    digits = 1 if what == "false alarms an hour" else 3
    return ("+" if sign and value > 0 else "") + words.number(value, digits)


def interval(what: str, one: dict[str, Any], words: Words, *, sign: bool = False) -> str:
    """Return the 95 % interval of a figure."""
    if one["low"] is None:
        return NOTHING
    low, high = (number(what, one[side], words, sign=sign) for side in ("low", "high"))
    return f"{low} … {high}"


def _album(setting: str, misses: tuple[Shown, ...], false: tuple[Shown, ...], words: Words) -> dict[str, Any]:
    return {
        "setting": setting,
        "misses": [
            _worst(one, words.text("{height} px high", height=words.number(one.amount)), words)
            for one in misses
        ],
        "false": [
            _worst(one, words.text("score {score}", score=words.number(one.amount, 2)), words)
            for one in false
        ],
    }


def _worst(one: Shown, amount: str, words: Words) -> Worst:
    known = one.time_base is TimeBase.UTC
    clock = words.clock(one.timestamp_ns) if known else words.seconds(one.timestamp_ns / NS_PER_S)
    return Worst(one.clip, clock, amount, jpeg_uri(one.jpeg))
