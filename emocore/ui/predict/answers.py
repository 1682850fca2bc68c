"""Pictures in, answers on the screen: where each face is, its answer, its bars, and what is doubtful about it."""

from __future__ import annotations

import base64
from collections import Counter
from itertools import combinations

import streamlit as st

from emocore import wording
from emocore.data.names import in_html
from emocore.engine import client
from emocore.figures import palette
from emocore.figures.palette import class_colors
from emocore.predict import inference
from emocore.predict.face_detection import Box
from emocore.predict.inference import FaceAnswer, Seen
from emocore.predict.uncertainty import UNSURE_BELOW
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui.parts import face_grid, markdown, progress
from emocore.ui.predict import closer
from emocore.ui.state import datasets

WIDEST = 420
SMALLEST_SIDE = 16


def draw_boxes(seen: Seen, key: str) -> None:
    """The picture as the worker made it small, with numbered boxes, a turn, and sliders for a box of one's own."""
    st.html(boxed(seen))
    found = {
        "found": f"{wording.counted(len(seen.answers), 'face')} found.{_turned(seen)}",
        "not found": "",
        "chosen": "This is the box that you placed.",
    }
    st.caption(f"{seen.size[0]:,} x {seen.size[1]:,} pixels. {found[seen.how]}".rstrip())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Rotate", icon=":material/rotate_right:", key=f"rotate-{key}", on_click=_rotate, args=(key,))
        own = st.toggle("Place the box yourself", key=f"own-box-{key}", on_change=_place, args=(key, _first(seen)))
    if own:
        _draw_sliders(seen, key)


def turns(key: str) -> int:
    """By how many quarters against the clock a person turned a picture: the button turns with the clock."""
    return int(st.session_state.get(f"turns-{key}", 0)) % 4


def _rotate(key: str) -> None:
    st.session_state[f"turns-{key}"] = turns(key) - 1
    st.session_state[f"own-box-{key}"] = False


def _turned(seen: Seen) -> str:
    """What to say of faces that lie on their side or stand on their head."""
    turned = sum(answer.box.turn != 0 for answer in seen.answers)
    return f" Turned upright for the network: {wording.counted(turned, 'face')}." if turned else ""


def chosen_box(key: str) -> Box | None:
    """The box that a person placed, if any."""
    if not st.session_state.get(f"own-box-{key}"):
        return None
    side, across, down = (float(st.session_state.get(f"box-{name}-{key}", 0)) for name in ("side", "across", "down"))
    return Box(across - side / 2, down - side / 2, side) if side else None


def _draw_sliders(seen: Seen, key: str) -> None:
    width, height = seen.size
    st.slider("Center, distance from the left (pixels)", 0, width, key=f"box-across-{key}")
    st.slider("Center, distance from the top (pixels)", 0, height, key=f"box-down-{key}")
    st.slider("Side length (pixels)", SMALLEST_SIDE, min(width, height), key=f"box-side-{key}")
    st.caption("Move the box a little. If the prediction changes, do not rely on it.")


def _first(seen: Seen) -> tuple[float, float, float]:
    """Middle and side of the first face, where a box of one's own begins."""
    first = seen.answers[0].box
    return first.left + first.side / 2, first.top + first.side / 2, first.side


def _place(key: str, start: tuple[float, float, float]) -> None:
    for name, value in zip(("across", "down", "side"), start, strict=True):
        st.session_state[f"box-{name}-{key}"] = max(round(value), SMALLEST_SIDE if name == "side" else 0)


