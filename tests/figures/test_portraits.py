"""Mean faces stand beside what varies and what differs from all."""

from __future__ import annotations

import numpy as np

from emocore.data.exploring.pixels import MeanFaces
from emocore.figures import portraits


def test_the_difference_is_from_the_mean_of_all_images_and_not_of_the_groups():
    mean = np.stack([np.full((48, 48), 100.0), np.full((48, 48), 140.0)])
    figure = portraits.mean_faces(MeanFaces(("happy", "sad"), (30, 10), mean, mean / 10))
    assert len(figure.data) == 6
    np.testing.assert_allclose([figure.data[place].z[0][0] for place in range(6)], [100, 10, -10, 140, 14, 30])
    assert (figure.layout.coloraxis3.cmin, figure.layout.coloraxis3.cmax) == (-30, 30)
    assert figure.layout.yaxis.title.text == "happy<br>n = 30"
