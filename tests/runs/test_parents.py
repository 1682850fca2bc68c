"""A training goes on from another run's weights, remembers the pictures behind them, and says what it saw before."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from emocore.audit.run_findings import findings, run_findings
from emocore.audit.traces import facts
from emocore.data import library, split
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import mend
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.learn import network
from emocore.learn.recipe_parts import Block
from emocore.learn.trainer import Trainer
from emocore.runs import creation, parents, store
from emocore.runs.experiments import ensemble
from tests.laboratory import TINY
from tests.trained import trained


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_the_first_weights_are_those_of_the_run_that_it_starts_from(faces: Dataset) -> None:
    run = trained(faces)
    recipe = dataclasses.replace(TINY, start_from=run.id, seed=7)
    parts = split.make(faces, SplitPlan())

    training = Trainer(faces, parts, recipe, learned_from=parents.networks_learned_from(recipe, faces.classes))

    kept = network.load(run.weights)
    assert all(a.equal(b) for a, b in zip(training.live.blocks.parameters(), kept.blocks.parameters(), strict=True))
    assert training.live.linear.weight.equal(kept.linear.weight), "the classes are the same"


def test_other_classes_get_a_linear_layer_of_their_own(faces: Dataset) -> None:
    seven = network.Network(TINY, ("a", "b", "c"))
    four = network.Network(TINY, faces.classes)
    before = four.linear.weight.clone()

    four.take_over(seven)

    assert four.blocks[0].weight.equal(seven.blocks[0].weight)
    assert four.linear.weight.equal(before)


def test_blocks_that_were_taken_over_learn_at_their_share_of_the_rate(faces: Dataset) -> None:
    recipe = dataclasses.replace(TINY, start_from="some-run", body_rate=0.2, schedule="one-cycle", optimizer="adamw")
    start = network.LearnedFrom(network.Network(TINY, faces.classes))
    training = Trainer(faces, split.make(faces, SplitPlan()), recipe, learned_from=start)

    head, body = (group["lr"] for group in training.optimizer.param_groups)
    next(iter(training))
    later = [group["lr"] for group in training.optimizer.param_groups]

    assert body == pytest.approx(0.2 * head)
    assert later[1] == pytest.approx(0.2 * later[0])


def test_a_run_remembers_the_pictures_behind_its_weights_in_any_turn(faces: Dataset) -> None:
    run = trained(faces)
    train = split.make(faces, SplitPlan()).train

    mirrored = np.ascontiguousarray(faces.images[train][:, :, ::-1])

    assert np.isin(parents.pictures(mirrored), parents.trained_on(run)).all()
    unseen = split.make(faces, SplitPlan()).test
    assert not np.isin(parents.pictures(faces.images[unseen]), parents.trained_on(run)).any()


def test_a_run_remembers_also_what_its_start_was_trained_on(faces: Dataset) -> None:
    first = trained(faces)
    few = mend.drop(faces, split.make(faces, SplitPlan()).train[:20]).dataset
    library.save(dataclasses.replace(few, name="few"))

    second = trained(library.load("few"), start_from=first.id)

    assert np.isin(parents.trained_on(first), parents.trained_on(second)).all()


def test_a_start_that_saw_the_judged_images_is_found(faces: Dataset) -> None:
    first = trained(faces)
    clean = trained(faces, start_from=first.id)
    other_parts = creation.create(faces, SplitPlan(seed=5), dataclasses.replace(TINY, start_from=first.id))
    list(tasks.training(other_parts.id, threads=1))

    assert "start_saw_judged_images" not in {finding.code for finding in run_findings(clean)}
    found = {finding.code: finding for finding in run_findings(store.read(other_parts.id))}
    before, now = (split.make(faces, SplitPlan(seed=seed)) for seed in (42, 5))
    assert found["start_saw_judged_images"].count == len(np.intersect1d(before.train, now.validation))


def lighter(faces: Dataset) -> Dataset:
    """The same faces, saved anew: no pixel hash is the same."""
    return assemble("lighter", (0.8 * faces.images + 30).astype(np.uint8), faces.table.drop(columns="family"))


def test_a_start_that_saw_other_versions_of_the_judged_images_is_found(faces: Dataset) -> None:
    first = trained(faces)
    library.save(lighter(faces))
    recipe = dataclasses.replace(TINY, start_from=first.id)
    other_parts = creation.create(library.load("lighter"), SplitPlan(seed=5), recipe)
    list(tasks.training(other_parts.id, threads=1))
    clean = trained(library.load("lighter"), start_from=first.id)

    found = {finding.code: finding for finding in run_findings(store.read(other_parts.id))}
    before, now = (split.make(faces, SplitPlan(seed=seed)) for seed in (42, 5))
    assert found["start_saw_judged_images"].severity == "high"
    assert found["start_saw_judged_images"].count == len(np.intersect1d(before.train, now.validation))
    assert "start_saw_judged_images" not in {finding.code for finding in run_findings(clean)}


def test_images_that_only_look_alike_are_good_to_know(faces: Dataset) -> None:
    alike = dataclasses.replace(facts(trained(faces)), alike_before=3)

    (found,) = [finding for finding in findings(alike) if finding.code == "start_saw_judged_images"]
    assert (found.severity, found.count) == ("low", 3)


def test_a_run_of_an_older_program_is_still_matched_by_its_exact_hashes(faces: Dataset) -> None:
    first = trained(faces)
    (first.folder / parents.SIGNS).unlink()
    again = creation.create(faces, SplitPlan(seed=5), dataclasses.replace(TINY, start_from=first.id))

    before, now = (split.make(faces, SplitPlan(seed=seed)) for seed in (42, 5))
    seen = parents.remember(again, faces, now)["judged_before"]
    assert seen == len(np.intersect1d(before.train, now.validation)) > 0
    assert len(parents.signs_of(first)) == 0


def test_every_shipped_run_keeps_signs_of_the_pictures_behind_it() -> None:
    for run in store.trainings():
        if run.shipped:
            exact = parents.trained_on(run)
            assert exact is not None, run.id
            assert 0.97 * len(exact) < len(parents.signs_of(run)) <= 1.05 * len(exact), run.id


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start_from": "nowhere"}, "start_from=nowhere is not possible. There is no run"),
        ({"blocks": (Block(8, 3, 4),)}, "it differs in blocks"),
        ({"normalization": "per-image"}, "it differs in normalization"),
    ],
)
def test_a_start_that_does_not_fit_is_refused_before_anything_is_made(
    faces: Dataset, settings: dict, message: str
) -> None:
    run = trained(faces)
    recipe = dataclasses.replace(TINY, **({"start_from": run.id} | settings))

    with pytest.raises(EmoError, match=message):
        creation.create(faces, SplitPlan(), recipe)

    assert [one.id for one in store.runs() if not one.shipped] == [run.id]


def test_the_networks_of_an_ensemble_teach_and_what_they_saw_is_remembered(faces: Dataset) -> None:
    members = [trained(faces, seed=seed) for seed in (1, 2)]
    both = ensemble.create(members)
    few = mend.drop(faces, split.make(faces, SplitPlan()).train[:20]).dataset
    library.save(dataclasses.replace(few, name="few"))

    learner = trained(library.load("few"), teacher=both.id)
    clean = trained(faces, teacher=both.id)
    other_parts = creation.create(faces, SplitPlan(seed=5), dataclasses.replace(TINY, teacher=both.id))
    list(tasks.training(other_parts.id, threads=1))

    assert [run.id for run in parents.teachers_of(learner.recipe, faces.classes)] == [run.id for run in members]
    assert np.isin(parents.trained_on(members[0]), parents.trained_on(learner)).all()
    assert "start_saw_judged_images" not in {finding.code for finding in run_findings(clean)}
    assert "start_saw_judged_images" in {finding.code for finding in run_findings(store.read(other_parts.id))}
    alone = trained(library.load("few"))
    assert not network.load(learner.weights).linear.weight.equal(network.load(alone.weights).linear.weight)


def test_who_cannot_teach_is_refused_with_the_reason(faces: Dataset) -> None:
    run = trained(faces)
    queued = creation.create(faces, SplitPlan(), TINY)

    assert parents.can_teach(run, faces.classes)
    assert not parents.can_teach(queued, faces.classes)
    for teacher, classes, message in (
        ("nowhere", faces.classes, "teacher=nowhere is not possible. There is no run"),
        (queued.id, faces.classes, "has no weights. Use a finished run."),
        (run.id, ("a", "b", "c", "d"), "Use a run with the classes a, b, c, d."),
    ):
        with pytest.raises(EmoError, match=message):
            parents.teachers_of(dataclasses.replace(TINY, teacher=teacher), classes)
    with pytest.raises(EmoError, match="has no weights"):
        creation.create(faces, SplitPlan(), dataclasses.replace(TINY, teacher=queued.id))


def test_a_run_whose_parent_is_gone_says_that_nobody_can_train_it_again(faces: Dataset) -> None:
    parent = trained(faces)
    child = trained(faces, start_from=parent.id, seed=7)
    assert parents.retraining_message(child) == ""
    assert [(one["run"], one["of"], one["as"]) for one in parents.ancestors(child)] == [
        (parent.id, child.id, "first weights")
    ]

    store.delete(parent)

    assert f"cannot be trained again here: it learned from {parent.id}" in parents.retraining_message(child)


def test_each_shipped_network_tells_the_runs_behind_its_weights() -> None:
    shipped = {name: store.read(name) for name in ("modern-pretrained", "fer2013-seven", "report-final", "drawn-main")}
    behind = {name: [parent["run"] for parent in parents.ancestors(run)] for name, run in shipped.items()}
    said = {name: parents.retraining_message(run) for name, run in shipped.items()}

    assert behind["modern-pretrained"][5:8] == [
        "modern-wide-student-70f7292f",
        "fer2013-seven-before",
        "modern-wide-votes",
    ]
    assert len(behind["modern-pretrained"]) == 5 + 2 + 1 + 3 + 3, "each once: five averaged, three teachers"
    assert behind["fer2013-seven"] == ["modern-wide-votes", "modern-wide-votes", "modern-wide-labels"]
    assert "FER+, MIT License" in parents.ancestors(shipped["fer2013-seven"])[0]["labels"]
    assert (
        "python -m benchmarks.tuning --mean --student --start votes trains all of them again."
        in said["modern-pretrained"]
    )
    assert "python -m benchmarks.two_heads --run student trains all of them again." in said["fer2013-seven"]
    assert [run.trained_by for run in shipped.values()] == ["benchmarks.tuning", "benchmarks.two_heads", "", ""]
    assert behind["report-final"] == behind["drawn-main"] == []
    assert said["report-final"] == said["drawn-main"] == ""
