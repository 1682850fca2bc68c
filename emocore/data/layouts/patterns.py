"""Public datasets that say everything in their paths: one row each, from their own documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHARE = 0.9
"""Of all pictures so many must fit a pattern before it is believed."""


@dataclass(frozen=True)
class Pattern:
    """How paths are built. pattern: searched in a path, with groups class, split, person, film and attributes.

    words: group class -> class, where it is a code. fits: paths that a test of it builds. why: what it goes by, in
    words. warning: what a person should know of the labels.
    """

    name: str
    pattern: re.Pattern[str]
    why: str
    words: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""

    def matches(self, paths: Sequence[str]) -> list[re.Match[str] | None]:
        """A match or None for each path, or [] where too few fit to believe it."""
        if not paths or sum(bool(self.pattern.search(path)) for path in paths[:50]) < SHARE * len(paths[:50]):
            return []
        found = [self.pattern.search(path) for path in paths]
        return found if sum(map(bool, found)) >= SHARE * len(found) else []


def _path(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/){text}$", re.IGNORECASE)


KDEF_WORDS = {
    "AF": "fearful", "AN": "angry", "DI": "disgusted", "HA": "happy", "NE": "neutral", "SA": "sad", "SU": "surprised",
}  # fmt: skip
JAFFE_WORDS = {**KDEF_WORDS, "FE": "fearful"}
TAIWAN_WORDS = dict(
    zip("ABCDEFG", ("neutral", "happy", "sad", "angry", "disgusted", "fearful", "surprised"), strict=True)
)
CFD_WORDS = {"N": "neutral", "A": "angry", "F": "fearful", "HC": "happy", "HO": "happy"}
FERG_PERSONS = "aia|bonnie|jules|malcolm|mery|ray"

PATTERNS = (
    Pattern(
        "KDEF",
        _path(r"(?P<session>[AB])(?P<person>[FM]\d{2})(?P<class>AF|AN|DI|HA|NE|SA|SU)(?P<angle>FL|HL|S|HR|FR)\.\w+"),
        "File names such as AF01HAS.JPG: session A, person F01, happy, straight. AF01 and BF01 are one person.",
        KDEF_WORDS,
    ),
    Pattern(
        "JAFFE",
        _path(r"(?P<person>[A-Z]{2})[.-](?P<class>AN|DI|FE|HA|NE|SA|SU)\d+[.-]\d+\.\w+"),
        "File names such as KA.HA1.29: person KA, happy.",
        JAFFE_WORDS,
    ),
    Pattern(
        "FERG",
        _path(rf"(?P<person>{FERG_PERSONS})/(?P=person)_(?P<class>[a-z]+)/[^/]+"),
        "Folders such as aia/aia_anger: one folder a drawn character, inside it one an expression.",
        warning="The faces are drawn characters, six in all: split by person to learn whether an answer carries over.",
    ),
    Pattern(
        "Oulu-CASIA",
        _path(
            r"(?P<camera>VL|NI)(?:_[^/]+)?/(?P<light>Strong|Weak|Dark)/(?P<person>P\d+)/"
            r"(?P<class>Anger|Disgust|Fear|Happiness|Sadness|Surprise)\d?/(?P<frame>\d+)\.\w+"
        ),
        "Folders such as VL_Acropped/Strong/P001/Anger: camera, light, person, expression; a number is a frame.",
        warning="Each film begins neutral, yet all its frames carry its label; studies use the last three.",
    ),
    Pattern(
        "SFEW",
        _path(
            r"(?P<split>Train|Val|Validation)/(?:[^/]+/)?(?P<class>[A-Za-z]+)/(?P<film>[^/]+?)_\d{6,9}_\d{8}\.\w+"
        ),
        "Folders such as Train/Train_Aligned_Faces/Angry; names such as Film_001240040_00000005: a film and a frame.",
    ),
    Pattern(
        "RaFD",
        _path(
            r"Rafd(?P<angle>\d{3})_(?P<person>\d+)_(?P<ethnicity>[a-z]+)_(?P<gender>[a-z]+)_(?P<class>[a-z]+)_"
            r"(?P<gaze>[a-z]+)\.\w+"
        ),
        "File names such as Rafd090_28_Caucasian_male_angry_frontal.jpg: angle of the camera, person 28, ethnicity, "
        "gender, expression, gaze.",
    ),
    Pattern(
        "BU-3DFE",
        _path(
            r"(?P<person>(?P<gender>[FM])\d{4})_(?P<class>AN|DI|FE|HA|NE|SA|SU)(?P<intensity>0[0-4])"
            r"(?P<ethnicity>[A-Z]{2})_F[23]D\.\w+"
        ),
        "File names such as F0001_AN01WH_F2D.bmp: person F0001, angry, intensity 1 of 4, ethnicity.",
        JAFFE_WORDS,
    ),
    Pattern(
        "CFD",
        _path(
            r"CFD-(?P<person>(?P<race>[A-Z])(?P<gender>[FM])-\d{3})-\d{3}-(?P<class>HC|HO|N|A|F)\.\w+"
        ),
        "File names such as CFD-WF-001-003-HO.jpg, the Chicago Face Database: person WF-001, happy with open mouth.",
        CFD_WORDS,
    ),
    Pattern(
        "Taiwanese expressions",
        _path(r"(?P<person>\d{2})(?P<performance>[1-3])(?P<angle>[1-3])(?P<class>[a-g])\d{2}\.\w+"),
        "File names such as 0111b02.jpg: person 01, way of acting 1, angle 1, expression b, picture 02.",
        TAIWAN_WORDS,
    ),
)  # fmt: skip
"""Layouts whose paths tell the class."""

NAMES = (
    Pattern(
        "CK+ names",
        _path(r"(?P<film>(?P<person>S\d{3})_\d{3})_\d{8}\.\w+"),
        "File names such as S005_001_00000011: person S005, film S005_001, and the number of a frame.",
    ),
    Pattern(
        "Roboflow names",
        _path(r"(?P<original>[^/]+?)\.rf\.[0-9a-zA-Z]{10,64}\.\w+"),
        "File names end with .rf. and a code: copies that Roboflow made of one picture share what stands before it.",
    ),
)
"""File names that tell attributes, whatever tells the class."""


def recognized(paths: Sequence[str]) -> tuple[Pattern, list[re.Match[str] | None]] | None:
    """The layout whose paths these are, with a match or None a path."""
    for pattern in PATTERNS:
        found = pattern.matches(paths)
        if len({match["class"].casefold() for match in found if match}) >= 2:
            return pattern, found
    return None


def named(paths: Sequence[str]) -> tuple[Pattern, list[re.Match[str] | None]] | None:
    """The kind of file names that tells attributes."""
    for pattern in NAMES:
        if found := pattern.matches(paths):
            return pattern, found
    return None
