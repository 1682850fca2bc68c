"""The first step of an import: files or a dropped folder, what they seem to be, and boxes that correct it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Protocol

import numpy as np
import streamlit as st

from emocore import wording
from emocore.arrays import SIDE
from emocore.data.bins import Numbers
from emocore.data.layouts import vocabulary
from emocore.data.layouts.plan import FREE, NO_SOURCE, Wishes, from_json, in_words, places_in_words, table_and_column
from emocore.data.names import plain
from emocore.data.reading import warnings
from emocore.engine import client, jobs
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.ui.parts import face_grid, markdown, progress, slice_picker, tables
from emocore.wording import counted

JOB, FILE = "look-job", "look-file"
FOUND = ""
"""The choice that leaves a meaning as it was found."""


def start(data: Any, tables: Sequence[Any], wishes: Wishes = Wishes()) -> None:  # noqa: B008 - frozen
    """Have an uploaded file and its tables looked at by a worker, with what the person says so far."""
    job = jobs.create("look", {"wishes": wishes.to_json()})
    for file in (data, *tables):
        jobs.keep_upload(job, file.name, file.getvalue())
    client.submit_job(job)
    st.session_state[JOB], st.session_state[FILE] = job.id, data.file_id


def draw(data: Any, tables: Sequence[Any]) -> Wishes | None:
    """The look at the chosen file; the wishes to read it by once it is there, else None."""
    job_id = st.session_state.get(JOB)
    if data is None or not job_id or st.session_state.get(FILE) != data.file_id:
        return None
    try:
        job = jobs.read(job_id)
    except EmoError:  # Jobs are forgotten after a day
        return None
    progress.draw_until(job.status.is_over, _draw_state, job_id, progress.JOB_POLL_SECONDS)
    if job.status.state != "finished":
        return None
    wishes = from_json(job.arguments["wishes"])
    with st.container():
        progress.come_here(job.id, "Preview")
        _draw_plan(job.result)
    changed = _remedied(job, wishes) or _corrected(job, wishes)
    if changed:
        start(data, tables, changed)
        st.rerun()
    return wishes


def _draw_state(job_id: str, was_live: bool) -> None:
    job = jobs.read(job_id)
    if was_live and job.status.is_over:
        st.rerun()
    if not job.status.is_over:
        progress.draw_progress(job, f"stop-{job.id}")
    elif job.status.state != "finished":
        st.error(markdown.sentence(job.status.message), icon=":material/error:")


def _draw_plan(seen: dict[str, Any]) -> None:
    plan = seen["plan"]
    st.subheader(f"Detected format: {markdown.plain(plan['layout'])}", anchor=False)
    in_table = tuple(f"{part['source']}: " for part in plan["parts"])
    for sentence in plan["evidence"]:
        if not sentence.startswith(in_table):
            st.write(markdown.sentence(sentence))
    tables.show(_meanings((*plan["parts"], *seen["attributes"])), alt="How the files are understood")
    for question in plan["questions"]:
        st.warning(markdown.sentence(question), icon=":material/help:")
    for note in seen["notes"]:
        if note["code"] == "skipped_files":
            st.warning(markdown.sentence(note["says"]), icon=":material/filter_alt:")
    if seen["counts"]:
        words = [
            f"{split or 'without a split'} ({_counted(class_counts)})" for split, class_counts in seen["counts"].items()
        ]
        number = wording.counted(seen["faces"], "face")
        st.caption(markdown.sentence(f"{number}: {'; '.join(words)}. The import skips flipped copies among them."))
    faces = [np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(SIDE, SIDE) for _, pixels in seen["sample"]]
    face_grid.show(faces, [plain(emotion) for emotion, _ in seen["sample"]])
    classes = {emotion for class_counts in seen["counts"].values() for emotion in class_counts}
    if len(classes) == 1 < LIMITS.fewest_classes:
        said = warnings.only_class(min(classes))
        st.error(markdown.sentence(said[0].upper() + said[1:]), icon=":material/error:")


def _meanings(parts: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a meaning, with its examples: a column that several tables have is one."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for part in parts:
        _, column = table_and_column(part["source"])
        alike.setdefault((column or part["source"], part["meaning"], part["why"]), []).append(part)
    return [
        {
            "found in": plain(places_in_words([part["source"] for part in same])),
            "meaning": plain(meaning),
            "examples": plain(", ".join(dict.fromkeys(word for part in same for word in part["examples"]))),
            "reason": plain(why),
        }
        for (*_, meaning, why), same in alike.items()
    ]


def _counted(class_counts: dict[str, int]) -> str:
    return ", ".join(f"{plain(emotion)}: {count:,}" for emotion, count in list(class_counts.items())[:12])


def _corrected(job: Job, wishes: Wishes) -> Wishes | None:
    """What a person changes; None while nothing is."""
    seen = job.result
    offers = {offer["source"]: offer["examples"] for offer in seen["offers"]}
    if not offers:
        return None
    with st.form(f"correct-{job.id}"):
        st.write("**Is this correct?** If not, change it here and preview again. If it is, continue below.")
        with st.container(horizontal=True):
            class_from = _place("Class", "class", wishes.class_from, seen, {**offers})
            split_from = _place("Split", "split", wishes.split_from, seen, {**offers, NO_SOURCE: []})
            person_from = _place("Person", "person", wishes.person_from, seen, {**offers, NO_SOURCE: []})
            codes = _codes(wishes.codes, seen["plan"]["codes"], job.id)
        said_bins = _bins(seen, dict(wishes.bins), job.id)
        is_known = seen["plan"]["layout"] not in ("class folders", "file names", "a table of labels")
        free = is_known and st.toggle(
            "Ignore the detected format and use only folders, tables and file names", key=f"free-{job.id}"
        )
        if not st.form_submit_button("Preview again", icon=":material/search:"):
            return None
    said = replace(wishes, class_from=class_from, split_from=split_from, person_from=person_from, codes=codes)
    said = replace(said, layout=FREE if free else said.layout, bins=said_bins)
    return said if said != wishes else None


def _place(label: str, meaning: str, said: str, seen: dict[str, Any], offers: dict[str, list[str]]) -> str:
    parts = (*seen["plan"]["parts"], *seen["attributes"])
    found = places_in_words([part["source"] for part in parts if part["meaning"] == meaning])

    def option_label(source: str) -> str:
        if source == FOUND:
            return f"detected: {plain(found) or 'none'}"
        return f"{plain(in_words(source))} ({plain(', '.join(offers[source][:3]))})" if offers[source] else "none"

    options = [FOUND, *offers]
    at = options.index(said) if said in options else 0
    return str(st.selectbox(f"{label} comes from", options, index=at, format_func=option_label, width=260))


def _codes(said: str, found: str, key: str) -> str:
    options = [FOUND, *vocabulary.CODES, vocabulary.NO_CODES]

    def option_label(codes: str) -> str:
        if codes == FOUND:
            return f"detected: {found or 'not numbers'}"
        if codes == vocabulary.NO_CODES:
            return "keep the numbers"
        return f"{codes}: {', '.join(f'{n} {word}' for n, word in vocabulary.CODES[codes].items())}"

    at = options.index(said)
    return str(
        st.selectbox(
            "Meaning of class numbers", options, index=at, format_func=option_label, key=f"codes-{key}", width=260
        )
    )


def _bins(seen: dict[str, Any], said: dict[str, str], key: str) -> tuple[tuple[str, str], ...]:
    """Bins of every attribute of numbers, such as ages, with all its numbers above the box."""
    bins = {}
    for place, each in enumerate(seen.get("numbers", ())):
        counts = tuple((number, images) for number, images in each["counts"])
        found = Numbers(each["attribute"], counts, each["unknown"])
        bounds = said.get(found.attribute, "")
        slice_picker.draw_numbers(found, bounds, f"{key}-{place}")
        bins[found.attribute] = slice_picker.ask_bins(found, bounds, f"bins-{key}-{place}")
    return tuple((attribute, bounds) for attribute, bounds in bins.items() if bounds.strip())


def _remedied(job: Job, wishes: Wishes) -> Wishes | None:
    """What a click changes where a class has too few pictures or none to train on; None while nothing is chosen."""
    counts: Counter[str] = Counter()
    for class_counts in job.result["counts"].values():
        counts.update(class_counts)
    small = [name for name, number in counts.items() if number < LIMITS.fewest_images_a_class]
    untrained = [] if small else warnings.untrained(job.result["counts"])
    bad = small or untrained
    others = [name for name in counts if name not in bad]
    if not bad or (small and len(others) < LIMITS.fewest_classes):
        return None
    named = wording.listing([f"{name} ({counts[name]})" for name in bad])
    problem = (
        f"Too few pictures: {named}. Each class needs at least {LIMITS.fewest_images_a_class} pictures. "
        "Leave the class out, merge it with another class, or add pictures."
        if small
        else f"The training set has no picture of {named}, but other parts do. Leave the class out, merge it with "
        "another class, or make a new split."
    )
    st.warning(markdown.sentence(problem), icon=":material/warning:")
    return _clicked(job, wishes, bad, others, is_split=bool(untrained))


def _clicked(job: Job, wishes: Wishes, bad: Sequence[str], others: Sequence[str], is_split: bool) -> Wishes | None:
    """The buttons: leave some classes out, merge them, or cut a new split where the split is the reason."""
    named = markdown.plain(wording.listing(bad))
    is_enough = len(others) >= LIMITS.fewest_classes
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if is_split and st.button("Make a new split", icon=":material/call_split:", key=f"cut-{job.id}"):
            return replace(wishes, split_from=NO_SOURCE)
        leave = is_enough and st.button(f"Leave out {named}", icon=":material/remove_circle:", key=f"drop-{job.id}")
        into, merge = "", False
        if is_enough:
            into = st.selectbox("Merge with", others, format_func=markdown.plain, key=f"into-{job.id}", width=180)
            merge = st.button(f"Merge {named}", icon=":material/merge:", key=f"merge-{job.id}")
    if not leave and not merge:
        return None
    return replace(wishes, classes=(*wishes.classes, *((name, "" if leave else into) for name in bad)))


class File(Protocol):
    """What the uploader gives of a file; of a folder's file the name is its path."""

    name: str
    size: int
    file_id: str

    def getvalue(self) -> bytes:
        """Its content."""


