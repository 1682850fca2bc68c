"""What is typed, linked and kept as a few values: settings, recipes, limits, addresses."""

from __future__ import annotations

import json
from typing import Any

from tests.hostile.case import ACCEPT, REFUSE, Case
from tests.hostile.models import ODD_JSON, recipe_with

BAD: dict[str, tuple[Any, ...]] = {
    "epochs": (0, -1, 10**9, 1.5, "ten", None, True, float("nan"), float("inf"), [3], {}, 10**400),
    "learning_rate": (0, -0.1, 1e10, "fast", None, float("nan"), float("inf"), True),
    "batch_size": (0, -8, 2**31, 1.5, "big"),
    "head_dropout": (1.0, -0.1, "half", float("nan")),
    "seed": (-1, 2**64, "abc", 1.5),
    "patience": (-1, 0.5),
    "weight_decay": (-1, float("nan")),
    "optimizer": ("__import__('os').system('id')", "ADAMM", None, 5, ["adam"]),
    "name": ("", " " * 9, "x" * 5_000, "a\nb", "a\0b", "\u202ex", None, 5),
    "mirror": ("yes", 1, None),
    "flaw": ("nonsense", "test-stops,test-stops", ",", 5),
    "balance": ("always", None),
    "balance_by": (5, None, ["gender"]),
    "start_from": (5, None, "x" * 500),
    "blocks": ([], [5], "x", None, [{"filters": 0, "kernel": 3, "pool": 1}], [{"filters": 8, "kernel": 4, "pool": 1}],
               [{"filters": 10**6, "kernel": 3, "pool": 1}], [{"filters": 8, "kernel": 101, "pool": 1}], [{"filters": 8}],
               [{"filters": 8, "kernel": 3, "pool": 49}], [{"filters": 8, "kernel": 3, "pool": 8}] * 3,
               [{"filters": 8, "kernel": 3, "pool": 1, "more": 1}], [{"filters": 8, "kernel": 3, "pool": 1}] * 50),
    "epoch": (3,),
    "<img src=x>": (1,),
}  # fmt: skip
"""Setting -> values that it cannot have; two settings that there are not."""
GOOD_NAMES = (
    "../../../tmp/PWNED",
    "/tmp/PWNED",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "CON",
    "\U0001f600",
    "{0.__class__}%s%n",
    "..",
    "--rf",
)

OUTPUTS = tuple(
    Case("output", f"{words[0]}-{what}", REFUSE, "not_found", (mention,), (*words, *place))
    for words, option in (
        (("report", "any-run"), ("--out",)),
        (("export", "any-dataset"), ()),
        (("labels", "export", "any-dataset"), ()),
        (("export-model", "any-run"), ()),
        (("pack",), ()),
    )
    for what, path, mention in (
        ("nowhere", "no/such/folder/out.html", "no/such/folder is no folder"),
        ("folder", ".", ". is a folder"),
        ("below-a-file", "file.txt/out.html", "file.txt is no folder"),
        ("endless", "x" * 300 + ".html", "nothing can be written there"),
        ("hole", "/proc/self/fd/out.html", "nothing can be written there"),
    )
    for place in [(*option, path, *(("any-run",) if words == ("pack",) else ()))]
)
"""Commands that write a file where no file can be; what they would write is not looked for before."""

RECIPES = (
    *(Case("recipe", f"{setting}-{at}", REFUSE, "damaged_file", (), json.dumps(recipe_with(**{setting: value})))
      for setting, values in BAD.items() for at, value in enumerate(values)),
    *(Case("recipe", f"json-{at}", REFUSE, "damaged_file", (), text) for at, text in enumerate(ODD_JSON)),
    Case("recipe", "twice", REFUSE, "damaged_file", (), json.dumps(recipe_with())[:-1] + ', "epochs": 9}'),
    Case("recipe", "sound", ACCEPT, "", (), json.dumps(recipe_with())),
    *(Case("recipe", f"called-{at}", ACCEPT, "", (), json.dumps(recipe_with(name=name))) for at, name in enumerate(GOOD_NAMES)),
)  # fmt: skip
"""Recipes as a file has them."""

SET = (
    "epochs", "=3", "epochs=", "epochs=ten", "epochs=1e400", "epochs=nan", "epochs=1" + "0" * 5_000, "learning_rate=nan",
    "learning_rate=inf", "learning_rate=0x10", "mirror=maybe", "blocks=5", "blocks=[]", "name=\n", "epoch=3", "__class__=1",
    "depth=nan", "depth=inf", "depth=-1", "depth=1e400", "kernel=nan", "kernel=4", "width=inf", "width=0", "width=1e308",
    "dropout=nan", "dropout=2", "optimizer=os.system", "seed=-1", "seed=1.5", "balance=always", "=", "", "\u202e=1",
)  # fmt: skip
SETTINGS = (
    *(Case("setting", f"set-{at:02}", REFUSE, "", (), text) for at, text in enumerate(SET)),
    Case("setting", "sound", ACCEPT, "", (), "epochs=3"),
)
"""What follows --set on the command line."""

NONSENSE = (
    "<img src=x>",
    "../../etc/passwd",
    "\u202ex",
    "",
    "x" * 3_000,
    "nan",
    "1e999",
    "-1",
    "'; DROP TABLE x;--",
    "{}",
    "%00",
)
ADDRESSES = tuple(
    Case("address", f"{page}-{at:02}", ACCEPT, "", (), (page, query))
    for page, queries in {
        "explore": [
            *({"dataset": [word]} for word in NONSENSE),
            *({"class": [word], "split": [word], "finding": [word], "text": [word]} for word in NONSENSE[:6]),
            *({"attribute-age": [word]} for word in NONSENSE[:2]),
            {"attribute-": ["x"], "attribute-row": ["1"], "attribute-row of images.npy": ["0"], "attribute-id": ["x"]},
            {"explore-tab": ["nonsense"], "face": ["nobody"]},
            {"explore-tab": ["faces"], "face": ["../../x.png"]},
            {"plan": ["drawn-faces"]},
            {"plan": ["drawn-faces", "x", "y", "z", "own"]},
            {"plan": ["drawn-faces", "9" * 5_000, "0.1", "0.1", "own"]},
            {"plan": ["drawn-faces", "1", "nan", "inf", "new", "row", "together=id"]},
            {"plan": ["drawn-faces", "-1", "1e308", "-1e308", "new", "together="]},
            {"plan": ["drawn-faces", "1", "0.5", "0.5", "new", "gender", "gender", "id"]},
            {"plan": [""]},
        ],
        "evaluate": [*({"model": [word]} for word in NONSENSE[:5]), {"evaluate-tab": ["x" * 500], "by": ["\0"], "part": ["train"]}],
        "compare": [{"runs": list(NONSENSE)}, {"runs": ["drawn-main"] * 50}],
        "train": [{"run": ["--rf"]}, {"run": [".."], "recipe": ["x"]}],
        "crossval": [{"crossval": ["../../x"]}],
        "search": [{"search": ["\u202e"]}],
        "bias": [{"model": ["drawn-main"], "by": ["row"], "attribute-age": ["nobody"]}],
        "data": [{"dataset": ["."], "data-tab": ["y"]}, {"dataset": [".."]}],
        "check": [{"check-tab": [""], "dataset": ["con"]}],
        "label": [{"task": ["x"], "sort": ["\0"]}],
    }.items()
    for at, query in enumerate(queries)
)  # fmt: skip
"""Pages opened by an address: each shows itself, with a sentence or what stands there without the nonsense."""
