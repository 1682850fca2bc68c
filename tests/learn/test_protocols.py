"""Each flawed way to train raises exactly its own finding and does what it says; the correct way raises none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import KFold

from emocore.__main__ import main
from emocore.audit.run_findings import FINDINGS, run_findings
from emocore.data import split
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.learn import protocols
from emocore.learn.events import Epoch
from emocore.learn.flaws import FLAWS, flawed
from emocore.learn.recipe import RECIPES, recipe_from_json
from emocore.learn.recipe_parts import CHOICES
from emocore.learn.trainer import Trainer
from emocore.runs import creation, store
from emocore.runs.run import Run
from tests.laboratory import TINY

QUICK = dataclasses.replace(TINY, name="quick", epochs=6, patience=0, schedule="cosine", learning_rate=0.2)


def trained(dataset: Dataset, flaw: str = "") -> Run:
    recipe = flawed(QUICK, flaw) if flaw else QUICK
    run = creation.create(dataset, SplitPlan(), recipe)
    for _ in tasks.training(run.id, threads=1):
        pass
    return store.read(run.id)


def test_the_names_are_those_that_a_recipe_may_have_and_their_findings_exist() -> None:
    assert ("", *FLAWS) == CHOICES["flaw"]
    assert all(flaw.finding in FINDINGS for flaw in FLAWS.values())


def test_the_sound_way_raises_no_finding(twins: Dataset) -> None:
    assert run_findings(trained(twins)) == ()


@pytest.mark.parametrize("flaw", [name for name in FLAWS if not FLAWS[name].only_folds])
def test_a_flawed_run_raises_exactly_its_own_finding(twins: Dataset, flaw: str) -> None:
    run = trained(twins, ",".join(filter(None, (flaw, FLAWS[flaw].needs))))

    assert run.status.state == "finished"
    assert [found.code for found in run_findings(run)] == [FLAWS[flaw].finding]
    assert run.recipe.name.startswith("FLAWED")


def test_a_set_of_flaws_raises_the_finding_of_each(twins: Dataset) -> None:
    names = "test-stops,validation-trained,last-weights,second-pass,upside-down,twins-kept"
    run = trained(twins, names)

    assert {found.code for found in run_findings(run)} == {FLAWS[name].finding for name in names.split(",")}
    assert run.recipe.flaws == tuple(names.split(","))
    assert run.counts["validation"] == 0
    assert set(store.rows(run)["part"]) == {"train", "test"}
    assert store.read(run.id).recipe == recipe_from_json(run.recipe.to_json())


def test_copies_before_the_split_lie_on_both_sides(twins: Dataset) -> None:
    made, parts = protocols.prepared(twins, split.make(twins, SplitPlan()), flawed(QUICK, "augment-first"))

    picture = made.table["id"].str.partition("#")[0].to_numpy()
    shared = np.isin(picture[parts.test], picture[parts.train]).mean()
    assert len(made) == 8 * 128
    assert shared > 0.95
    assert len(np.unique(made.images[:8].reshape(8, -1), axis=0)) == 8
    np.testing.assert_array_equal(made.images[1], made.images[0][::-1])


def test_what_steers_and_what_is_scaled_by_is_as_told(twins: Dataset) -> None:
    drawn = split.make(twins, SplitPlan())
    trainers = {name: _trainer(twins, name) for name in ("test-stops", "scaler-all")}

    np.testing.assert_array_equal(trainers["test-stops"]._stopping_rows, drawn.test)
    rows = np.concatenate([drawn.train, drawn.validation, drawn.test])
    mean = torch.from_numpy(twins.images[rows].mean(0)).float()
    assert torch.allclose(trainers["scaler-all"].live.standardize.mean, mean, atol=1e-3)


def test_stored_flips_double_the_training_part_only(twins: Dataset) -> None:
    drawn = split.make(twins, SplitPlan())
    made, parts = protocols.prepared(twins, drawn, flawed(QUICK, "stored-flips"))

    assert len(parts.train) == 2 * len(drawn.train)
    np.testing.assert_array_equal(made.images[parts.test], twins.images[drawn.test])
    np.testing.assert_array_equal(made.images[parts.train[::2]], twins.images[drawn.train])
    np.testing.assert_array_equal(made.images[parts.train[1::2]], twins.images[drawn.train, ::-1])
    assert made.table["id"].is_unique


FOLD = SplitPlan(folds=4, fold=2)


def test_the_rows_of_folds_are_images_and_flips_which_stay_together_unless_folds_are_by_row(twins: Dataset) -> None:
    drawn = split.make(twins, FOLD)
    for names, apart in (("stored-flips", False), ("stored-flips,folds-by-row", True)):
        made, parts = protocols.prepared(twins, drawn, flawed(QUICK, names), FOLD)
        family = made.table["family"].to_numpy()
        rows = np.sort(np.concatenate([parts.train, parts.validation, parts.test]))

        assert len(rows) == 2 * len(split.pool(twins, FOLD))
        assert np.isin(family[parts.test], family[parts.train]).any() == apart
        assert made.table["id"].iloc[parts.test].str.endswith("#1").any(), "some are judged upside down"


def test_folds_by_row_are_those_of_scikit_learn(twins: Dataset) -> None:
    cuts = KFold(4, shuffle=True, random_state=FOLD.seed)
    pool = split.pool(twins, FOLD)
    expected = [pool[test] for _, test in cuts.split(pool)]
    for fold in range(1, 5):
        plan = dataclasses.replace(FOLD, fold=fold)
        _, parts = protocols.prepared(twins, split.make(twins, plan), flawed(QUICK, "folds-by-row"), plan)
        np.testing.assert_array_equal(parts.test, expected[fold - 1])


def test_a_second_pass_moves_batch_statistics_and_not_weights_further(twins: Dataset) -> None:
    one, two = (_trainer(twins, name) for name in ("class-sorted", "class-sorted,second-pass"))
    for trainer in (one, two):
        next(event for event in trainer if isinstance(event, Epoch))

    assert int(two.live.blocks[1].num_batches_tracked) == 2 * int(one.live.blocks[1].num_batches_tracked)
    assert torch.equal(one.live.linear.weight, two.live.linear.weight) == (QUICK.blocks[0].dropout == 0)


def test_class_sorted_batches_go_through_the_classes_one_by_one(twins: Dataset) -> None:
    trainer = _trainer(twins, "class-sorted")
    order = trainer._order(torch.Generator())
    assert (trainer._labels[order].diff() >= 0).all()


def test_the_last_weights_are_kept_where_the_best_are_not_restored(twins: Dataset) -> None:
    trainer = _trainer(twins, "last-weights")
    for _ in trainer:
        pass
    assert all(
        torch.equal(one, other)
        for one, other in zip(trainer.network.state_dict().values(), trainer.live.state_dict().values(), strict=True)
    )


def test_kept_twins_are_trained_on_and_named(twins: Dataset) -> None:
    run = trained(twins, "twins-kept")
    (found,) = run_findings(run)
    assert found.where == ("train/copy-1.png", "train/copy-2.png")
    table = store.rows(run).set_index("id")
    assert (table.loc[list(found.where), "part"] == "train").all()


def test_a_flaw_that_cannot_be_shown_is_refused_with_the_next_step(faces: Dataset) -> None:
    plain = assemble("plain", np.array(faces.images), faces.table[["id", "emotion", "split"]])
    for dataset, flaw, code in ((faces, "twins-kept", "no_twins"), (plain, "scaler-group", "no_attribute")):
        with pytest.raises(EmoError) as error:
            creation.create(dataset, SplitPlan(), flawed(QUICK, flaw))
        assert error.value.code == code
    with pytest.raises(EmoError, match="Use augment-first"):
        flawed(QUICK, "cheat")


def test_no_recipe_hides_its_flaw_and_no_sound_one_is_called_flawed() -> None:
    with pytest.raises(EmoError, match="adds FLAWED to the name"):
        dataclasses.replace(QUICK, flaw="class-sorted")
    with pytest.raises(EmoError, match="adds FLAWED to the name"):
        dataclasses.replace(QUICK, name="FLAWED or not")


def test_the_command_line_trains_a_flawed_way(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(RECIPES, "quick", QUICK)
    asked = ["train", "--dataset", faces.name, "--recipe", "quick", "--flaw", "no-validation", "--json"]

    assert main(asked) == 0

    run = next(run for run in store.trainings() if not run.shipped)
    assert run.recipe.name == "FLAWED quick: no-validation"
    assert run.counts["validation"] == 0
    assert '"validation": null' in capsys.readouterr().out


def _trainer(dataset: Dataset, flaw: str) -> Trainer:
    recipe = flawed(QUICK, flaw)
    return Trainer(*protocols.prepared(dataset, split.make(dataset, SplitPlan()), recipe), recipe)


@pytest.fixture
def copied(small_faces: Dataset) -> Dataset:
    """The small faces and a mirrored copy of each."""
    table = small_faces.table.drop(columns="family")
    both = pd.concat([table, table.assign(id=table["id"].str.replace(".png", "_b.png"))]).reset_index(drop=True)
    return assemble("copied", np.concatenate([small_faces.images, small_faces.images[:, :, ::-1]]), both)


def test_copies_keep_one_label_and_classes_keep_their_sizes(copied: Dataset) -> None:
    found = protocols.shuffled(copied, 1)

    by_picture = found.table.groupby("family")["emotion"].nunique()
    assert (by_picture == 1).all()
    assert len(by_picture) == len(copied) // 2
    np.testing.assert_array_equal(np.bincount(found.labels), np.bincount(copied.labels))
    assert found.images is copied.images


def test_labels_tell_nothing_and_a_seed_gives_the_same_again(small_faces: Dataset) -> None:
    agreeing = [(protocols.shuffled(small_faces, seed).labels == small_faces.labels).mean() for seed in range(40)]

    assert np.mean(agreeing) == pytest.approx(0.25, abs=0.02)
    assert protocols.shuffled(small_faces, 3).fingerprint == protocols.shuffled(small_faces, 3).fingerprint


def test_a_recipe_of_a_control_is_marked_in_its_name_and_cannot_be_otherwise() -> None:
    one = protocols.controlled(TINY, 2)
    both = protocols.controlled(flawed(TINY, "test-stops"), 2)

    assert (one.name, one.seed) == ("CONTROL 2, shuffled labels: tiny", TINY.seed + 2)
    assert both.name.startswith("FLAWED CONTROL 2")
    with pytest.raises(EmoError, match="adds CONTROL to the name"):
        dataclasses.replace(one, name="tiny")
    assert recipe_from_json(one.to_json()) == one
    assert len(protocols.controlled(dataclasses.replace(TINY, name="x" * 60), 5).name) <= 60


def test_other_recipes_are_written_as_before() -> None:
    assert "control" not in TINY.to_json()
    assert recipe_from_json(TINY.to_json()) == TINY


def test_of_copies_made_before_a_split_the_first_of_each_picture_is_judged(small_faces: Dataset) -> None:
    made = protocols.copies(small_faces, np.arange(10), 8)

    rows = protocols.one_of_each_picture(small_faces, made, np.arange(5, 40))

    assert rows.tolist() == [5, 8, 16, 24, 32]