def boxed(seen: Seen) -> str:
    """The picture and, over it, a square for each face in per cent of its sides, with the prediction beside it."""
    width, height = seen.size
    squares = [
        f'<div style="position:absolute;box-sizing:border-box;border:3px solid {palette.FRAME};border-radius:4px;'
        f"left:{100 * answer.box.left / width:.2f}%;top:{100 * answer.box.top / height:.2f}%;"
        f'width:{100 * answer.box.side / width:.2f}%;height:{100 * answer.box.side / height:.2f}%">'
        f'<span style="position:absolute;{_beside(answer.box, seen)};white-space:nowrap;background:{palette.FRAME};'
        f'color:#000;font-size:12px;line-height:1.4;padding:0 5px;border-radius:4px">{tag}</span></div>'
        for answer, tag in zip(() if seen.no_face else seen.answers, _tags(seen), strict=False)
    ]
    said = f"The picture with {wording.counted(len(squares), 'marked face')}"
    source = f"data:image/jpeg;base64,{base64.b64encode(seen.shown).decode()}"
    wide = min(WIDEST, round(WIDEST * width / height))
    return (
        f'<div style="position:relative;max-width:{wide}px"><img src="{source}" alt="{said}" '
        f'style="width:100%;display:block;border-radius:6px">{"".join(squares)}</div>'
    )


NARROWEST, LETTER, AROUND = 300, 7, 30
"""CSS pixels: of a picture on a phone, of a letter on a picture, and around the word, its number included."""


def _tags(seen: Seen) -> list[str]:
    """What stands at each face: its number where there are several, and its prediction where there is room for it."""
    predictions = [answer.prediction + "?" * (answer.unsure or answer.is_face is False) for answer in seen.answers]
    if len(predictions) == 1:
        return [in_html(predictions[0])]
    needed = AROUND + LETTER * max(map(len, predictions))
    boxes, scale = [answer.box for answer in seen.answers], NARROWEST / seen.size[0]
    is_tight = any(
        abs(one.top - other.top) < max(one.side, other.side) and abs(one.left - other.left) * scale < needed
        for one, other in combinations(boxes, 2)
    )
    return [str(at) if is_tight else f"{at} {in_html(word)}" for at, word in enumerate(predictions, 1)]


def _beside(box: Box, seen: Seen) -> str:
    """Where a tag stands: above its box, below one at the top, and to the left from one at the right."""
    across = "right:-3px" if box.left + box.side / 2 > 0.7 * seen.size[0] else "left:-3px"
    return f"{across};{'top' if box.top < 0.1 * seen.size[1] else 'bottom'}:100%"


Picture = tuple[str, bytes]
Pictures = list[Picture]
MOST_PICTURES = 20
INPUT = "Input of the network (48x48, gray)"
INPUT_OF_FACE = "Face {number}: input of the network (48x48, gray)"
MEANING = {
    "no_face_found": "No face was found, so the center of the picture was used. Place the box yourself.",
    "not_a_face": "The face detector finds no face here, or a face that is less clear than in 95% of the validation "
    "images. A network always predicts some class, so do not trust this prediction.",
    "learned": "This picture or its mirror image is one of the training images. The prediction "
    "does not show how well the network predicts new pictures.",
    "unsure": f"No class has a probability of at least {wording.per_cent(UNSURE_BELOW)}.",
    "unfamiliar": "This picture is more different from the training images than 99% of the validation images are.",
    "networks_disagree": "The networks of this ensemble do not all predict the same class.",
    "mirror_differs": "The network predicts another class for the mirror image of this face.",
}
"""What each flag of `inference.flags` means."""


def upload() -> Pictures:
    """The pictures that a person chose or took, name and content each."""
    left, right = st.columns([3, 2])
    chosen = left.file_uploader(
        f"One or several pictures with faces (each at most {LIMITS.picture_bytes // 2**20} MB)",
        accept_multiple_files=True,
        key="pictures",
        max_upload_size=LIMITS.picture_bytes // 2**20,
    )
    if len(chosen) > MOST_PICTURES:
        st.warning(
            f"You chose {len(chosen)} pictures. Only the first {MOST_PICTURES} are shown. For more pictures, use the "
            "tab “Many pictures”.",
            icon=":material/warning:",
        )
    with right:
        snapshot = _snapshot()
    return [(file.name, file.getvalue()) for file in chosen[:MOST_PICTURES]] + snapshot


def draw_pictures(model: Run, pictures: Pictures) -> None:
    """For each picture where its faces are, what the network sees of them, and the answers in words."""
    for number, picture in enumerate(pictures):
        with st.container(border=True):
            _draw_picture(model, picture, f"{number}-{picture[0]}")


NO_FACE = "**No face found.** Rotate the picture or place the box on a face. The network then makes a prediction."


