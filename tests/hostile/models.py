"""Models and whole runs from outside: a sound one that came with the program, changed in one place."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from emocore.settings import CHECKOUT
from tests.hostile.archives import packed
from tests.hostile.case import ACCEPT, REFUSE, Case
from tests.hostile.pictures import png

Files = dict[str, bytes]
SOUND = CHECKOUT / "data" / "shipped" / "runs" / "drawn-main"
PARTS = ("run.json", "state.json", "conditions.json", "doubts.json", "events.jsonl", "predictions.npz", "rows.parquet",
         "trained_on.npy", "signs.npy", "weights.safetensors")  # fmt: skip


@cache
def _sound() -> Mapping[str, bytes]:
    return {name: (SOUND / name).read_bytes() for name in PARTS}


def sound() -> Files:
    """The files of a run that is whole."""
    return dict(_sound())


def header_of(weights: bytes) -> tuple[dict[str, Any], bytes]:
    """What a safetensors file says of itself, and its numbers."""
    size = struct.unpack("<Q", weights[:8])[0]
    return json.loads(weights[8 : 8 + size]), weights[8 + size :]


def tensors(header: Any, body: bytes) -> bytes:
    """A safetensors file."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def said(**words: Any) -> Callable[[], bytes]:
    """The sound model with other words about itself; None takes them away."""

    def made() -> bytes:
        header, body = header_of(sound()["weights.safetensors"])
        metadata = header["__metadata__"] | {
            name: word if isinstance(word, str) else json.dumps(word) for name, word in words.items()
        }
        return tensors(
            header
            | {"__metadata__": {name: word for name, word in metadata.items() if words.get(name, "") is not None}},
            body,
        )

    return made


def recipe_with(**changes: Any) -> dict[str, Any]:
    """The sound recipe with other settings."""
    return dict(json.loads(sound()["run.json"])["recipe"]) | changes


def tensor(change: Callable[[dict[str, Any]], Any]) -> Callable[[], bytes]:
    """The sound model whose first tensor is described otherwise."""

    def made() -> bytes:
        header, body = header_of(sound()["weights.safetensors"])
        first = next(name for name in header if name != "__metadata__")
        change(header[first])
        return tensors(header, body)

    return made


