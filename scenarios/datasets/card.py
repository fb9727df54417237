"""The card of a dataset: what it is, how it was made, what is in it, and what it is not for."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from detectors.datatypes.detections import VehicleClass
from scenarios.datasets.shots import Shot
from scenarios.texts import Texts

CARD = "README.md"
WEATHER_TEXTS = {"clear": "clear weather"}  # "clear" alone is what a verdict says
NOT_FOR = (
    "Evidence against anybody: every picture is simulated, and no plate in it can have been issued.",
    "A claim about real streets: what a detector reaches here, it has not reached there.",
    "Finding or following people: riders are figures without a face.",
    "Teaching a detector that is then measured on the same cameras or seeds: keep to the splits.",
)


@dataclass(slots=True)
class Tally:
    """Counts of a dataset by split: pictures, by light and by weather, and labelled vehicles by class."""

    pictures: Counter[str] = field(default_factory=Counter)
    lights: Counter[tuple[str, str]] = field(default_factory=Counter)
    weathers: Counter[tuple[str, str]] = field(default_factory=Counter)
    vehicles: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, shot: Shot, split: str) -> None:
        """Count one picture."""
        self.pictures[split] += 1
        self.lights[split, shot.light] += 1
        self.weathers[split, WEATHER_TEXTS.get(shot.weather, shot.weather)] += 1
        for kind in shot.truth.vehicle_class[shot.labelled].tolist():
            self.vehicles[split, VehicleClass(kind).name.lower()] += 1


def card(facts: dict[str, Any], tally: Tally, form: str, texts: Texts) -> str:
    """Return the card as Markdown."""
    t = texts.text
    lines = [
        f"# {t('Simulated traffic pictures: {scenario}', scenario=facts['scenario'])}", "",
        t("Rendered pictures of traffic cameras that do not exist, with the exact truth of each vehicle."),
        "",
        f"## {t('How it was made')}", "",
        *(f"- {name}: {_said(value)}" for name, value in facts.items()), f"- format: {form}", "",
        t("A box is the outline of a vehicle clipped to the picture. Labelled is what shows for 30 % or "
          "more and is 12 px or larger; what is less is marked as not to be counted."), "",
        f"## {t('What is in it')}", "", *_table(tally, texts), "",
        f"## {t('What it must not be used for')}", "", *(f"- {t(one)}" for one in NOT_FOR), "",
        f"## {t('Licence')}", "",
        t("As the program: AGPL-3.0-or-later. Road data keep their own licence: {attribution}",
          attribution=facts.get("attribution") or "-"), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return "; ".join(f"{k}: {_said(v)}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def _table(tally: Tally, texts: Texts) -> list[str]:
    splits = list(tally.pictures)
    rows = [(texts.text("Pictures"), [tally.pictures[split] for split in splits])]
    for counts in (tally.lights, tally.weathers, tally.vehicles):
        names = sorted({name for _, name in counts})
        rows += [(texts.text(name), [counts[split, name] for split in splits]) for name in names]
    head = ["| |" + "|".join(f" {split} " for split in splits) + "|", "|---|" + "---|" * len(splits)]
    return head + [f"| {name} |" + "|".join(f" {count} " for count in each) + "|" for name, each in rows]
