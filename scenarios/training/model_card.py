"""The card of weights: what they are, what they learned from, how well they see, and where that ends."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scenarios.training.recipe_files import Recipe

STREET = "Motorcycles: unproved on the street. These figures are of rendered frames, which no street is."
Benches = Sequence[tuple[str, dict[str, Any]]]


def card(recipe: Recipe, weights: Path, benches: Benches) -> str:
    """Return the card as Markdown."""
    size = f"{weights.stat().st_size / 1e6:.1f} MB as ONNX"
    lines = [
        f"# `{recipe.name}`, weights of a detector",
        "",
        f"A YOLO11 of width {recipe.lessons.width}, {size}, that learned from frames that this project",
        "renders. Classes: motorcycle (with its rider), car, bus, truck, plate.",
        "",
        *_sources(recipe),
        f"**{STREET}**",
        "",
        "## Figures",
        "",
        "Rendered frames; intervals of 95 % over cameras and seeds.",
        "",
        *_figures(benches),
    ]
    for split, told in benches:
        lines += ["", f"## Recall on `{split}`", "", *_recall(told)]
    lines += ["", "## Recipe", "", f"`bconnect detector train {recipe.name} --work DIR`", ""]
    lines += ["```toml", recipe.text.rstrip(), "```", ""]
    return "\n".join(lines)


def _sources(recipe: Recipe) -> Iterator[str]:
    """Yield what the weights rest on beside rendered frames."""
    if recipe.lessons.start is not None:
        yield f"Training went on from the weights `{recipe.lessons.start.stem}` as they were shipped then."
        yield ""
    if recipe.backdrops:
        yield f"Photographs below {', '.join(recipe.backdrops)} stood behind vehicles in some of the pictures"
        yield "that everything varies in; the recipe names their packages. No photograph is shipped."
        yield ""


def _figures(benches: Benches) -> Iterator[str]:
    yield "| figure | " + " | ".join(f"`{split}`" for split, _ in benches) + " |"
    yield "|---" * (1 + len(benches)) + "|"
    pictures = [str(told["on"]["pictures"]) for _, told in benches]
    yield "| pictures | " + " | ".join(pictures) + " |"
    tables = [{one["what"]: one for one in told["detectors"][0]["figures"]} for _, told in benches]
    for what in dict.fromkeys(what for table in tables for what in table):
        said = [_value(table[what]) if what in table else "-" for table in tables]
        yield f"| {what} | " + " | ".join(said) + " |"


def _recall(told: dict[str, Any]) -> Iterator[str]:
    yield "| part | recall | of |"
    yield "|---|---|---|"
    for cell in told["detectors"][0]["recall"]:
        if len(cell["where"]) == 1:
            part = ", ".join(f"{name} {value}" for name, value in cell["where"].items())
            yield f"| {part} | {_value({**cell, 'value': cell['recall']})} | {cell['n']} |"


def _value(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return "-"
    if one["low"] is None or one["high"] is None:
        return f"{one['value']:.3f}"
    return f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