def numbers(part: str, value: float) -> Callable[[], bytes]:
    """The sound model with one value everywhere in the tensors whose name holds `part`."""

    def made() -> bytes:
        header, body = header_of(sound()["weights.safetensors"])
        changed = bytearray(body)
        found = [tensor for name, tensor in header.items() if part in name and tensor.get("dtype") == "F32"]
        assert found, part
        for tensor in found:
            start, end = tensor["data_offsets"]
            changed[start:end] = np.full((end - start) // 4, value, "<f4").tobytes()
        return tensors(header, bytes(changed))

    return made


def raw_header(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """The sound model with another text of its header."""

    def made() -> bytes:
        header, body = header_of(sound()["weights.safetensors"])
        return tensors(change(json.dumps(header).encode()), body)

    return made


def card(**changes: Any) -> Callable[[], bytes]:
    """The sound model with a card of these values."""
    return said(card={"run": "drawn-main", "dataset": "drawn-faces", **changes})


def whole() -> bytes:
    return sound()["weights.safetensors"]


BIG_RECIPE = [{"filters": 512, "kernel": 15, "pool": 1, "dropout": 0.0, "residual": True}] * 10
ODD_JSON = ("[" * 100_000, '{"a": 1e999}', '{"a": 1, "a": 2}', "{", "[]", "5", "null", '"x"', '{"a": NaN}', "9" * 6_000)
"""Texts that are no object of JSON which means one thing."""


def _model(name: str, content: Any, code: str = "", *mentions: str, expected: str = REFUSE) -> Case:
    return Case("model", name, expected, code, mentions, content)


MODELS = (
    _model("sound.safetensors", whole, expected=ACCEPT),
    _model("card.safetensors", card(), expected=ACCEPT),
    _model("nothing.safetensors", b"", "empty_file"),
    _model("words.safetensors", b"not a model at all, really", "corrupt_model"),
    _model("pickle.safetensors", b"\x80\x04cposix\nsystem\n(Vtouch PWNED\ntR.", "corrupt_model"),
    _model("picture.safetensors", png, "corrupt_model"),
    _model("half.safetensors", lambda: whole()[: len(whole()) // 2], "corrupt_model"),
    _model("cut.safetensors", lambda: whole()[:-1], "corrupt_model"),
    _model("longer.safetensors", lambda: whole() + b"x", "corrupt_model"),
    _model("header-vast.safetensors", struct.pack("<Q", 2**60) + b"{}", "corrupt_model"),
    _model("header-text.safetensors", tensors(b"no json", b""), "corrupt_model"),
    _model("header-list.safetensors", tensors([], b""), "corrupt_model|no_metadata"),
    _model("header-deep.safetensors", tensors(b"[" * 90_000, b""), "corrupt_model"),
    _model("nothing-said.safetensors", said(recipe=None, classes=None), "no_metadata"),
    _model("no-tensors.safetensors", tensors({}, b""), "no_metadata"),
    _model("beyond.safetensors", tensor(lambda header: header.update(data_offsets=[0, 10**9])), "corrupt_model"),
    _model("overlap.safetensors", tensor(lambda header: header.update(data_offsets=[8, header["data_offsets"][1] + 8])), "corrupt_model"),
    _model("shape.safetensors", tensor(lambda header: header.update(shape=[1, 2, 3])), "corrupt_model"),
    _model("negative.safetensors", tensor(lambda header: header.update(shape=[-16])), "corrupt_model"),
    _model("overflow.safetensors", tensor(lambda header: header.update(shape=[2**40, 2**40])), "corrupt_model"),
    _model("type.safetensors", tensor(lambda header: header.update(dtype="F1")), "corrupt_model"),
    _model("other-type.safetensors", tensor(lambda header: header.update(dtype="I32")), "shape_mismatch|corrupt_model"),
    _model("unknown-field.safetensors", tensor(lambda header: header.update(more=1)), "corrupt_model"),
    _model("tensor-twice.safetensors", raw_header(lambda text: text.replace(b'{"', b'{"linear.bias": {}, "', 1)), "corrupt_model"),
    _model("many-tensors.safetensors", lambda: tensors({f"t{at}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for at in range(15_000)}, b""), "no_metadata|corrupt_model"),
    _model("nan.safetensors", numbers("linear", float("nan")), "non_finite"),
    _model("infinite.safetensors", numbers("linear", float("inf")), "non_finite"),
    _model("vast-weights.safetensors", numbers("weight", 3e38), "non_finite"),
    _model("negative-variance.safetensors", numbers("running_var", -1.0), "non_finite"),
    _model("no-deviation.safetensors", numbers("deviation", 0.0), "non_finite"),
    _model("deviation-nan.safetensors", numbers("mean", float("nan")), "non_finite"),
    *(_model(f"recipe-{at}.safetensors", said(recipe=text), "no_metadata") for at, text in enumerate(ODD_JSON)),
    *(_model(f"classes-{at}.safetensors", said(classes=text), "no_metadata") for at, text in enumerate(ODD_JSON)),
    *(_model(f"card-{at}.safetensors", said(card=text), "no_metadata") for at, text in enumerate(ODD_JSON)),
    _model("setting-unknown.safetensors", lambda: said(recipe=recipe_with(epoch=5))(), "no_metadata"),
    _model("setting-missing.safetensors", lambda: said(recipe={"name": "x"})(), "no_metadata"),
    _model("setting-type.safetensors", lambda: said(recipe=recipe_with(blocks=5))(), "no_metadata"),
    _model("setting-vast.safetensors", lambda: said(recipe=recipe_with(blocks=BIG_RECIPE))(), "shape_mismatch|no_metadata"),
    _model("other-network.safetensors", lambda: said(recipe=recipe_with(head="average"))(), "shape_mismatch"),
    _model("class-missing.safetensors", said(classes=["a", "b", "c"]), "shape_mismatch|no_metadata"),
    _model("class-twice.safetensors", said(classes=["a", "a", "b", "c"]), "no_metadata"),
    _model("class-markup.safetensors", said(classes=["<script>", "b", "c", "d"]), "no_metadata"),
    _model("class-dots.safetensors", said(classes=["..", ".", "c", "d"]), "no_metadata"),
    _model("class-accent.safetensors", said(classes=["caf\u00e9", "cafe\u0301", "c", "d"]), "no_metadata"),
    _model("class-case.safetensors", said(classes=["Sad", "sad", "c", "d"]), expected=ACCEPT),
    _model("class-number.safetensors", said(classes=[1, 2, 3, 4]), "no_metadata"),
    _model("card-unknown.safetensors", card(secret="x"), "no_metadata", "secret"),
    _model("card-type.safetensors", card(images="many"), "no_metadata", "images"),
    _model("card-nan.safetensors", said(card='{"run": "x", "images": NaN}'), "no_metadata"),
    _model("card-doubts.safetensors", card(doubts={"temperature": "hot"}), "no_metadata", "doubts"),
    _model("model.pt", whole, "type_not_allowed"),
    *(_model(f"pickled{ending}", lambda: packed([("archive/data.pkl", b"\x80\x02cposix\nsystem\nX\x10\x00\x00\x00touch /tmp/PWNEDx\x85R."), ("archive/version", b"3\n")]), "type_not_allowed") for ending in (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".joblib", ".npy")),
    _model("nothing.pt", b"", "empty_file"),
    _model("model.h5", b"\x89HDF\r\n\x1a\n", "type_not_allowed", "Keras"),
    _model("model.onnx", b"\x08\x07", "type_not_allowed", "ONNX"),
    _model("model", whole, "type_not_allowed"),
    _model("model.safetensors.exe", whole, "type_not_allowed"),
    _model("model.zip", lambda: packed([("model.safetensors", whole())]), expected=ACCEPT),
    _model("no-model.zip", lambda: packed([("a.txt", b"x")]), "no_run"),
    _model("graph.zip", lambda: packed([("model.onnx", b"x")]), "type_not_allowed"),
    _model("nothing.zip", b"", "empty_file"),
    _model("outside.zip", lambda: packed([("../model.safetensors", whole())]), "unsafe_path"),
)  # fmt: skip


def in_json(name: str, **changes: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files[name] = json.dumps(json.loads(files[name]) | changes).encode()

    return change


def in_text(name: str, old: str, new: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode(), 1)

    return change


def whole_text(name: str, content: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({name: content})


def without(name: str) -> Callable[[Files], None]:
    return lambda files: files.pop(name) and None


def in_split(**changes: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        metadata = json.loads(files["run.json"])
        metadata["split"] |= changes
        files["run.json"] = json.dumps(metadata).encode()

    return change


def in_table(change_table: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        file = io.BytesIO()
        change_table(pd.read_parquet(io.BytesIO(files["rows.parquet"]))).to_parquet(file, index=False)
        files["rows.parquet"] = file.getvalue()

    return change


def in_answers(**arrays: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        with np.load(io.BytesIO(files["predictions.npz"])) as saved:
            every = {name: saved[name] for name in saved} | arrays
        file = io.BytesIO()
        np.savez(file, **{name: value for name, value in every.items() if value is not None})
        files["predictions.npz"] = file.getvalue()

    return change


def as_array(name: str, values: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        file = io.BytesIO()
        np.save(file, values)
        files[name] = file.getvalue()

    return change


def run_zip(change: Callable[[Files], None], folder: str = "my-run") -> Callable[[], bytes]:
    """A zip of the sound run with one change."""

    def made() -> bytes:
        files = sound()
        change(files)
        return packed([(f"{folder}/{name}", content) for name, content in files.items()], zipfile.ZIP_STORED)

    return made


def _run(
    name: str, change: Callable[[Files], None], *mentions: str, expected: str = REFUSE, folder: str = "my-run"
) -> Case:
    code = "" if expected == ACCEPT else "damaged_run|newer_version|damaged_file|corrupt_model|non_finite|too_large"
    return Case("run", f"{name}.zip", expected, code, mentions, run_zip(change, folder))


def nothing(files: Files) -> None:
    """Leaves a run as it is."""


VAST = "1" + "0" * 400
RUNS = (
    _run("sound", nothing, expected=ACCEPT),
    _run("option-name", nothing, expected=ACCEPT, folder="--rf"),
    _run("accent-name", nothing, expected=ACCEPT, folder="cafe\u0301"),
    _run("capital-name", nothing, expected=ACCEPT, folder="MY RUN"),
    _run("device-name", nothing, expected=ACCEPT, folder="CON"),
    _run("own-columns", in_table(lambda table: table.assign(**{"row of images.npy": "x", "family": "y"})), expected=ACCEPT),
    _run("no-conditions", without("conditions.json"), expected=ACCEPT),
    _run("title", whole_text("notes.json", json.dumps({"name": "<b>x</b>", "text": "=1+1"}).encode()), expected=ACCEPT),
    *(_run(f"run-json-{at}", whole_text("run.json", text.encode())) for at, text in enumerate(ODD_JSON)),
    *(_run(f"state-{at}", whole_text("state.json", text.encode())) for at, text in enumerate(ODD_JSON)),
    *(_run(f"conditions-{at}", whole_text("conditions.json", text.encode()), "conditions.json") for at, text in enumerate(ODD_JSON) if text != '{"a": 1}'),
    *(_run(f"doubts-{at}", whole_text("doubts.json", text.encode()), "doubts.json") for at, text in enumerate(ODD_JSON)),
    _run("twice", in_text("run.json", '"owner":', '"owner": "a", "owner":')),
    _run("unknown-field", in_json("run.json", favorite="blue"), "favorite"),
    _run("unknown-in-split", in_split(favorite="blue"), "favorite"),
    _run("unknown-in-state", in_json("state.json", favorite="blue"), "favorite"),
    _run("unknown-in-notes", whole_text("notes.json", b'{"name": "a", "text": "b", "more": 1}'), "more"),
    _run("unknown-in-doubts", in_json("doubts.json", favorite=1), "favorite"),
    _run("unknown-in-recipe", in_json("run.json", recipe={"name": "x", "blocks": [], "epoch": 1}), "epoch"),
    _run("unknown-in-epoch", in_text("events.jsonl", '"epoch": 1,', '"epoch": 1, "favorite": 1,')),
    _run("newer", in_json("run.json", schema=99)),
    _run("schema-words", in_json("run.json", schema="1")),
    _run("images-words", in_json("run.json", images="1600")),
    _run("images-vast", in_text("run.json", '"images": 1600', f'"images": {VAST}')),
    _run("images-negative", in_json("run.json", images=-5)),
    _run("number-vast", in_text("run.json", '"number": 0', f'"number": {VAST}')),
    _run("number-half", in_json("run.json", number=1.5)),
    _run("minutes-words", in_json("run.json", minutes="ten")),
    _run("owner-list", in_json("run.json", owner=["a"])),
    _run("owner-long", in_json("run.json", owner="x" * 100_000)),
    _run("created-nonsense", in_json("run.json", created="yesterday")),
    _run("classes-word", in_json("run.json", classes="abcd")),
    _run("classes-twice", in_json("run.json", classes=["a", "a", "b", "c"])),
    _run("classes-dots", in_json("run.json", classes=["..", ".", "b", "c"])),
    _run("classes-number", in_json("run.json", classes=[1, 2, 3, 4])),
    _run("members-word", in_json("run.json", members="x")),
    _run("members-nobody", lambda files: (in_json("run.json", members=["nobody-1"])(files), files.pop("weights.safetensors"))[0]),
    _run("parents-number", in_json("run.json", parents=[5])),
    _run("fold", in_json("run.json", part_of="crossval-1")),
    _run("counts-vast", in_split(counts={"train": 10**30, "validation": 180, "test": 400})),
    _run("counts-negative", in_split(counts={"train": 1014, "validation": -1, "test": 400})),
    _run("counts-missing", in_split(counts={"train": 1014})),
    _run("split-seed", in_split(seed="x")),
    _run("split-share", in_split(validation="much")),
    _run("split-left-out", in_split(left_out=5)),
    _run("state-dreaming", in_json("state.json", state="dreaming")),
    _run("state-at", in_json("state.json", at="soon")),
    _run("no-run-json", lambda files: files.update({"run.json": b""})),
    _run("no-state", without("state.json"), "state.json"),
    _run("no-rows", without("rows.parquet"), "rows.parquet"),
    _run("epoch-vast", in_text("events.jsonl", '"epoch": 1,', f'"epoch": {VAST},')),
    _run("loss-vast", in_text("events.jsonl", '"train_loss": ', f'"train_loss": {VAST}, "x": ')),
    _run("epoch-skipped", in_text("events.jsonl", '"epoch": 2,', '"epoch": 7,')),
    _run("recall-word", in_text("events.jsonl", '"recall": [', '"recall": ["x", ')),
    _run("best-word", in_text("events.jsonl", '"best": true', '"best": "yes"')),
    _run("conditions-nested", in_json("conditions.json", threads={"a": [1]}), "conditions.json"),
    _run("conditions-list", in_json("conditions.json", threads=[[1]]), "conditions.json"),
    _run("doubts-words", in_json("doubts.json", temperature="hot"), "doubts.json"),
    _run("doubts-negative", in_json("doubts.json", temperature=-1), "doubts.json"),
    _run("answers-three-dimensions", in_answers(test_probabilities=np.ones((3, 4, 5)))),
    _run("answers-rows-column", in_answers(validation_rows=np.zeros((3, 1), int))),
    _run("answers-nan", in_answers(validation_probabilities=np.full((180, 4), np.nan, np.float32))),
    _run("answers-missing", in_answers(validation_rows=None)),
    _run("answers-objects", in_answers(validation_rows=np.array([{}] * 180, dtype=object))),
    _run("answers-words", whole_text("predictions.npz", b"PK\x03\x04 not really")),
    _run("answers-empty", whole_text("predictions.npz", b"")),
    _run("table-words", whole_text("rows.parquet", b"PAR1 not really PAR1")),
    _run("table-empty", whole_text("rows.parquet", b"")),
    _run("table-half-rows", in_table(lambda table: table.assign(row=1.5))),
    _run("table-numbers", in_table(lambda table: table.assign(age=7))),
    _run("table-lists", in_table(lambda table: table.assign(age=[["a"]] * len(table)))),
    _run("table-no-part", in_table(lambda table: table.assign(part=None))),
    _run("table-no-column", in_table(lambda table: table.drop(columns="emotion"))),
    _run("table-shorter", in_table(lambda table: table.iloc[:-1])),
    _run("table-label", in_table(lambda table: table.assign(emotion="bored"))),
    _run("table-rows-twice", in_table(lambda table: table.assign(row=0))),
    _run("trained-on-table", as_array("trained_on.npy", np.zeros((2, 2), np.uint64))),
    _run("trained-on-words", as_array("trained_on.npy", np.array(["a"]))),
    _run("trained-on-negative", as_array("trained_on.npy", np.array([-1]))),
    _run("trained-on-picture", lambda files: files.update({"trained_on.npy": png()})),
    _run("signs-flat", as_array("signs.npy", np.zeros(5, np.uint8))),
    _run("signs-zip", whole_text("signs.npy", b"PK")),
    _run("signs-header", whole_text("signs.npy", b"\x93NUMPY\x01\x00\x0b\x00{'descr': (\n")),
    _run("openings-words", whole_text("openings.jsonl", b'{"by": 5}\n'), expected=ACCEPT),
    _run("openings-list", whole_text("openings.jsonl", b'["x"]\n'), expected=ACCEPT),
    _run("weights-other", lambda files: files.update({"weights.safetensors": said(classes=["a", "b", "c", "d"])()})),
    _run("weights-cut", lambda files: files.update({"weights.safetensors": whole()[:-10]})),
    _run("weights-nan", lambda files: files.update({"weights.safetensors": numbers("linear", float("nan"))()})),
    _run("weights-vast", lambda files: files.update({"weights.safetensors": numbers("weight", 3e38)()})),
    _run("weights-variance", lambda files: files.update({"weights.safetensors": numbers("running_var", -1.0)()})),
)  # fmt: skip
"""Zips of whole runs."""
