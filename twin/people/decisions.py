"""Whether a driver stops where it is forbidden: benefit against belief, cost and norm."""

import numpy as np

from twin.people.attitudes import Attitudes
from twin.people.draws import Bools, Floats


def benefit(taste: Floats, mood: Floats, attitudes: Attitudes) -> Floats:
    """Return the benefit (R,) of a stop, in fines, from standard normals of driver and visit."""
    spread = attitudes.benefit_sigma_driver * taste + attitudes.benefit_sigma_visit * mood
    worth: Floats = attitudes.benefit_median * np.exp(spread)
    return worth


def breaking_point(benefit_fines: Floats, norm: Floats, attitudes: Attitudes) -> Floats:
    """Return the perceived chance of a sanction (R,) from which on each driver complies.

    A driver violates when benefit > belief x cost + norm weight x share complying (DOMAIN 7).
    """
    point: Floats = (benefit_fines - attitudes.norm_weight * norm) / attitudes.cost
    return point


def officer_effect(distance_m: Floats, attitudes: Attitudes) -> Floats:
    """Return the chance of a sanction that an officer at a distance makes a driver expect (DOMAIN 7)."""
    effect: Floats = attitudes.officer_certainty * 0.5 ** (distance_m / attitudes.officer_halving_m)
    return effect


def perceived(belief: Floats, distance_m: Floats, attitudes: Attitudes) -> Floats:
    """Return what drivers expect with the nearest officer `distance_m` away (inf: none about)."""
    return np.maximum(belief, officer_effect(distance_m, attitudes))


def violates(perceived_chance: Floats, breaking: Floats) -> Bools:
    """Return who stops where it is forbidden."""
    return perceived_chance < breaking
