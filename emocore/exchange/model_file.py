"""A model leaves as a zip that says all about itself, and comes in as safetensors of our own making only.

The server may import this module: torch is loaded when a worker checks a model that comes in.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import struct
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import safetensors

from emocore.audit import model_card
from emocore.data.dataset import SPLITS
from emocore.data.names import is_odd, plain, safe_name, shown_name
from emocore.errors import EmoError
from emocore.exchange import schemas
from emocore.exchange.dataset_zip import MADE
from emocore.files import from_json, read_json, write_bytes, write_json
from emocore.judge import metrics
from emocore.learn import layers
from emocore.learn.recipe import RECIPES, recipe_from_json
from emocore.predict import uncertainty
from emocore.runs import new_runs, parents, status, store
from emocore.runs.answers import derived_path, has_answers, validation_answers
from emocore.runs.new_runs import NewRuns
from emocore.runs.run import SCHEMA, Run, stem
from emocore.settings import LIMITS

MODEL_BYTES = 100 * 2**20
HEADER_BYTES = 2**20
TENSOR = {"dtype", "shape", "data_offsets"}
"""What the header of a safetensors file says of each tensor."""
MOST_IDS = 20
MOST_MULTIPLY_ADDS = 10**10
"""For one face, which takes about a second: sixty times the largest network that comes with the program."""
"""Of the images that a finding names, so many stand on a card."""
ENDING = ".safetensors"
FRAMEWORKS = {".h5": "Keras", ".keras": "Keras", ".onnx": "ONNX", ".pb": "TensorFlow", ".tflite": "TensorFlow Lite"}
SNIPPET = '''"""Answer a picture with this model. Run it where `emocore` can be imported: python load.py face.png"""

import sys
from pathlib import Path

from emocore.saved_model import answer

shares = answer(Path(__file__).parent / "model.safetensors", Path(sys.argv[1]))
print({name: round(share, 3) for name, share in shares.items()})
'''


def packed(run: Run) -> bytes:
    """A zip of model.safetensors, card.json and load.py. Raises EmoError "no_weights", and as `check`."""
    if run.members:
        message = f"{run.id} is an ensemble, which has no weights of its own."
        raise EmoError(f"{message} Export its runs as a zip, or all networks in one as ONNX.", "no_weights")
    if not run.weights.exists():
        raise EmoError(f"{run.id} has no weights to export.", "no_weights")
    content = run.weights.read_bytes()
    check(content, run.weights.name)  # Half a file would be refused wherever it comes in
    weights = _with_card(content, metadata := card(run))
    metadata |= {"sha256": hashlib.sha256(weights).hexdigest()}
    return zipped({"model.safetensors": weights, "card.json": as_json(metadata), "load.py": SNIPPET.encode()})


def as_json(metadata: dict[str, Any]) -> bytes:
    """A card as a JSON file."""
    return json.dumps(metadata, indent=1, ensure_ascii=False).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files by name; the same files give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in files.items():
            member = zipfile.ZipInfo(name, MADE)
            member.external_attr = 0o644 << 16
            archive.writestr(member, part, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def card(run: Run) -> dict[str, Any]:
    """What is known of a run's model, as plain values; validation scores only, since test parts stay sealed."""
    metadata: dict[str, Any] = {"run": run.id, "created": run.created, "classes": list(run.classes)}
    metadata |= {"dataset": run.dataset, "fingerprint": run.fingerprint, "images": run.images}
    metadata |= {"split": {name: run.split[name] for name in ("seed", "validation", "test", "counts")}}
    metadata |= {"recipe": run.recipe.to_json(), "conditions": store.conditions(run)}
    metadata |= {"parents": parents.ancestors(run), "retraining": parents.retraining_message(run)}
    if has_answers(run):
        answers = validation_answers(run)
        if len(answers):
            scores = metrics.evaluate(answers, run.classes)
            metadata |= {"validation": {"accuracy": scores.accuracy, "n": scores.n, "interval": list(scores.interval)}}
        found = model_card.card(run)
        metadata |= {"findings": found.audit_json(MOST_IDS)["findings"], "findings_say": found.found_message}
    if (doubts := _known_doubts(run)) is not None:
        metadata |= {"doubts": doubts.to_json()}
    return metadata | {"limits": "Says which labeled images a picture looks like. It does not say what a person feels."}


