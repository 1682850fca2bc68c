"""What the columns of a results table are: scores, numbers of images, seeds, and what names a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

READABLE = ("accuracy", "precision", "recall", "f1")
_SIZES = re.compile(
    r"#?\s*(n|images?|samples?|support|count|size|faces|pictures|total|"
    r"(number|no\.?|num) (of )?(test )?(samples|images|faces|pictures)|test (images|samples)|n[ _]?test|n[ _]?samples)"
)
_SEEDS = re.compile(r"(number of |no\. of |#\s*)?(seeds|runs|repeats|repetitions)")
_DEVIATION = re.compile(r".*\b(std|sd|stdev|standard deviation|standard error|se)\b.*|±.*")
_NEVER = re.compile(
    r".*\b(balanced|top[- ]?[2-9]|train(ing)?|loss|low|high|lower|upper|ci|interval|gap|difference)\b.*"
)
ATTRIBUTES = frozenset(
    [
        "age",
        "gender",
        "sex",
        "race",
        "ethnicity",
        "skin",
        "skin-tone",
        "skintone",
        "age-group",
        "agegroup",
        "nationality",
    ]
)
CLASSES = frozenset(["class", "classes", "emotion", "expression", "label", "category"])
_NO_LABEL = re.compile(r"[\d.,:;%+/±()\[\]–\s-]*")


@dataclass(frozen=True)
class Columns:
    """By their places: `scores` with their names, such as "accuracy" or "micro f1"; `percent` those of 100;
    `sizes`, `seeds`; `labels` that name a line, with their `heads`; how wide a row is; and whether a column of
    deviations says that scores are means.
    """

    scores: dict[int, str]
    percent: frozenset[int]
    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    labels: tuple[int, ...]
    heads: tuple[str, ...]
    width: int
    has_deviation: bool

    @property
    def is_by_class(self) -> bool:
        """Whether each line is a class, with precision, recall and F1 of its own, as scikit-learn reports them."""
        by_name = bool(self.heads) and self.heads[-1] in CLASSES
        return (by_name or self.has_support) and "precision" in self.scores.values()

    @property
    def has_support(self) -> bool:
        """Whether there is no accuracy but a support, as in a classification report."""
        return "accuracy" not in self.scores.values() and bool(self.sizes)


def columns(head: Sequence[str], above: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """What each column is, by its name, by a Macro or Micro above it, and by what stands in it."""
    names = [_plain(name) for name in head]
    scores = _scores(names, [_plain(kind) for kind in above])
    sizes = tuple(at for at, name in enumerate(names) if at not in scores and _SIZES.fullmatch(name))
    seeds = tuple(at for at, name in enumerate(names) if _SEEDS.fullmatch(name))
    rest = [at for at in range(len(names)) if at not in (*scores, *sizes, *seeds) and not _NEVER.fullmatch(names[at])]
    labels = tuple(at for at in rest if at == rest[0] or _holds_words([row[at] for row in rows if at < len(row)]))
    marked = {at for at in scores if "%" in head[at] or "percent" in head[at].casefold()}
    percent = marked | {at for at in scores if _beyond_one([row[at] for row in rows if at < len(row)])}
    return Columns(
        scores,
        frozenset(percent),
        sizes,
        seeds,
        labels,
        tuple(names[at] for at in labels),
        len(head),
        any(_DEVIATION.fullmatch(name) for name in names),
    )


def _plain(name: str) -> str:
    bare = re.sub(r"[(\[]\s*(%|in %|percent)\s*[)\]]|%|[*_$↑↓]", " ", name.replace("\ufeff", "").replace("\\", ""))
    return re.sub(r"\s+", " ", bare).strip().casefold()


def _scores(names: Sequence[str], above: Sequence[str]) -> dict[int, str]:
    """Which columns are scores; of two with one name that of the test, else the first."""
    kinds = [*above, *[""] * len(names)]
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        score = _score(name, kinds[at])
        if score and (score not in found or ("test" in name and "test" not in names[found[score]])):
            found[score] = at
    return {at: score for score, at in sorted(found.items(), key=lambda each: each[1])}


def _score(name: str, above: str) -> str:
    name = re.split(r"[,(±]|\+/-", name)[0].strip()
    if _NEVER.fullmatch(name) or _DEVIATION.fullmatch(name):
        return ""
    whole = f"{above} {name}"
    kind = next((word for word in ("micro", "weighted") if re.search(rf"\b{word}\b", whole)), "")
    bare = re.sub(r"\b(micro|macro|weighted|test|testing|mean|average|avg\.?|score|overall)\b|[-:]", " ", name)
    plain = re.sub(r"\s+", "", bare)
    aliases = (
        {"acc": "accuracy", "acc.": "accuracy", "f1score": "f1", "fscore": "f1", "prec": "precision"}
        | {score: score for score in READABLE}
        | {"top1accuracy": "accuracy", "top1": "accuracy", "prec.": "precision", "rec": "recall", "rec.": "recall"}
    )
    score = aliases.get(plain, "")
    return f"{kind} {score}".strip() if score else ""


def _holds_words(cells: Sequence[str]) -> bool:
    """Whether a column names lines: most of its cells are words, not numbers or intervals."""
    filled = [cell for cell in cells if cell.strip()]
    return 2 * sum(not _NO_LABEL.fullmatch(cell) for cell in filled) > len(filled)


def _beyond_one(cells: Sequence[str]) -> bool:
    """Whether a column is of per cent: most numbers in it are above 1, without a sign, and none above 100."""
    numbers = [re.match(r"[*_$\s]*(\d*[.,]?\d+)(?!\S*[%/])", cell) for cell in cells]
    shares = [float(found[1].replace(",", ".")) for found in numbers if found]
    return bool(shares) and max(shares) <= 100 and 2 * sum(share > 1 for share in shares) > len(shares)
