"""Faces side by side: to look at, to click or to choose by keyboard, with bars of probabilities."""

from __future__ import annotations

import base64
import io
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st
from PIL import Image

from emocore import wording
from emocore.arrays import Face, Rows
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.library import Summary
from emocore.data.names import in_html
from emocore.errors import EmoError
from emocore.figures import palette
from emocore.ui.parts import tables
from emocore.ui.state.datasets import DatasetView, opened


def png(face: Face) -> bytes:
    """A (48, 48) face as a PNG file."""
    content = io.BytesIO()
    Image.fromarray(face).save(content, "PNG", compress_level=1)
    return content.getvalue()


def show(faces: Sequence[Face], captions: Sequence[str], width: int = 84, marks: Sequence[str] = ()) -> None:
    """A grid of faces, enlarged without smoothing.

    captions: one a face, plain text. width: of one face in CSS pixels. marks: a color a face for its
    frame, or none.
    """
    cells = [
        f'<figure style="margin:0;width:{width}px">'
        f'<img src="data:image/png;base64,{base64.b64encode(png(face)).decode()}" alt="Face: {in_html(caption)}" '
        f'style="width:{width}px;height:{width}px;image-rendering:pixelated;border-radius:4px;display:block;'
        f'box-sizing:border-box;{f"border:3px solid {mark};" if mark else ""}">'
        f'<figcaption style="font-size:12px;line-height:1.3;opacity:.8;padding-top:2px;overflow-wrap:break-word">'
        f"{_breakable(in_html(caption))}</figcaption></figure>"
        for face, caption, mark in zip(faces, captions, marks or [""] * len(faces), strict=True)
    ]
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:10px">{"".join(cells)}</div>')


def _breakable(caption: str) -> str:
    """Breaks after the folders of a name and not within a word."""
    return caption.replace("/", "/<wbr>").replace("_", "_<wbr>")


def bars(shares: Mapping[str, float | None], colors: dict[str, str], message: Mapping[str, str] | None = None) -> None:
    """A bar a class, longest where the share is largest, with its share in per cent or what else is said of it."""
    message = message or {name: wording.per_cent(share) for name, share in shares.items()}
    rows = [
        f'<span style="overflow-wrap:break-word">{in_html(name)}</span>'
        f'<span style="background:rgba(128,128,128,.18);border-radius:4px;height:14px">'
        f'<span style="display:block;height:14px;border-radius:4px;background:{colors[name]};'
        f'width:{100 * (share or 0):.1f}%">'
        "</span></span>"
        f'<span style="text-align:right;font-variant-numeric:tabular-nums">{in_html(message[name])}</span>'
        for name, share in shares.items()
    ]
    grid = "display:grid;grid-template-columns:minmax(4em,7.5em) minmax(3em,1fr) auto;gap:6px 8px;align-items:center"
    st.html(f'<div style="{grid};max-width:540px">{"".join(rows)}</div>')


Sample = tuple[list[Face], list[str]]
"""Faces and a caption each."""


@st.cache_data(max_entries=64, show_spinner=False)
def sample(name: str, fingerprint: str, emotion: str, seed: int, size: int = 25) -> Sample:
    """Random faces of a class, or of "all", with id and label as captions.

    fingerprint: makes a changed dataset another entry of the cache.
    """
    dataset = library.load(name)
    assert fingerprint
    wanted = np.arange(len(dataset)) if emotion == "all" else np.flatnonzero(dataset.table["emotion"] == emotion)
    rows = np.sort(np.random.default_rng(seed).permutation(wanted)[:size])
    ids = dataset.table["id"].iloc[rows]
    return [np.array(dataset.images[row]) for row in rows], [str(identity) for identity in ids]


@st.cache_data(max_entries=16, show_spinner=False)
def sample_across_classes(name: str, fingerprint: str, per_class: int) -> Sample:
    """The same number of faces of every class, captioned with the class."""
    shown: Sample = ([], [])
    for emotion in library.summary(name).classes:
        faces, _ = sample(name, fingerprint, emotion, seed=7, size=per_class)
        shown[0].extend(faces)
        shown[1].extend([emotion] * len(faces))
    return shown


@st.cache_data(max_entries=64, show_spinner=False)
def rows_of(name: str, fingerprint: str, rows: tuple[int, ...]) -> Sample:
    """Faces of some rows with their labels; none when the dataset is gone or another one now."""
    try:
        dataset = library.load(name)
    except EmoError:
        return [], []
    if dataset.fingerprint != fingerprint:
        return [], []
    emotions = dataset.table["emotion"].iloc[list(rows)]
    return [np.array(dataset.images[row]) for row in rows], [str(emotion) for emotion in emotions]