def admit(content: bytes, name: str, owner: str = "") -> str:
    """Make a run of a model file and give its id. Called on a worker. Raises EmoError as `admit_several`."""
    return admit_several([content], name, owner)[0]


def admit_several(contents: Sequence[bytes], name: str, owner: str = "") -> list[str]:
    """Make a run of each model file, of all or of none, and give their ids; the same file twice is the same run.

    Raises EmoError: "empty_file", "type_not_allowed", "too_large", "corrupt_model", "no_metadata",
    "shape_mismatch" or "non_finite".
    """
    found = {one.id: one for one in (_arrived(content, name, owner) for content in contents)}
    with new_runs.together() as made:
        for one in found.values():
            if not _is_here(one.id):
                _write(one, made)
    return [store.read(run_id).id for run_id in found]


class _Arrived(NamedTuple):
    id: str
    content: bytes
    run_json: dict[str, Any]
    metadata: dict[str, Any]


def _arrived(content: bytes, name: str, owner: str) -> _Arrived:
    from emocore.learn import network  # The server stays without torch

    metadata = check(content, name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(content)
        model = network.load(path)
    network.refuse_nonsense(model, shown_name(name))
    run_id = f"{stem(model.recipe.name)}-{hashlib.sha256(content).hexdigest()[:8]}"
    return _Arrived(run_id, content, _run_json(metadata, model.recipe.to_json(), model.classes, owner), metadata)


def _is_here(run_id: str) -> bool:
    with suppress(EmoError):
        return bool(store.read(run_id))
    return False


def check(content: bytes, name: str) -> dict[str, Any]:
    """The card in a model file that passes every check that needs no torch. Raises EmoError as `admit`."""
    shown, ending = shown_name(name), Path(safe_name(name)).suffix.lower()
    if not content:
        raise EmoError(f"{shown}: the file is empty (0 bytes). Choose another file.", "empty_file")
    if ending != ENDING:
        what = FRAMEWORKS.get(ending, ending.lstrip(".").upper() or "Other")
        message = f"{shown}: {what} files are not read, since they may run code or lack what this program must know."
        raise EmoError(
            f"{message} Export the model here and choose the zip, or the model.safetensors in it.", "type_not_allowed"
        )
    if len(content) > MODEL_BYTES:
        message = f"{shown}: {len(content) / 2**20:,.0f} MB; the limit is {MODEL_BYTES >> 20} MB."
        raise EmoError(message, "too_large")
    size = struct.unpack("<Q", content[:8])[0] if len(content) > 8 else 0
    if not 2 <= size <= min(HEADER_BYTES, len(content) - 8):
        raise _corrupt(shown)
    try:
        header = from_json(content[8 : 8 + size])
        # Types, shapes and places of all tensors fit the file; the library has no types for this
        safetensors.deserialize(content)  # type: ignore[no-untyped-call]
    except (ValueError, RecursionError, safetensors.SafetensorError) as error:
        raise _corrupt(shown) from error
    return _metadata(header, shown)


def _metadata(header: Any, shown: str) -> dict[str, Any]:
    """Recipe and classes are looked at before a network is built from them: they could ask for any memory."""

    metadata = header.get("__metadata__", {})
    if any(set(tensor) != TENSOR for name, tensor in header.items() if name != "__metadata__"):
        raise _corrupt(shown)
    try:
        recipe, classes = recipe_from_json(from_json(metadata["recipe"])), from_json(metadata["classes"])
        card = from_json(metadata.get("card", "{}"))
    except (KeyError, TypeError, ValueError, RecursionError, EmoError) as error:
        message = f"{shown} was not made here: it does not say its recipe, classes and card as this program would."
        raise EmoError(f"{message} Export a model on the page Predict to get such a file.", "no_metadata") from error
    if not are_classes(classes) or not isinstance(card, dict):
        raise EmoError(f"{shown} does not say its classes as this program would.", "no_metadata")
    _refuse_other_fields(metadata, card, shown)
    if layers.parameter_count(recipe, len(classes)) > _numbers(header):
        raise EmoError(f"{shown} does not fit its own recipe: it holds too few weights.", "shape_mismatch")
    if (work := layers.multiply_adds(recipe, len(classes))) > MOST_MULTIPLY_ADDS:
        times = work // layers.multiply_adds(RECIPES["modern-wide"], len(classes))
        message = f"{shown} would compute {times:,} times as long for each face as the largest network shipped here."
        raise EmoError(f"{message} Train a smaller network.", "too_slow")
    return card


def _refuse_other_fields(metadata: dict[str, Any], card: dict[str, Any], shown: str) -> None:
    try:
        schemas.refuse_other(
            schemas.ModelMetadata, metadata, f"What {shown} says of itself is not what this program writes there"
        )
        schemas.refuse_other(schemas.Card, card, f"The card in {shown} is not what this program writes there")
    except EmoError as error:
        raise EmoError(f"{error.message}. Export the model once more where it was trained.", "no_metadata") from error


def _numbers(header: dict[str, Any]) -> int:
    """How many weights a whole file holds, in 32 or in 16 bits each."""
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")


def are_classes(classes: Any) -> bool:
    """Whether something is a list of names that classes may have."""
    if not isinstance(classes, list) or not LIMITS.fewest_classes <= len(classes) <= LIMITS.most_classes:
        return False
    named = all(isinstance(name, str) and name and len(name) <= 100 and not is_odd(name) for name in classes)
    return named and len(set(map(plain, classes))) == len(classes)  # In two Unicode forms one name looks like one


def _corrupt(shown: str) -> EmoError:
    message = f"{shown} is damaged: it is not a whole safetensors file. Copy or export it again."
    return EmoError(message, "corrupt_model")


def _run_json(metadata: dict[str, Any], recipe: dict[str, Any], classes: tuple[str, ...], owner: str) -> dict[str, Any]:
    """What `runs.run` reads. Of a stranger's card only plain, short values are kept."""
    drawn = {"seed": 0, "validation": 0.0, "test": 0.0, "fingerprint": "", "left_out": []}
    return {
        "schema": SCHEMA,
        "owner": owner,
        "created": status.now(),
        "dataset": safe_name(str(metadata.get("dataset", "elsewhere")))[:60],
        "fingerprint": "",
        "images": 0,
        "classes": list(classes),
        "split": drawn | {"counts": dict.fromkeys(SPLITS, 0)},
        "recipe": recipe,
        "minutes": None,
    }


def _write(one: _Arrived, made: NewRuns) -> None:
    unfinished = made.folder(one.id)
    write_json(unfinished / "run.json", one.run_json | {"number": made.number()})
    write_bytes(unfinished / "weights.safetensors", one.content)
    if (doubts := _doubts_in(one.metadata)) is not None:
        write_json(unfinished / uncertainty.KEPT, doubts.to_json())
    status.write(unfinished, "finished", "Imported: trained elsewhere.")


def _known_doubts(run: Run) -> uncertainty.Doubts | None:
    for path in (run.folder / uncertainty.KEPT, derived_path(run, uncertainty.KEPT)):
        if path.exists():
            return _doubts_in({"doubts": read_json(path)})
    return None


def _doubts_in(metadata: dict[str, Any]) -> uncertainty.Doubts | None:
    try:
        return uncertainty.doubts_from_json(metadata["doubts"])
    except (KeyError, TypeError, ValueError):
        return None


def _with_card(weights: bytes, metadata: dict[str, Any]) -> bytes:
    """The same safetensors file with the card in its metadata; no tensor moves."""
    size = struct.unpack("<Q", weights[:8])[0]
    header = json.loads(weights[8 : 8 + size])
    header["__metadata__"] = header.get("__metadata__", {}) | {"card": json.dumps(metadata)}
    new_header = json.dumps(header).encode()
    new_header += b" " * (-len(new_header) % 8)
    return struct.pack("<Q", len(new_header)) + new_header + weights[8 + size :]
