"""What is assumed of drivers: every number a parameter, with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

JUDGEMENT, PUBLISHED = "judgement", "published"


@dataclass(frozen=True, slots=True)
class Stated:
    """A parameter as a reader meets it: what it is, its unit, and how it is known."""

    name: str
    what: str
    unit: str
    value: float
    source: str
    standing: str


def stated(default: float, what: str, source: str, *, unit: str = "", standing: str = JUDGEMENT) -> Any:
    """Return a dataclass field that carries what it is, its unit and its source."""
    told = {"what": what, "source": source, "unit": unit, "standing": standing}
    return field(default=default, metadata=told)


def parameters(holder: Any) -> tuple[Stated, ...]:
    """Return the parameters of a dataclass whose fields were made by `stated`, in their order."""
    return tuple(_stated(one.name, one.metadata, holder) for one in fields(holder) if "what" in one.metadata)


def _stated(name: str, told: Mapping[Any, str], holder: Any) -> Stated:
    value = getattr(holder, name)
    return Stated(name, told["what"], told["unit"], value, told["source"], told["standing"])


_CASES = "DOMAIN 7 [?], pseudo-observations of a Beta belief"


@dataclass(frozen=True, slots=True)
class Attitudes:
    """How drivers learn, forget and decide (DOMAIN 7); nearly all of it is judgement [?].

    Evidence counts in pseudo-observations of a Beta distribution. Benefit and cost are in units of
    the largest fine of article 287(1). Raises ValueError for what no driver can have.
    """

    prior_belief: float = stated(0.05, "belief of being sanctioned without any news", _CASES)
    prior_weight: float = stated(10.0, "weight of that prior, in observations", _CASES)
    half_life_d: float = stated(5.0, "half-life of what was learnt", "DOMAIN 7 [?]", unit="d")
    own_sanction: float = stated(3.0, "an own sanction counts for", _CASES)
    own_warning: float = stated(0.6, "an own warning (teguran) counts for", _CASES)
    seen_enforcement: float = stated(0.6, "enforcement seen on others counts for", _CASES)
    warning_seen: float = stated(0.25, "a warning to another counts as so much of a sanction seen", "[?]")
    most_seen: float = stated(2.0, "sanctions seen on one evening that still teach something", "[?]")
    officer_nearby: float = stated(0.3, "an officer met counts for", _CASES)
    known_camera: float = stated(0.3, "a visit under a camera known to act counts for", _CASES)
    hearsay: float = stated(3.0, "hearsay that everybody was sanctioned counts for", _CASES)
    publicity: float = stated(0.1, "a day of publicity that reached the driver counts for", _CASES)
    unpunished: float = stated(0.5, "an own violation without consequence counts for", _CASES)
    hearsay_reach: float = stated(0.2, "drivers whom hearsay reaches in a day", "[?]")
    publicity_reach: float = stated(0.3, "drivers whom a full campaign reaches in a day", "[?]")
    other_days: float = stated(0.5, "part of a lesson that counts for the other days of the week", "[?]")
    camera_half_life_d: float = stated(15.0, "half-life of knowing that a camera acts", "[?]", unit="d")
    norm_weight: float = stated(0.05, "worth of doing as all others do", "DOMAIN 7 [?]: tiny")
    norm_start: float = stated(0.25, "share of others thought to comply at first", "[?]")
    norm_gain: float = stated(0.1, "part by which one visit moves that share", "[?]")
    benefit_median: float = stated(0.12, "median benefit of a stop at the kerb, in fines", "[?]")
    benefit_sigma_driver: float = stated(0.7, "spread of the benefit between drivers, log-normal", "[?]")
    benefit_sigma_visit: float = stated(0.7, "spread of the benefit between visits, log-normal", "[?]")
    cost: float = stated(1.0, "cost of a sanction, in fines", "[?]")
    officer_certainty: float = stated(0.9, "belief of being sanctioned beside an officer", "[?]")
    officer_halving_m: float = stated(
        900.0,
        "distance at which an officer's effect halves",
        "DOMAIN 7 [S], speeds",
        unit="m",
        standing=PUBLISHED,
    )
    sight_m: float = stated(150.0, "distance at which an officer is in sight", "[?]", unit="m")
    side_street: float = stated(0.5, "worth of a stop in a side street, of one at the kerb", "[?]")
    side_walk: float = stated(0.04, "cost of walking back from a side street, in fines", "[?]")
    waiting_per_min: float = stated(0.01, "cost of a minute's wait for the end of the ban, in fines", "[?]")
    visits_per_day: float = stated(0.2, "visits of a driver in a day", "[?]")
    elsewhere: float = stated(0.3, "visits that go to another zone than the usual one", "[?]")

    def __post_init__(self) -> None:
        for one in parameters(self):
            shares = one.name in _SHARES
            if not (0 <= one.value <= 1 if shares else 0 <= one.value < float("inf")):
                wanted = "a share 0..1" if shares else "a number of at least 0"
                msg = f"Attitudes.{one.name}: expected {wanted}, got {one.value}"
                raise ValueError(msg)
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                msg = f"Attitudes.{name}: expected more than 0, got {getattr(self, name)}"
                raise ValueError(msg)


_SHARES = frozenset(
    (
        "prior_belief",
        "hearsay_reach",
        "publicity_reach",
        "other_days",
        "norm_start",
        "norm_gain",
        "side_street",
        "warning_seen",
        "officer_certainty",
        "visits_per_day",
        "elsewhere",
    )
)
_POSITIVE = (
    "prior_weight",
    "half_life_d",
    "camera_half_life_d",
    "benefit_median",
    "cost",
    "officer_halving_m",
    "visits_per_day",
)
