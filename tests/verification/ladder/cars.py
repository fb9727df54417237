"""The car of the closed forms, and the equilibrium of the IDM with its numbers."""

from dataclasses import replace
from datetime import date, time

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from detectors.datatypes.detections import VehicleClass
from twin.clock import from_local
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import STYLES, Dynamics, Vehicle

START_NS = from_local(date(2026, 11, 24), time(16, 0))
NOBODY = DemandSpec(scale=0.0)
# A headway at which a platoon is stable at all densities; at that of the fleet waves grow on a ring above 120
# vehicles/km (and the mean still follows the closed form).
DRIVES: Dynamics = replace(STYLES[VehicleClass.CAR].dynamics, headway_s=1.0)
LENGTH_M = 4.3
LIMIT_MPS = 50 / 3.6


def car(number: int, speed_factor: float = 1.0) -> Vehicle:
    dynamics = replace(DRIVES, speed_factor=speed_factor)
    return Vehicle(
        number, VehicleClass.CAR, f"KX {number} KA", (LENGTH_M, 1.75, 1.5), (0, 0, 0), dynamics, 0.0
    )


def gap_at(speed_mps: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """The gap (m) at which identical cars keep a speed: Treiber et al. 2000, equation 10."""
    share = (np.asarray(speed_mps) / LIMIT_MPS) ** 4
    return (DRIVES.jam_gap_m + DRIVES.headway_s * np.asarray(speed_mps)) / np.sqrt(1.0 - share)


def speed_at(gap_m: float) -> float:
    """The speed (m/s) that identical cars keep at a gap; 0 where it is no more than that of a queue."""
    if gap_m <= DRIVES.jam_gap_m:
        return 0.0
    return float(brentq(lambda v: float(gap_at(v)) - gap_m, 0.0, LIMIT_MPS * (1 - 1e-9)))


def density_at(speed_mps: float) -> float:
    """Cars a metre at the equilibrium of a speed."""
    return 1.0 / (LENGTH_M + float(gap_at(speed_mps)))


def shock_mps(before_mps: float, behind_mps: float) -> float:
    """Rankine and Hugoniot: the speed of the boundary between the equilibria of two speeds."""
    k1, k2 = density_at(before_mps), density_at(behind_mps)
    return (k2 * behind_mps - k1 * before_mps) / (k2 - k1)
