"""The rules by name, imported on use."""

from importlib import import_module
from typing import cast

from detectors.datatypes.site import SitePlan
from detectors.ports import Rule
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

RULES = {
    "kerb_parking": "detectors.violations.kerb_parking:KerbParking",
    "red_light": "detectors.violations.red_light:RedLight",
    "jump_start": "detectors.violations.jump_start:JumpStart",
    "stop_line": "detectors.violations.stop_line:StopLineRule",
    "wrong_way": "detectors.violations.wrong_way:WrongWay",
    "prohibited_turn": "detectors.violations.prohibited_turn:ProhibitedTurnRule",
    "speeding": "detectors.violations.speeding:Speeding",
    "racing": "detectors.violations.racing:Racing",
}

MEASURED = ("red_light", "jump_start", "stop_line", "speeding", "racing")


class UnknownRule(KeyError):  # noqa: N818 - reads as what happened
    """No rule has that name."""

    def __str__(self) -> str:
        return str(self.args[0])


def rules_for(
    site: SitePlan, names: tuple[str, ...] = tuple(RULES), noise: TrackNoise = DEFAULT_NOISE
) -> tuple[Rule, ...]:
    """Return a fresh instance of each named rule for one view; UnknownRule lists the known ones.

    `noise` says how wrong tracked places are, to the rules in MEASURED.
    """
    return tuple(_build(name, site, noise) for name in names)


def _build(name: str, site: SitePlan, noise: TrackNoise) -> Rule:
    if name not in RULES:
        msg = f"unknown rule {name!r}; known: {', '.join(sorted(RULES))}"
        raise UnknownRule(msg)
    module, _, kind = RULES[name].partition(":")
    built = getattr(import_module(module), kind)
    return cast("Rule", built(site, noise=noise) if name in MEASURED else built(site))