def class_totals(dataset: Summary) -> dict[str, int]:
    """Images of each class over all splits."""
    totals: Counter[str] = Counter()
    for of_class in dataset.counts.values():
        totals.update(of_class)
    return {name: totals[name] for name in dataset.classes}


def draw_counts_table(dataset: Summary) -> None:
    """The numbers behind the chart, with totals and shares."""
    totals = class_totals(dataset)
    rows = [
        {"class": name}
        | {split or "images": dataset.counts[split].get(name, 0) for split in sorted(dataset.counts, key=palette.place)}
        | ({"all": totals[name]} if len(dataset.counts) > 1 else {})
        | {"share": totals[name] / dataset.images}
        for name in dataset.classes
    ]
    shown, share = tables.with_shares(rows, ["share"])
    tables.show(shown, column_config=share, width="content", alt="Images of each class")


def seed() -> int:
    """The seed of the sample on the screen."""
    return int(st.session_state.setdefault("sample-seed", 1))


def draw_anew() -> None:
    """Another sample, by another seed."""
    st.session_state["sample-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a sample, not a secret


CSS = """
.faces { display: grid; gap: 10px; max-width: 1000px;
  grid-template-columns: repeat(auto-fill, minmax(min(84px, 21%), 1fr)) }
@media (max-width: 640px) {
  .strip { grid-template-columns: none; grid-auto-flow: column; grid-auto-columns: 68px; padding: 4px;
    overflow-x: auto }
}
.face { all: unset; cursor: pointer; border-radius: 6px; min-width: 0; color: var(--st-text-color); font: inherit }
.face img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 4px; display: block }
.face span { font-size: 12px; line-height: 1.3; opacity: .8; display: block; padding-top: 2px;
  overflow-wrap: break-word }
.face:hover img, .face:focus-visible img { outline: 3px solid var(--st-primary-color) }
.face[aria-pressed=true] img { outline: 3px solid var(--st-primary-color) }
"""

JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".faces");
  grid.classList.toggle("strip", data.strip);
  const ids = data.faces.map((face) => face.id).join("\\n");
  if (grid.dataset.ids !== ids) {
    grid.dataset.ids = ids;
    grid.replaceChildren(...data.faces.map((face) => {
      const button = document.createElement("button");
      const image = document.createElement("img");
      const caption = document.createElement("span");
      button.type = "button";
      button.className = "face";
      image.src = "data:image/png;base64," + face.png;
      image.alt = "Face: " + face.id;
      caption.textContent = face.caption.replace(/[/_]/g, "$&\\u200b");
      button.append(image, caption);
      return button;
    }));
  }
  [...grid.children].forEach((button, place) => {
    const face = data.faces[place];
    button.onclick = () => {
      setTriggerValue("picked", face.id);
      const show = () => document.querySelector(".st-key-face-detail")?.scrollIntoView({ block: "nearest" });
      if (window.innerWidth < 640) setTimeout(show, 1200);
    };
    button.setAttribute("aria-pressed", String(face.id === data.chosen));
    button.title = face.id;
  });
}
"""

_grid = st.components.v2.component(
    "emocore_face_grid", html='<div class="faces" role="group" aria-label="Faces to choose from"></div>', css=CSS, js=JS
)


def draw(view: DatasetView, rows: Rows, captions: Sequence[str], key: str, picked: Callable[[str], None]) -> None:
    """Faces of some rows with a caption each; `picked` is called with the id of a clicked one."""
    _draw(cells(opened(view), rows, captions), st.query_params.get("face", ""), key, picked)


def choose(
    pictures: Sequence[bytes], names: Sequence[str], chosen: str, key: str, picked: Callable[[str], None]
) -> None:
    """PNG pictures, of which one is chosen; `picked` is called with the name of a clicked one."""
    shown = [
        {"id": name, "caption": "", "png": base64.b64encode(picture).decode()}
        for picture, name in zip(pictures, names, strict=True)
    ]
    _draw(shown, chosen, key, picked, strip=True)


def _draw(
    shown: Sequence[Mapping[str, str]], chosen: str, key: str, picked: Callable[[str], None], strip: bool = False
) -> None:
    """strip: one line that is moved sideways on a phone."""
    _grid(
        data={"faces": list(shown), "chosen": chosen, "strip": strip},
        key=key,
        on_picked_change=lambda: picked(st.session_state[key].picked),
    )


def cells(dataset: Dataset, rows: Rows, captions: Sequence[str]) -> list[dict[str, str]]:
    """What the browser gets of each face: id, caption, PNG."""
    ids = [str(identity) for identity in dataset.table["id"].iloc[rows]]
    return [
        {"id": identity, "caption": caption, "png": base64.b64encode(png(dataset.images[row])).decode()}
        for row, identity, caption in zip(rows, ids, captions, strict=True)
    ]
