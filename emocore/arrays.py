"""Names for the arrays that travel between modules, with their shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE = 48
"""Every face is SIDE x SIDE pixels, as in FER2013."""

Face = NDArray[np.uint8]
"""(48, 48) gray values, 0 black to 255 white."""

Faces = NDArray[np.uint8]
"""(N, 48, 48) gray values; of a saved dataset a read-only memory map."""

Labels = NDArray[np.int64]
"""(N,) class numbers, an index into `Dataset.classes`."""

Rows = NDArray[np.int64]
"""(K,) row numbers of a dataset's table, ascending."""

Probabilities = NDArray[np.float32]
"""(N, C) one row an image, one column a class; each row sums to 1."""
