"""Gray values of classes or of one image, before and after normalization; light as a shortcut; mean faces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from emocore import wording
from emocore.arrays import Rows
from emocore.data.exploring import pixels
from emocore.data.exploring.pixels import SPACES, Histogram, MeanFaces
from emocore.data.exploring.projection import sample
from emocore.data.exploring.summaries import FLATTEST
from emocore.figures import faces
from emocore.figures import faces as scatter
from emocore.figures.faces import common_top, grey_histogram, histogram_rows
from emocore.figures.palette import class_colors
from emocore.ui.parts import face_grid, markdown, slice_picker, tables
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView
from emocore.wording import counted

WHOLE, ONE = "Whole classes", "One image of each class"
MOST_POINTS = 800


def draw(view: DatasetView, rows: Rows) -> None:
    """Histograms for all classes side by side, and what brightness and contrast alone give away."""
    if not len(rows):
        tables.nothing("No image matches this filter.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        what = st.segmented_control("Show", [WHOLE, ONE], default=WHOLE, required=True, key="pixels-of", wrap=True)
        after = st.selectbox(
            "Normalization", list(SPACES)[1:], index=1, key="pixels-after", format_func=SPACES.__getitem__
        )
    summary = datasets.summarized(view)
    if what == ONE:
        faces = _one_of_each(view, rows)
        of_one = {
            space: {name: pixels.of_one(face, summary, space) for name, face in faces.items()} for space in SPACES
        }
        before, changed = of_one["raw"], of_one[after]
    else:
        before, changed = datasets.histograms(view, "raw"), datasets.histograms(view, after)
    colors = class_colors(datasets.opened(view).classes)
    st.subheader("Before normalization", anchor=False)
    _draw_row(before, "raw", colors)
    st.subheader(f"After normalization, {wording.WORDS.get(after, after)}", anchor=False)
    _draw_row(changed, after, colors)
    _draw_caption(what == WHOLE, after, summary.fitted_on)
    _draw_numbers({"before": before, after: changed})
    _draw_light(view, rows)


def _draw_row(several: Mapping[str, Histogram], space: str, colors: Mapping[str, str]) -> None:
    top = common_top(list(several.values()))
    for start in range(0, len(several), 4):
        some = list(several.items())[start : start + 4]
        for column, (emotion, made) in zip(st.columns(4), some, strict=False):
            with column:
                st.markdown(f"**{markdown.plain(emotion)}**, n = {made.images:,}")
                spec = grey_histogram(made, space, colors[emotion], top)
                tables.draw_chart(spec, f"Gray values of {emotion}", f"histogram-{space}-{emotion}")


def _draw_numbers(spaces: Mapping[str, Mapping[str, Histogram]]) -> None:
    every = [(space, name, made) for space, several in spaces.items() for name, made in several.items()]
    totals = [_totals(name, space, made) for space, name, made in every]
    tables.draw_numbers(totals, "grey-values", shares=["black", "white", "outside"])
    bins = [{"class": name, "space": space} | row for space, name, made in every for row in histogram_rows(made)]
    tables.draw_numbers(bins, "grey-histograms", title="Data of the histograms")


def _draw_caption(whole: bool, after: str, fitted_on: int) -> None:
    message = {
        "global": "Global normalization shifts and rescales the axis. The shape of each curve does not change.",
        "per-pixel": "Per-pixel normalization compares each pixel with the same pixel of other images, so the shapes "
        "change.",
        "per-image": "Per-image normalization removes differences in light between images. Every image has mean 0 and "
        f"standard deviation 1 (images with a deviation below {FLATTEST:g} of 255 are not stretched).",
    }
    sentences = [message[after], "All classes use the same vertical axis, so you can compare heights."]
    sentences.append(
        "Normalized values are not limited to -2 to 2: dividing by the standard deviation sets no limit. Of values "
        "with a normal distribution, about 5% are outside."
    )
    if whole:
        sentences.append("The line is the median over the images. The band contains the middle half of the images.")
    if after != "per-image":
        sentences.append(f"Mean and standard deviation come from {counted(fitted_on, 'training image')}.")
    st.caption(" ".join(sentences))


def _totals(name: str, space: str, made: Histogram) -> dict[str, Any]:
    return {
        "class": name,
        "space": space,
        "images": made.images,
        "mean": round(made.mean, 3),
        "deviation": round(made.deviation, 3),
        "black": round(made.black, 5),
        "white": round(made.white, 5),
        "outside": round(made.outside, 5),
    }


def _one_of_each(view: DatasetView, rows: Rows) -> dict[str, np.ndarray]:
    dataset = datasets.opened(view)
    number = st.number_input(
        "Which image of each class",
        1,
        9999,
        key="pixels-which",
        width=260,
        help="The report used the first image of each class.",
    )
    shown = {}
    for label, name in enumerate(dataset.classes):
        mine = rows[dataset.labels[rows] == label]
        if len(mine):
            shown[name] = np.array(dataset.images[mine[(int(number) - 1) % len(mine)]])
    face_grid.show(list(shown.values()), list(shown), width=120)
    st.warning(
        "One image says little about its class. Its curve depends on its own light and background. "
        "Choose whole classes to compare classes.",
        icon=":material/filter_1:",
    )
    return shown


def _draw_light(view: DatasetView, rows: Rows) -> None:
    st.subheader("Can brightness and contrast predict the class?", anchor=False)
    found = datasets.light(view)
    if found is None:
        st.write("This needs two classes with at least ten different pictures each.")
        return
    value, message = st.columns([1, 3], vertical_alignment="center")
    value.metric(
        "Mean recall of the classes",
        wording.score(found.recall),
        help="Logistic regression that only sees the mean and the standard deviation of each image.",
    )
    low, high = (wording.score(bound) for bound in found.interval)
    message.write(found.message)
    message.caption(
        f"Mean recall {wording.score(found.recall)}, 95% interval [{low}, {high}], n = {found.images:,}. "
        f"Random guessing "
        f"gives {wording.score(found.chance)}. The score is from 5-fold cross-validation. Copies are in the same fold."
    )
    table = [
        {"class": datasets.opened(view).classes[label], "recall": recall, "chance": found.chance}
        for label, recall in found.of_class.items()
    ]
    tables.draw_numbers(table, "brightness-and-contrast")
    _draw_light_map(view, rows)


def _draw_light_map(view: DatasetView, rows: Rows) -> None:
    dataset = datasets.opened(view)
    drawn = sample(rows, MOST_POINTS, seed=1)
    features = pixels.brightness_and_contrast(datasets.summarized(view), drawn)
    emotions = [dataset.classes[label] for label in dataset.labels[drawn]]
    values = scatter.scatter_rows(features, list(drawn), emotions, list(dataset.table["id"].iloc[drawn]))
    titles = ("Brightness (mean gray value)", "Contrast (deviation of gray values)")
    tables.draw_chart(
        scatter.scatter(values, class_colors(dataset.classes), titles, "Class, as labeled", is_map=False),
        "Brightness and contrast of the images",
        "light-map",
    )
    st.caption(
        f"{len(drawn):,} of {counted(len(rows), 'image')}. Where the colors mix, light says nothing about the class."
    )
    tables.draw_numbers(values, "brightness-and-contrast-points", title="Data of the points")


MOST_GROUPS = 12


def draw_mean_faces(view: DatasetView, rows: Rows) -> None:
    """The mean face, what varies, and the difference from all, for each group."""
    if not len(rows):
        tables.nothing("No image matches this filter.")
        return
    offered = ["emotion", "split", *datasets.opened(view).attributes]
    columns = st.pills(
        "Groups by",
        offered,
        selection_mode="multi",
        default=["emotion"],
        key="means-by",
        format_func=lambda name: {"emotion": "Class", "split": "Split"}.get(name) or slice_picker.attribute_words(name),
        help="Choose several to see every combination, or none to see all images together.",
        wrap=True,
    )
    made = datasets.mean_faces(view, tuple(name for name in offered if name in columns))
    if len(made.names) > MOST_GROUPS:
        st.warning(
            f"There are {len(made.names)} groups. At most {MOST_GROUPS} can be compared. Choose fewer attributes.",
            icon=":material/filter_alt:",
        )
        return
    with st.container(width=680):
        tables.draw_figure(
            faces.mean_faces(made),
            f"Mean faces, deviations and differences of {wording.listing(made.names)}",
            "mean-faces",
        )
    st.caption(
        "Mean: the average gray value of each pixel. Deviation: bright pixels differ most between images, often at the "
        "mouth, the hair and the background. Minus all: red pixels are brighter and blue pixels are darker than in the "
        "mean face of all images. If a group is small (see n), much of the difference is chance."
    )
    _draw_mean_numbers(made)


def _draw_mean_numbers(made: MeanFaces) -> None:
    numbers = zip(made.names, made.images, made.mean.mean((1, 2)), made.deviation.mean((1, 2)), strict=True)
    table = [
        {"group": name, "images": n, "mean": round(float(mean), 3), "mean deviation": round(float(deviation), 3)}
        for name, n, mean, deviation in numbers
    ]
    tables.draw_numbers(table, "mean-faces")
