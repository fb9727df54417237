import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.cases.evidence import box_in_crop, cropped

sides = st.tuples(st.integers(0, 30), st.integers(1, 20))


@settings(deadline=None)
@given(across=sides, down=sides)
def test_a_box_in_a_crop_shows_what_it_showed_in_the_picture(
    across: tuple[int, int], down: tuple[int, int]
) -> None:
    image = np.arange(40 * 48 * 3, dtype=np.uint32).reshape(40, 48, 3).astype(np.uint8)
    image[..., 2] = np.arange(48)
    image[..., 1] = np.arange(40)[:, None]
    x0, y0 = across[0], down[0]
    x1, y1 = min(x0 + across[1], 48), min(y0 + down[1], 40)
    box = (float(x0), float(y0), float(x1), float(y1))
    left, top, right, bottom = (int(edge) for edge in box_in_crop(image, box))
    assert np.array_equal(cropped(image, box)[top:bottom, left:right], image[y0:y1, x0:x1])