def draw_answer(model: Run, answer: FaceAnswer, doubts: tuple[str, ...]) -> None:
    """The sentence, the flags and a bar a class; no answer where neither a face nor a box is there."""
    closest = f"**{markdown.plain(answer.prediction)}**"
    if "no_face_found" in doubts:
        st.warning(NO_FACE, icon=":material/search_off:")
        return
    if "not_a_face" in doubts:
        st.write(f"**This may not be a face.** For this network it looks most like images labeled {closest}.")
    else:
        st.write(
            f"**Unsure.** Looks most like images labeled {closest}."
            if answer.unsure
            else f"Looks like images labeled {closest}."
        )
    if doubts:
        with st.container(horizontal=True, gap="small"):
            for code in doubts:
                st.badge(inference.FLAGS[code], icon=":material/help:", color="orange", help=MEANING[code])
    face_grid.bars(answer.probabilities, class_colors(model.classes))
    st.caption(_agreement(answer))
    unknown = (
        "This model does not say how similar the picture is to the training images." if answer.familiar is None else ""
    )
    faceless = "This model does not say whether the picture is a face." if answer.is_face is None else ""
    if remarks := " ".join(filter(None, (answer.weakness, unknown, faceless))):
        st.caption(markdown.sentence(remarks))


def _agreement(answer: FaceAnswer) -> str:
    """What the mirror image and the networks of an ensemble answer."""
    mirror = "The prediction for the mirror image is the same."
    if answer.mirrored != answer.prediction:
        mirror = f"The prediction for the mirror image is {markdown.plain(answer.mirrored)}."
    if len(answer.members) == 1:
        return mirror
    counts = Counter(answer.members).most_common()
    votes = ", ".join(f"{markdown.plain(name)} ({number})" for name, number in counts)
    return f"{mirror} Predictions of the {len(answer.members)} networks: {votes}."


@st.fragment
def _draw_picture(model: Run, picture: Picture, key: str) -> None:
    box = chosen_box(key)
    with datasets.spinner(progress.LOOKING):
        (seen,), message = client.ask(inference.look_at, model.id, [picture], box, True, turns(key))
    if seen.problem:
        st.error(markdown.sentence(seen.problem), icon=":material/broken_image:")
        return
    st.write(markdown.plain(seen.file))
    if seen.how == "cropped":
        _draw_faces(model, seen, key)
    elif seen.no_face:  # Told before anything else
        _draw_faces(model, seen, key)
        draw_boxes(seen, key)
    else:
        left, right = st.columns([2, 3], gap="medium")
        with left:
            draw_boxes(seen, key)
        with right:
            _draw_faces(model, seen, key)
    with st.expander("How reliable are these numbers?", icon=":material/straighten:"):
        st.write("\n\n".join(markdown.sentence(sentence) for sentence in message))


def _draw_faces(model: Run, seen: Seen, key: str) -> None:
    for number, answer in enumerate(seen.answers):
        if seen.no_face:
            draw_answer(model, answer, inference.flags(seen, answer))
        else:
            _draw_face(model, seen, answer, f"{key}-{number}")


def _draw_face(model: Run, seen: Seen, answer: FaceAnswer, key: str) -> None:
    with st.container(key=f"seen-face-{key}"):  # Side by side on a phone, too
        left, right = st.columns([1, 3])
        with left:
            number = seen.answers.index(answer) + 1
            caption = INPUT_OF_FACE.format(number=number) if len(seen.answers) > 1 else INPUT
            face_grid.show([answer.face], [caption], width=112)
        with right:
            draw_answer(model, answer, inference.flags(seen, answer))
    closer.draw(model, answer, key)


def _snapshot() -> Pictures:
    """A camera picture, after a note that says what happens with it."""
    with st.expander("Take a picture with the camera", icon=":material/photo_camera:"):
        agreed = st.checkbox(
            "The person in the picture has agreed. The picture is used for one prediction. It is then deleted and "
            "nothing is stored.",
            key="camera-agreed",
        )
        taken = st.camera_input("Camera", key="camera", disabled=not agreed) if agreed else None
    return [("camera.jpg", taken.getvalue())] if taken is not None else []
