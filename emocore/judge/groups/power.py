"""How likely a gap is to be noticed, and how many images would settle it."""

from __future__ import annotations

import math

from emocore.errors import EmoError
from emocore.judge.intervals import Z


def power(gap: float, n: tuple[int, int], accuracy: float) -> float:
    """Chance that a true gap (a share, 0.05 for 5 points) is noticed at the 5 % level, two-sided.

    n: images of the two groups. accuracy: midway between the two. Normal approximation with
    unpooled variance.
    """
    high, low = _around(gap, accuracy)
    spread = math.sqrt(high * (1 - high) / n[0] + low * (1 - low) / n[1])
    if spread == 0:
        return 1.0
    return _below(gap / spread - Z) + _below(-gap / spread - Z)


def images_needed(gap: float, accuracy: float, chance: float = 0.8) -> int:
    """Images in each of two equal groups with which a true gap is noticed with this chance.

    Raises EmoError "bad_value" for a gap of 0 or a chance outside (0, 1).
    """
    from scipy.special import ndtri

    if not 0 < abs(gap) < 1 or not 0.05 < chance < 1:
        raise EmoError(
            f"No number of images settles a gap of {100 * gap:g} points with chance {chance:g}. "
            "Use a gap above 0 and below 100 points and a chance between 0.05 and 1.",
            "bad_value",
        )
    high, low = _around(gap, accuracy)
    variance = high * (1 - high) + low * (1 - low)
    return max(2, math.ceil((Z + float(ndtri(chance))) ** 2 * variance / gap**2))


def says_needed(gap: float, accuracy: float, chance: float = 0.8) -> str:
    """How many images a group would settle a gap, in a sentence."""
    needed = images_needed(gap, accuracy, chance)
    return (
        f"About {needed:,} images in each group would show a true gap of {100 * abs(gap):g} points "
        f"in {100 * chance:.0f} of 100 studies."
    )


def _around(gap: float, accuracy: float) -> tuple[float, float]:
    """Two accuracies a gap apart around a middle, kept within 0 and 1."""
    gap = abs(gap)
    middle = min(max(accuracy, gap / 2), 1 - gap / 2)
    return middle + gap / 2, middle - gap / 2


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))