@dataclass(frozen=True)
class Packed:
    """Many files as one: a zip, with the id that tells this choice of files from another."""

    name: str
    content: bytes
    file_id: str

    def getvalue(self) -> bytes:
        """The zip."""
        return self.content


def folder_key(files: Sequence[File]) -> str:
    """Another choice of files gives another key."""
    return hashlib.sha256("\n".join(file.file_id for file in files).encode()).hexdigest()[:16]


def packed(files: Sequence[File]) -> Packed:
    """The files of a folder with their paths, uncompressed since pictures are compressed already.

    Raises EmoError "too_large" or "too_many_files" as a zip of them would.
    """
    size = sum(file.size for file in files)
    if size > LIMITS.zip_bytes:
        message = f"The folder has {size / 2**20:,.0f} MB. The limit for an upload is {LIMITS.zip_bytes // 2**20} MB."
        raise EmoError(f"{message} Use the command line: python -m emocore import FOLDER.", "too_large")
    if len(files) > LIMITS.zip_members:
        message = (
            f"The folder has {counted(len(files), 'file')}. The limit for an upload is {LIMITS.zip_members:,} files."
        )
        raise EmoError(f"{message} Use the command line: python -m emocore import FOLDER.", "too_many_files")
    paths = [file.name.replace("\\", "/").lstrip("/") for file in files]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for path, file in zip(paths, files, strict=True):
            archive.writestr(path, file.getvalue())
    tops = {PurePosixPath(path).parts[0] for path in paths}
    return Packed(f"{tops.pop() if len(tops) == 1 else 'folder'}.zip", content.getvalue(), folder_key(files))


def name_for(file: str, taken: Collection[str]) -> str:
    """A name for a dataset after the file that it came in, with a number where another dataset has it."""
    whole = PurePosixPath(file).stem.removesuffix(".tar")
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", whole).strip("-._")[:50] or "dataset"
    number = 2
    name = stem
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
