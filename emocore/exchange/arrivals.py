"""Networks come in by any file that left from here: a model's zip, its weights alone, or a zip of whole runs.

The server may import this module: torch is loaded when a worker checks what comes in.
"""

from __future__ import annotations

import io
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from emocore.data.names import shown_name
from emocore.data.reading import archive
from emocore.data.reading import members as folder
from emocore.data.reading.members import Member, Members
from emocore.errors import EmoError, reading
from emocore.exchange import model_file, run_zip
from emocore.files import read_json, write_json
from emocore.runs import new_runs, store
from emocore.runs.new_runs import NewRuns
from emocore.runs.run import LONGEST_ID, Run

WEIGHTS, GRAPH = "model.safetensors", "model.onnx"
"""What the weights are called in a model's zip, and the graph in a zip for other programs."""
REMEDY = "Export it once more where it was trained."


def admit(content: bytes, name: str, owner: str = "") -> list[str]:
    """Make runs of an uploaded file and give their ids. Called on a worker.

    Raises EmoError as `model_file.admit` and `run_zip.checked` do, and nothing else.
    """
    with reading(shown_name(name), REMEDY):
        if Path(name).suffix.lower() != ".zip":
            return [model_file.admit(content, name, owner)]
        with archive.members(io.BytesIO(content), name) as found:
            return _admitted(found, name, owner)


def admit_path(path: Path, owner: str = "") -> list[str]:
    """The same for a file or a folder on this machine."""
    with reading(shown_name(path.name), REMEDY):
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
        return _runs(found, name)
    if models := _called(found, WEIGHTS):
        return model_file.admit_several([one.read(model_file.MODEL_BYTES) for one in models], WEIGHTS, owner)
    shown = shown_name(name)
    if _called(found, GRAPH):
        message = f"{shown} holds a model as ONNX, which is made for other programs and is not read here."
        raise EmoError(f"{message} Export the model as safetensors, or its runs as a zip.", "type_not_allowed")
    message = f"{shown} holds no model and no run: there is no {WEIGHTS} and no run.json in it."
    raise EmoError(f"{message} Export a model on the page Predict, or runs on the page Compare.", "no_run")


def _called(found: Members, name: str) -> list[Member]:
    return [member for member in found.files if member.parts[-1] == name]


def _runs(found: Members, name: str) -> list[str]:
    """Runs of the run folders in a zip or folder, all or none."""
    with tempfile.TemporaryDirectory() as place:
        whole = run_zip.checked(found, name, Path(place))
        came: dict[str, str] = {}
        with new_runs.together() as made:
            for run in sorted(whole, key=lambda run: bool(run.members)):  # Ensembles after those that answer in them
                came[run.id] = _kept(run, name, came, made)
        return list(came.values())


def _kept(run: Run, name: str, came: Mapping[str, str], made: NewRuns) -> str:
    """The checked run as one of ours, with a number of this laboratory; brought twice, it is the same run.

    came: how those that came before it, such as an ensemble's members, are called here.
    """
    members = tuple(came.get(one, one) for one in run.members)
    if missing := [one for one in members if one not in came.values() and not _is_here(one)]:
        raise run_zip.damaged(run.folder, f"it answers with {missing[0]}, which is neither here nor beside it")
    metadata = read_json(run.folder / "run.json") | ({"members": list(members)} if members else {})
    run_id = run.id
    try:
        here = read_json(store.read(run_id).folder / "run.json")
        if {**here, "number": 0, "origin": ""} == {**metadata, "number": 0, "origin": ""}:
            return run_id
        run_id = f"{run.id[: LONGEST_ID - 9]}-{secrets.token_hex(4)}"
    except EmoError:
        pass
    unfinished = made.folder(run_id)
    shutil.copytree(run.folder, unfinished, dirs_exist_ok=True)
    (unfinished / "lock").unlink(missing_ok=True)
    metadata |= {"number": made.number(), "origin": shown_name(name)}
    write_json(unfinished / "run.json", metadata)
    return run_id


def _is_here(run_id: str) -> bool:
    try:
        return store.read(run_id).weights.exists()
    except EmoError:
        return False
