"""Networks come in by any file that left from here: a model's zip, its weights alone, or a zip of whole runs.

The server may import this module: torch is loaded when a worker checks what comes in.
"""

from __future__ import annotations

import io
from pathlib import Path

from emocore.data.names import shown_name
from emocore.data.reading import archive
from emocore.data.reading import members as folder
from emocore.data.reading.members import Member, Members
from emocore.errors import EmoError
from emocore.exchange import model_file, run_zip

WEIGHTS, GRAPH = "model.safetensors", "model.onnx"
"""What the weights are called in a model's zip, and the graph in a zip for other programs."""


def admit(content: bytes, name: str, owner: str = "") -> list[str]:
    """Make runs of an uploaded file and give their ids. Called on a worker.

    Raises EmoError as `model_file.admit` and `run_zip.admit` do.
    """
    if Path(name).suffix.lower() != ".zip":
        return [model_file.admit(content, name, owner)]
    with archive.members(io.BytesIO(content), name) as found:
        return _admitted(found, name, owner)


def admit_path(path: Path, owner: str = "") -> list[str]:
    """The same for a file or a folder on this machine."""
    if path.is_dir():
        return _admitted(folder.members(path, path.name), path.name, owner)
    if not path.is_file():
        raise EmoError(f"{shown_name(path.name)}: there is no such file or folder. Check the path.", "not_found")
    if path.suffix.lower() != ".zip":
        return [model_file.admit(_weights(path), path.name, owner)]
    with archive.members(path, path.name) as found:
        return _admitted(found, path.name, owner)


def _weights(path: Path) -> bytes:
    """A model file; of one that is too large no more than shows that it is."""
    with path.open("rb") as file:
        return file.read(model_file.MODEL_BYTES + 1)


def _admitted(found: Members, name: str, owner: str) -> list[str]:
    if _called(found, "run.json"):
        return run_zip.admit(found, name)
    if models := _called(found, WEIGHTS):
        return [model_file.admit(member.read(model_file.MODEL_BYTES), WEIGHTS, owner) for member in models]
    shown = shown_name(name)
    if _called(found, GRAPH):
        message = f"{shown} holds a model as ONNX, which is made for other programs and is not read here."
        raise EmoError(f"{message} Export the model as safetensors, or its runs as a zip.", "type_not_allowed")
    message = f"{shown} holds no model and no run: there is no {WEIGHTS} and no run.json in it."
    raise EmoError(f"{message} Export a model on the page Predict, or runs on the page Compare.", "no_run")


def _called(found: Members, name: str) -> list[Member]:
    return [member for member in found.files if member.parts[-1] == name]
