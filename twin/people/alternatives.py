"""What drivers who do not stop at the forbidden kerb do instead: side street, wait, or give it up."""

from enum import IntEnum

import numpy as np

from twin.people.attitudes import Attitudes
from twin.people.draws import Floats, Ints


class Instead(IntEnum):
    """The alternatives, in the order in which a tie is decided."""

    GIVE_UP = 0
    SIDE_STREET = 1
    WAIT = 2


def instead(benefit_fines: Floats, wait_min: Floats, attitudes: Attitudes) -> Ints:
    """Return the best alternative (R,) of drivers who comply, with `wait_min` to the end of the ban.

    A stop in a side street is worth part of one at the kerb less the walk; waiting keeps the whole
    benefit less its minutes; giving up is worth nothing. The three prices are judgements [?].
    """
    a = attitudes
    side = a.side_street * benefit_fines - a.side_walk
    wait = benefit_fines - a.waiting_per_min * wait_min
    worth = np.stack([np.zeros(len(benefit_fines)), side, wait])
    return np.asarray(np.argmax(worth, axis=0), np.int64)
