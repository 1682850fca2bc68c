"""A grid of faces that can be clicked, or reached and chosen by keyboard."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.ui.parts import face_grid
from emocore.ui.state.datasets import DatasetView, opened

CSS = """
.faces { display: grid; gap: 10px; max-width: 1000px;
  grid-template-columns: repeat(auto-fill, minmax(min(84px, 21%), 1fr)) }
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
    _draw(shown, chosen, key, picked)


def _draw(shown: Sequence[Mapping[str, str]], chosen: str, key: str, picked: Callable[[str], None]) -> None:
    _grid(
        data={"faces": list(shown), "chosen": chosen},
        key=key,
        on_picked_change=lambda: picked(st.session_state[key].picked),
    )


def cells(dataset: Dataset, rows: Rows, captions: Sequence[str]) -> list[dict[str, str]]:
    """What the browser gets of each face: id, caption, PNG."""
    ids = [str(identity) for identity in dataset.table["id"].iloc[rows]]
    return [
        {"id": identity, "caption": caption, "png": base64.b64encode(face_grid.png(dataset.images[row])).decode()}
        for row, identity, caption in zip(rows, ids, captions, strict=True)
    ]
