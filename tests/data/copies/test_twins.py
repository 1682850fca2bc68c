"""Twins are found as a comparison of all pixels of all pairs finds them, in whatever way they are laid over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageOps

from emocore.data.copies import likeness, twins
from emocore.data.copies.twins import Search, Twins
from emocore.data.dataset import Dataset, assemble
from emocore.data.events import Progress
from emocore.errors import EmoError
from tests.laboratory import real, report_faces


def blobs(number: int, seed: int = 0) -> np.ndarray:
    """Smooth pictures, different from each other, that fill the range without clipping."""
    random = np.random.default_rng(seed)
    small = Image.fromarray
    drawn = [small(random.integers(60, 196, (7, 7), dtype=np.uint8)).resize((48, 48), 3) for _ in range(number)]
    return np.stack([np.asarray(picture) for picture in drawn])


def dataset(images: np.ndarray, **columns: list[str]) -> Dataset:
    """Images in the order given, half happy and half sad unless told."""
    ids = [f"im{row:04}.png" for row in range(len(images))]
    emotions = [("happy", "sad")[row % 2] for row in range(len(images))]
    return assemble("few", images, pd.DataFrame({"id": ids, "emotion": emotions, **columns}))


def found(images: np.ndarray, *also: str, threshold: float = 0.95) -> dict[tuple[int, int], tuple[str, str, float]]:
    """Pair of rows -> kind, turn, correlation."""
    pairs = twins.search_whole(dataset(images), Search(threshold=threshold, also=also)).pairs
    rows = zip(pairs["row_a"], pairs["row_b"], strict=True)
    return dict(zip(rows, zip(pairs["kind"], pairs["turn"], pairs["correlation"], strict=True), strict=True))


@pytest.fixture(scope="module")
def report() -> Dataset:
    return report_faces().dataset


@pytest.mark.parametrize("threshold", [0.8, 0.9, 0.95])
def test_the_pairs_are_those_of_a_comparison_of_all_pixels(threshold: float) -> None:
    random = np.random.default_rng(3)
    images = blobs(120)
    for copy in range(60, 120):  # Noise of growing strength: correlations all around the threshold
        noise = random.normal(0, (copy - 60) / 2, (48, 48))
        turned = images[copy - 60][:, :: random.choice([1, -1])][:: random.choice([1, -1])]
        images[copy] = np.clip(turned + noise, 0, 255)

    pairs = found(images, threshold=threshold)

    turns = [images, images[:, :, ::-1], images[:, ::-1], images[:, ::-1, ::-1]]
    oracle = np.max([np.corrcoef(images.reshape(120, -1), t.reshape(120, -1))[:120, 120:] for t in turns], axis=0)
    above = {(int(a), int(b)) for a, b in np.argwhere(oracle >= threshold) if a < b}
    assert set(pairs) == above
    assert 10 < len(above) < 7000
    assert [value[2] for value in pairs.values()] == pytest.approx([oracle[pair] for pair in pairs], abs=1e-5)


def test_pairs_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    images = blobs(40)
    images[[37, 11]] = np.clip(images[[5, 30]].astype(int) + 3, 0, 255)
    whole = found(images)
    for module in (twins, likeness):
        monkeypatch.setattr(module, "BATCH", 7)

    assert found(images) == whole
    assert set(whole) == {(5, 37), (11, 30)}


@pytest.mark.parametrize(
    ("turn", "copy"),
    [
        ("as it is", lambda face: face),
        ("mirrored", np.fliplr),
        ("upside down", np.flipud),
        ("half turn", lambda face: np.rot90(face, 2)),
    ],
)
def test_equal_pixels_are_exact_twins_in_every_turn(turn: str, copy) -> None:
    images = blobs(6)
    images[4] = copy(images[1])

    assert found(images) == {(1, 4): ("exact", turn, 1.0)}


def test_correlation_does_not_mind_brightness_and_contrast() -> None:
    images = blobs(6)
    images[4] = np.round(images[1] * 0.6 + 40)

    kind, turn, correlation = found(images)[1, 4]

    assert (kind, turn) == ("same photo", "as it is")
    assert correlation > 0.999


def test_a_copy_in_other_tones_is_found_on_demand() -> None:
    images = blobs(6)
    stretched = 255 * ((images[1].astype(float) - 60) / 135).clip(0, 1)
    images[4] = np.round(255 * (stretched / 255) ** 5)  # Gamma this strong is more than correlation forgives
    images[5] = (images[2].astype(float) * 6 - 700).clip(0, 255)  # Most of it clips

    assert found(images) == {}
    assert found(images, "other tones")[1, 4][1] == "other tones"


@pytest.mark.parametrize("degrees", [5, -5, 10, -10])
def test_a_rotated_copy_is_found_on_demand_though_its_corners_are_black(degrees: int) -> None:
    images = blobs(6)
    images[4] = np.asarray(Image.fromarray(images[1]).rotate(degrees))

    kind, turn, _ = found(images, *(look for look in likeness.ON_DEMAND if "rotated" in look))[1, 4]

    assert kind in ("near", "same photo")
    assert turn == f"rotated by {degrees} degrees"


def test_ranks_are_those_of_an_equalised_picture() -> None:
    images = blobs(4)
    ranks = likeness.ranks(images)

    for face, ranked in zip(images, ranks, strict=True):
        equalised = np.asarray(ImageOps.equalize(Image.fromarray(face)), dtype=float)
        assert np.corrcoef(equalised.ravel(), ranked.ravel())[0, 1] > 0.999
        assert ranked.mean() == pytest.approx(0.5, abs=1e-4)


def test_pictures_of_one_grey_value_are_in_no_pair_but_named() -> None:
    images = np.concatenate([blobs(4), np.zeros((50, 48, 48), np.uint8), np.full((50, 48, 48), 128, np.uint8)])

    result = twins.search_whole(dataset(images), Search(also=tuple(likeness.ON_DEMAND)))

    assert len(result.pairs) == 0
    assert result.flat.tolist() == list(range(4, 104))


def test_of_a_picture_that_is_there_often_each_copy_is_paired_with_the_first() -> None:
    images = np.concatenate([blobs(3), np.repeat(blobs(1, seed=9), 100, axis=0)])

    result = twins.search_whole(dataset(images))

    assert set(result.pairs["row_a"]) == {3}
    assert len(result.pairs) == 99
    assert not result.is_complete


def test_near_twins_are_found_beside_a_picture_that_is_there_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "BATCH", 16)
    images = np.concatenate([np.repeat(blobs(1, seed=9), 40, axis=0), blobs(8)])
    images[47] = np.fliplr(images[41]) // 2

    pairs = twins.search_whole(dataset(images)).pairs

    assert pairs[pairs["kind"] != "exact"][["row_a", "row_b", "turn"]].to_numpy().tolist() == [[41, 47, "mirrored"]]


def test_a_search_ends_when_there_are_too_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "MOST_PAIRS", 50)
    frames = np.clip(blobs(1).astype(int) + np.random.default_rng(0).integers(-3, 4, (60, 48, 48)), 0, 255)

    result = twins.search_whole(dataset(frames.astype(np.uint8)))

    assert len(result.pairs) == 50
    assert not result.is_complete


def test_pairs_say_whether_split_and_label_agree() -> None:
    images = blobs(6)
    images[3], images[4] = images[0], images[2]

    pairs = twins.search_whole(dataset(images, split=["train", "train", "test", "test", "test", "test"])).pairs

    assert pairs[["id_a", "id_b"]].to_numpy().tolist() == [["im0000.png", "im0003.png"], ["im0002.png", "im0004.png"]]
    assert pairs["same_split"].tolist() == [False, True]
    assert pairs["same_label"].tolist() == [False, True]


def test_a_search_tells_how_far_it_is() -> None:
    *steps, last = twins.search(dataset(blobs(30)))

    assert isinstance(last, Twins)
    assert all(isinstance(step, Progress) for step in steps)
    shares = [step.done / step.total for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_million_images_are_refused_with_an_estimate_but_not_for_exact_twins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(twins, "MOST_IMAGES", 20)
    images = blobs(30)
    images[20] = images[3]

    with pytest.raises(EmoError, match=r"30 images: .* hours.* 20 images") as caught:
        twins.search_whole(dataset(images))
    exact = twins.search_whole(dataset(images), Search(near=False))

    assert caught.value.code == "too_many_images"
    assert exact.pairs[["row_a", "row_b"]].to_numpy().tolist() == [[3, 20]]


@pytest.mark.parametrize("wrong", [{"threshold": 0.5}, {"threshold": 1.0}, {"also": ("sideways",)}])
def test_what_cannot_be_searched_is_said(wrong: dict[str, object]) -> None:
    with pytest.raises(EmoError) as caught:
        Search(**wrong)  # type: ignore[arg-type]

    assert caught.value.code == "bad_value"


def test_the_report_has_four_exact_and_three_near_twins_across_its_split(report: Dataset) -> None:
    pairs = twins.search_whole(report).pairs
    across, within = pairs[~pairs["same_split"]], pairs[pairs["same_split"]]

    def numbers(some: pd.DataFrame) -> set[tuple[str, str]]:
        both = zip(some["id_b"], some["id_a"], strict=True)
        return {tuple(key.rpartition("/im")[2].removesuffix(".png") for key in pair) for pair in both}

    assert numbers(across[across["kind"] == "exact"]) == {
        ("128", "486"),
        ("302", "498"),
        ("342", "459"),
        ("359", "509"),
    }
    near = across[across["kind"] == "near"]
    assert numbers(near) == {("229", "467"), ("279", "826"), ("139", "451")}
    assert sorted(near["correlation"]) == pytest.approx([0.952, 0.961, 0.963], abs=5e-4)
    assert across["id_b"].str.startswith("train/surprised/").all()
    assert (within["kind"] == "exact").sum() == 5


def test_all_stored_flips_of_the_report_are_found_upside_down() -> None:
    with_copies = report_faces(keep_copies=True).dataset

    pairs = twins.search_whole(with_copies, Search(near=False)).pairs

    flipped = pairs[(pairs["turn"] == "upside down") & pairs["id_b"].str.endswith("_flipped.png")]
    assert (flipped["id_a"] == flipped["id_b"].str.replace("_flipped", "")).sum() == 1196


def test_twins_of_fer2013_are_found_in_a_sample(tmp_path: Path) -> None:
    published = pd.read_csv(real("fer2013_near_duplicates.csv"), dtype={"id_a": str, "id_b": str})
    published = published[(published["split_a"] != "PrivateTest") & (published["split_b"] != "PrivateTest")].iloc[::4][
        :800
    ]
    names = {
        f"{row[s]}_{row[i]}" for _, row in published.iterrows() for s, i in (("split_a", "id_a"), ("split_b", "id_b"))
    }
    sample = fer_sample(real("fer2013.zip"), names, 2000)

    pairs = twins.search_whole(sample).pairs

    stems = [[Path(key).stem for key in pairs[side]] for side in ("id_a", "id_b")]
    seen = {frozenset(pair) for pair in zip(*stems, strict=True)}
    wanted = [frozenset((f"{r.split_a}_{r.id_a}", f"{r.split_b}_{r.id_b}")) for r in published.itertuples()]
    assert len(sample) == 2000
    assert len(wanted) > 700
    assert sum(pair in seen for pair in wanted) >= 0.99 * len(wanted)
    real_pairs = likeness.correlations(
        sample.images, pairs["row_a"].to_numpy(), pairs["row_b"].to_numpy(), likeness.ALWAYS["as it is"]
    )
    assert (real_pairs[pairs["turn"] == "as it is"] >= 0.95).all()


def fer_sample(path: Path, names: set[str], number: int) -> Dataset:
    """The named pictures of FER2013's zip and others, `number` in all."""
    import io
    import zipfile

    with zipfile.ZipFile(path) as archive:
        every = [name for name in archive.namelist() if name.endswith(".jpg")]
        chosen = [name for name in every if Path(name).stem in names]
        chosen += [name for name in every if Path(name).stem not in names][: number - len(chosen)]
        images = np.stack([np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L")) for name in chosen])
    table = pd.DataFrame({"id": chosen, "emotion": [name.split("/")[1] for name in chosen]})
    return assemble("fer-sample", images, table)
