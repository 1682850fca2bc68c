"""The public datasets that are recognized by their own label files; one row each."""

from __future__ import annotations

from collections.abc import Callable

from emocore.data.layouts import annotators, corpora
from emocore.data.layouts.labeled import Known
from emocore.data.layouts.listing import Listing

DATASETS: dict[str, Callable[[Listing], Known | None]] = {
    "RAF-DB": corpora.raf_db,
    "CK+": corpora.ck_plus,
    "AffectNet arrays": corpora.affectnet_arrays,
    "AffectNet tables": corpora.affectnet_csv,
    "ExpW": corpora.exp_w,
    "FER+": corpora.fer_plus,
    "Roboflow": annotators.one_hot,
    "YOLO": annotators.yolo,
}
"""What recognizes each dataset, the surest first."""


def recognized(listing: Listing) -> Known | None:
    """The dataset whose label files are here, or None."""
    return next((known for find in DATASETS.values() if (known := find(listing))), None)
