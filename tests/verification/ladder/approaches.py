"""The approaches on which saturation flow is told: on which it was fitted, and which are predicted."""

from dataclasses import dataclass

from tests.verification.ladder.stopline import ACROSS, NEAR_SIDE, Approach

OTHERS = (0.34 / 0.38, 0.01 / 0.38, 0.03 / 0.38)  # cars, buses, trucks among who does not ride
PKJI = "600 x LE"
MKJI_NEAR = 0.84  # 1 - 0.16 of an approach where all turn to the near side (MKJI 1997), without a slip
HCM_ACROSS = 0.95  # an exclusive lane of a protected turn across (Highway Capacity Manual)


def riders(share: float) -> tuple[float, float, float, float]:
    """The mix with a share of motorcycles; the others keep their proportions."""
    cars, buses, trucks = ((1.0 - share) * part for part in OTHERS)
    return share, cars, buses, trucks


@dataclass(frozen=True, slots=True)
class Case:
    """An approach, and what it should carry and by whom."""

    name: str
    approach: Approach
    source: str = PKJI
    factor: float = 1.0
    fitted: bool = False

    @property
    def expected_pcu_h(self) -> float:
        return self.factor * self.approach.pkji_pcu_h


CARS = (0.0, 1.0, 0.0, 0.0)
CARS_ONLY, USUAL = Approach(mix=CARS), Approach()
NEAR, FAR = f"{PKJI} x {MKJI_NEAR}, MKJI 1997", f"{PKJI} x {HCM_ACROSS}, HCM"
CASES = (
    Case("two lanes of cars", CARS_ONLY, fitted=True),
    Case("two lanes of riders", Approach(mix=riders(1.0)), fitted=True),
    Case("two lanes, usual mix", USUAL, fitted=True),
    Case("one lane of cars", Approach(1, CARS)),
    Case("three lanes of cars", Approach(3, CARS)),
    Case("one lane, usual mix", Approach(1)),
    Case("three lanes, usual mix", Approach(3)),
    Case("two lanes, 20 % motorcycles", Approach(mix=riders(0.2))),
    Case("two lanes, 40 % motorcycles", Approach(mix=riders(0.4))),
    Case("two lanes, 80 % motorcycles", Approach(mix=riders(0.8))),
    Case("two lanes and a kerb strip, usual mix", Approach(kerb_m=2.0)),
    Case("two lanes of 3.25 m, usual mix", Approach(lane_m=3.25)),
    Case("two lanes of 3 m, usual mix", Approach(lane_m=3.0)),
    Case("near turn, cars", Approach(mix=CARS, onto=NEAR_SIDE), NEAR, MKJI_NEAR),
    Case("turn across, cars", Approach(mix=CARS, onto=ACROSS), FAR, HCM_ACROSS),
    Case("near turn, usual mix", Approach(onto=NEAR_SIDE), NEAR, MKJI_NEAR),
    Case("turn across, usual mix", Approach(onto=ACROSS), FAR, HCM_ACROSS),
)
