"""Import data in the browser: upload or download it, watch, read what was skipped."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import wording
from emocore.data import library, split
from emocore.data.layouts.plan import Wishes
from emocore.data.reading import sources
from emocore.data.reading.formats import PICTURE_TYPES
from emocore.data.reading.warnings import CLASS_TOO_SMALL
from emocore.data.small_classes import MissingClassesError
from emocore.engine import client, jobs
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.ui import navigation
from emocore.ui.data import looking
from emocore.ui.data.looking import Packed
from emocore.ui.parts import markdown, progress, remedies, tables
from emocore.ui.state import choice

LAYOUT = """\
happy/one.png              train/happy/one.png
happy/two.png       or     train/sad/two.png
sad/three.png              test/happy/three.png"""


FILE, FOLDER = "One file", "A folder"


def draw_upload() -> None:
    """Choose a file or a folder and look at what it seems to be; correct it, then read it in."""
    kind = st.segmented_control(
        "What to import", [FILE, FOLDER], default=FILE, required=True, key="import-kind", wrap=True
    )
    with st.form("import", border=False):
        chosen = _choose_file() if kind == FILE else _choose_folder()
        place = "zip" if kind == FILE else "folder"
        tables = st.file_uploader(
            f"Tables with labels or attributes, if they are not in the {place} (optional)",
            accept_multiple_files=True,
            key="import-annotations",
        )
        is_asked = st.form_submit_button("Preview", type="primary", icon=":material/search:")
    with st.expander("Accepted formats", icon=":material/folder_zip:"):
        st.code(LAYOUT, language=None)
        st.write(
            "These also work: split folders inside class folders, class folders inside a folder for each person, one "
            "folder with a table of labels, and many public datasets without any change. Pictures can be PNG, JPEG, "
            "WebP, BMP, GIF or TIFF files of any size. Each one is converted to a gray image of 48x48 pixels."
        )
    if is_asked and not chosen:
        first = "First choose a file." if kind == FILE else "First choose a folder of pictures."
        st.error(first, icon=":material/error:")
    data = _as_one(chosen) if kind == FOLDER else chosen
    if is_asked and data is not None:
        looking.start(data, tables)
    if wishes := looking.draw(data, tables):
        _draw_import(data, tables, wishes)
    watch()


def _choose_file() -> Any:
    return st.file_uploader(
        f"A zip or tar.gz of labeled faces, the csv file of FER2013, NumPy arrays in an npz file, or a Parquet file "
        f"with pictures (at most {LIMITS.zip_bytes // 2**20} MB)",
        key="import-data",
    )


def _choose_folder() -> Any:
    chosen = st.file_uploader(
        f"A folder that contains one folder of pictures for each class (at most {LIMITS.zip_bytes // 2**20} MB)",
        type=[*PICTURE_TYPES, "csv", "tsv", "jsonl"],
        accept_multiple_files="directory",
        key="import-folder",
    )
    st.caption(  # Streamlit's uploader takes 6 s for 500 files, 23 s for 1,000, and hardly ends with 3,000
        "A browser sends 1,000 pictures in about half a minute, but more take very long. Make a zip of a larger folder "
        "and choose it as one file."
    )
    return chosen


def _as_one(files: list[Any]) -> Packed | None:
    """The files of a folder as one zip, packed once for a choice."""
    kept: Packed | None = st.session_state.get("import-packed")
    if not files:
        return None
    if kept is None or kept.file_id != looking.folder_key(files):
        try:
            with st.spinner("Collecting the files of the folder", show_time=True):
                kept = st.session_state["import-packed"] = looking.packed(files)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
            return None
    return kept


def _draw_import(data: Any, tables: list[Any], wishes: Wishes) -> None:
    """The second step: a name, options, and reading by the plan above."""
    with st.form("import-read", border=False):
        named = looking.name_for(data.name, [one.name for one in library.summaries()])
        key = f"import-name-{data.file_id}"
        name = st.text_input("Name of the dataset", st.session_state.get(key, named), key=key, max_chars=60)
        options = _options("import")
        if st.form_submit_button("Import", type="primary", icon=":material/upload:"):
            _start_upload(data, tables, name, options | {"wishes": wishes.to_json()})


def draw_sources() -> None:
    """Datasets that one click fetches, with the manual way beside it; what came of a click stands below it."""
    for name, source in sources.SOURCES.items():
        with st.container(border=True):
            st.subheader(markdown.plain(source.title), anchor=False)
            st.write(source.page)
            st.caption(f"How it is read: {source.reads}")
            if not sources.is_ready(source):
                st.caption(
                    "This download needs the package kagglehub. Install it with pip, then start the program again."
                )
            with st.form(f"fetch-{name}", border=False):
                wanted = st.text_input("Name of the dataset", value=name, key=f"fetch-name-{name}", max_chars=60)
                options = _options(name)
                ready = sources.is_ready(source)
                if st.form_submit_button("Download", icon=":material/cloud_download:", disabled=not ready):
                    _start("fetch", wanted, options | {"source": name, "provenance": f"Fetched from {source.page}"})
            if name == _watched_source():
                watch()
            with st.expander("Download it yourself", icon=":material/back_hand:"):
                st.write(source.manual)
    if _watched_source() not in sources.SOURCES:
        watch()


def _watched_source() -> str:
    """The source that this person fetches; "" where the last import is of another kind."""
    job_id = st.session_state.get("import-job")
    return str(jobs.read(job_id).arguments.get("source", "")) if job_id else ""


def _options(key: str) -> dict[str, Any]:
    replace = st.toggle(
        "Replace the dataset that has this name", key=f"{key}-replace", help="You can restore the old dataset later."
    )
    copies = st.toggle(
        "Keep flipped copies",
        key=f"{key}-copies",
        help="Some datasets contain mirrored or upside-down copies of their own pictures. The import finds these "
        "copies by their pixels and skips them, because a copy in the test set would make the score too high. If you "
        "keep them, each copy always stays in the same part as its original.",
    )
    return {"replace": replace, "keep_copies": copies}


def _start_upload(data: Any, tables: list[Any], name: str, options: dict[str, Any]) -> None:
    def keep(job: Job) -> None:
        for file in (data, *tables):
            jobs.keep_upload(job, file.name, file.getvalue())

    _start("import", name, options | {"provenance": f"Uploaded as {data.name}"}, keep)


def _start(kind: str, name: str, options: dict[str, Any], prepare: Any = None) -> None:
    try:
        library.refuse_taken(name, options["replace"])
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        return
    job = jobs.create(kind, options | {"name": name})
    if prepare:
        prepare(job)
    client.submit_job(job)
    st.session_state["import-job"] = job.id


def fetch(name: str) -> None:
    """Fetch a source under its own name; `watch` shows how far it is."""
    page = sources.SOURCES[name].page
    options = {"replace": False, "keep_copies": False, "source": name, "provenance": f"Fetched from {page}"}
    _start("fetch", name, options)


def watch() -> None:
    """The import that this person started last, while it runs and after."""
    if job_id := st.session_state.get("import-job"):
        progress.draw_until(jobs.read(job_id).status.is_over, _draw, job_id, progress.JOB_POLL_SECONDS)


def _draw(job_id: str, was_live: bool) -> None:
    job = jobs.read(job_id)
    if was_live and job.status.is_over:
        if job.status.state == "finished":
            choice.choose("dataset", job.arguments["name"])
        st.rerun()
    if not job.status.is_over:
        progress.draw_progress(job, f"stop-{job.id}")
    elif job.status.state == "finished":
        with st.container():
            progress.come_here(f"{job.id}-result", "Result of the import")
            _draw_result(job)
    else:
        st.error(markdown.sentence(job.status.message), icon=":material/error:")


def _draw_result(job: Job) -> None:
    st.success(markdown.sentence(job.status.message), icon=":material/check_circle:")
    for note in job.result["notes"]:
        st.write(f":material/info: {markdown.sentence(note['says'])}")
    if CLASS_TOO_SMALL in [note["code"] for note in job.result["notes"]]:
        _draw_remedies(job.arguments["name"])
    with st.container(horizontal=True):
        navigation.go("explore", "Explore this dataset", f"explore-{job.id}", icon=":material/insights:", primary=True)
        navigation.go("check", "Check it for duplicates and leaks", f"check-{job.id}", icon=":material/verified:")
    skipped = job.result["skipped"]
    if skipped:
        with st.expander(f"{wording.counted(len(skipped), 'file')} skipped", icon=":material/filter_alt:"):
            tables.show(skipped, alt="Files that were skipped")


def _draw_remedies(name: str) -> None:
    """Buttons that mend a dataset of which no training part has images of some class."""
    summaries = {summary.name: summary for summary in library.summaries()}
    if name not in summaries:
        return
    try:
        split.make(library.load(name), choice.chosen_plan(summaries[name]))
    except MissingClassesError as error:
        remedies.draw_buttons(summaries[name], error.classes, "import-problem")
    if done := st.session_state.pop("import-problem-done", ""):
        st.success(markdown.sentence(done), icon=":material/check_circle:")
