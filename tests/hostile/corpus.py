"""The whole corpus, by kind."""

from __future__ import annotations

from tests.hostile import archives, models, pictures, tables, tiffs, values
from tests.hostile.case import Case

KINDS: dict[str, tuple[Case, ...]] = {
    "picture": pictures.PICTURES + tiffs.TIFFS,
    "name": pictures.NAMES,
    "zip": archives.ZIPS,
    "folder": archives.FOLDERS,
    "table": tables.ATTRIBUTES,
    "faces csv": tables.FACES,
    "arrays": tables.ARRAYS,
    "predictions": tables.PREDICTIONS,
    "printed table": tables.PRINTED,
    "model": models.MODELS,
    "run": models.RUNS,
    "recipe": values.RECIPES,
    "setting": values.SETTINGS,
    "output": values.OUTPUTS,
    "address": values.ADDRESSES,
}
"""Kind -> its cases."""
CASES = tuple(case for cases in KINDS.values() for case in cases)
