"""What drivers believe: a Beta belief of being sanctioned by zone and window, cameras known, norms."""

from dataclasses import dataclass, replace

import numpy as np

from twin.people.attitudes import Attitudes
from twin.people.draws import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What N drivers learnt beyond the prior, in pseudo-observations, of Z zones in W windows.

    `punished` and `unpunished` (N, Z, W); `camera` (N, Z) is how surely a driver knows, 0..1, that a
    camera there has consequences; `norm` (N, Z) is the share of others thought to comply.
    """

    punished: Floats
    unpunished: Floats
    camera: Floats
    norm: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What R occasions taught in one window: `driver` and `zone` (R,) and how much of what, >= 0 each.

    `camera` is how surely a camera was known on the occasion, `hearsay` the share said to have been
    sanctioned, `publicity` the strength of the campaign for those whom it reached.
    """

    driver: Ints
    zone: Ints
    sanctioned: Floats
    warned: Floats
    seen: Floats
    officers: Floats
    camera: Floats
    hearsay: Floats
    publicity: Floats
    unpunished: Floats

    @classmethod
    def of(cls, driver: Ints, zone: Ints, **columns: Floats) -> "Evidence":
        """Return evidence in which every column not given is 0."""
        nothing = np.zeros(len(driver))
        return cls(driver, zone, **{name: columns.get(name, nothing) for name in KINDS})


KINDS = ("sanctioned", "warned", "seen", "officers", "camera", "hearsay", "publicity", "unpunished")


def without_news(drivers: int, zones: int, windows: int, attitudes: Attitudes) -> Beliefs:
    """Return the beliefs of drivers who learnt nothing yet."""
    nothing = np.zeros((drivers, zones, windows))
    norm = np.full((drivers, zones), attitudes.norm_start)
    return Beliefs(nothing, nothing.copy(), np.zeros((drivers, zones)), norm)


def belief(beliefs: Beliefs, attitudes: Attitudes) -> Floats:
    """Return the mean (N, Z, W) of each Beta belief."""
    punished = attitudes.prior_belief * attitudes.prior_weight + beliefs.punished
    mean: Floats = punished / (attitudes.prior_weight + beliefs.punished + beliefs.unpunished)
    return mean


def forget(beliefs: Beliefs, attitudes: Attitudes, days: float = 1.0) -> Beliefs:
    """Return the beliefs some days later: what was learnt halves with every half-life, norms stay."""
    kept = 0.5 ** (days / attitudes.half_life_d)
    known = 0.5 ** (days / attitudes.camera_half_life_d)
    return replace(
        beliefs,
        punished=beliefs.punished * kept,
        unpunished=beliefs.unpunished * kept,
        camera=beliefs.camera * known,
    )


def learn(beliefs: Beliefs, evidence: Evidence, window: int, attitudes: Attitudes) -> Beliefs:
    """Return the beliefs after what was met in one window; other windows learn `other_days` of it."""
    a = attitudes
    for_it = (
        a.own_sanction * evidence.sanctioned
        + a.own_warning * evidence.warned
        + a.seen_enforcement * evidence.seen
        + a.officer_nearby * evidence.officers
        + a.known_camera * evidence.camera
        + a.hearsay * evidence.hearsay
        + a.publicity * evidence.publicity
    )
    against = a.unpunished * evidence.unpunished
    punished, unpunished = beliefs.punished.copy(), beliefs.unpunished.copy()
    part = np.full(punished.shape[2], a.other_days)
    part[window] = 1.0
    np.add.at(punished, (evidence.driver, evidence.zone), for_it[:, None] * part)
    np.add.at(unpunished, (evidence.driver, evidence.zone), against[:, None] * part)
    return replace(beliefs, punished=punished, unpunished=unpunished)


def meet_cameras(beliefs: Beliefs, driver: Ints, zone: Ints) -> Beliefs:
    """Return the beliefs of drivers who saw for themselves that a camera in a zone has consequences."""
    camera = beliefs.camera.copy()
    camera[driver, zone] = 1.0
    return replace(beliefs, camera=camera)


def see_others(beliefs: Beliefs, driver: Ints, zone: Ints, share: Floats, attitudes: Attitudes) -> Beliefs:
    """Return the norms after visits on which `share` (R,) of the others were seen to comply."""
    norm = beliefs.norm.copy()
    norm[driver, zone] += attitudes.norm_gain * (share - norm[driver, zone])
    return replace(beliefs, norm=norm)
