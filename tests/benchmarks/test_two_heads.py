"""Votes and labels are learned of the right images."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks import pretraining, two_heads
from benchmarks.long_training import LongTraining
from benchmarks.two_heads import LABELS, STAGES, VOTES
from emocore.audit.document import as_markdown
from emocore.audit.model_card import card
from emocore.audit.report_sections import report
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.errors import EmoError
from emocore.learn import network
from emocore.learn.machine import ComputeMode
from emocore.learn.network import Network
from emocore.learn.recipe_parts import Block
from emocore.runs import parents
from emocore.runs.answers import validation_answers


def drawn() -> Dataset:
    """280 gray faces, 40 a class, every second one of a family with the one before; the last 70 are PublicTest's."""
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (280, 48, 48)).astype(np.uint8)
    part = np.where(np.arange(280) < 210, "train", "validation")
    names = [f"{row:03}/Training_{row}.jpg" for row in range(280)]
    table = pd.DataFrame({"id": names, "emotion": [LABELS[row % 7] for row in range(280)], "split": part})
    whole = assemble("drawn", images, table)
    return dataclasses.replace(whole, table=whole.table.assign(family=np.arange(280) // 2))


def votes_of(dataset: Dataset) -> pd.DataFrame:
    """Ten votes for each image but the first: seven for an emotion, two for the next one, one for "unknown"."""
    votes = pd.DataFrame(0, index=dataset.table["id"].to_numpy(), columns=list(VOTES))
    for row in range(len(votes)):
        votes.iloc[row, [row % 7, row % 7 + 1, 8]] = (7, 2, 1)
    return votes.iloc[1:]


def test_the_report_and_its_twins_and_twins_of_publictest_neither_train_nor_choose() -> None:
    whole = drawn()
    public, report = np.arange(280) >= 210, np.arange(0, 60, 4)
    family = whole.table["family"].to_numpy().copy()
    family[[209, 211]] = 500
    whole = dataclasses.replace(whole, table=whole.table.assign(family=family))

    dataset = pretraining.in_parts(whole, public, report)

    ids = whole.table["id"].to_numpy()
    kept = dataset.table["split"].isin(["train", "validation"]).to_numpy()
    learned = set(dataset.table["id"][kept])
    assert learned
    assert not learned & set(ids[report])
    assert not learned & set(ids[report + 1])
    assert ids[209] not in learned
    assert not learned & set(ids[public])
    two_heads.refuse_report(dataset, np.flatnonzero(kept), {f"Training_{row}" for row in report})


def test_an_image_of_the_report_among_the_training_images_is_refused() -> None:
    dataset = drawn()

    with pytest.raises(EmoError, match=r"Training_5\.jpg is an image of the report"):
        two_heads.refuse_report(dataset, np.arange(20), {"Training_5", "Training_199"})


def test_each_head_is_given_half_of_the_loss_and_an_image_without_votes_none_for_them() -> None:
    dataset = drawn()
    rows = np.array([0, 1, 9])

    targets = two_heads.wanted(dataset, rows, votes_of(dataset), [7, 10]).numpy()

    assert np.allclose(targets[:, :7], np.eye(7)[dataset.labels[rows]] / 2)
    assert np.allclose(targets[0, 7:], 0)
    assert np.allclose(targets[2, 7:] * 2, [0, 0, 0.7, 0.2, 0, 0, 0, 0, 0.1, 0])
    assert np.allclose(two_heads.wanted(dataset, rows, votes_of(dataset), [7]).numpy().sum(1), 1)


def test_a_majority_is_more_than_half_of_the_votes_after_single_ones_are_dropped() -> None:
    votes = np.zeros((5, 10))
    votes[0, [0, 3]] = 6, 4  # Clear
    votes[1, [0, 3]] = 5, 5  # Half is not more than half
    votes[2, [1, 2, 3, 4, 5]] = 4, 3, 1, 1, 1  # 4 of the 7 that are left
    votes[3, [8, 0]] = 7, 3  # "unknown"
    votes[4] = 1  # Ten single votes

    assert two_heads.majority(votes).tolist() == [0, -1, 1, -1, -1]


def test_a_stage_trains_on_both_heads_and_its_student_learns_from_two_teachers() -> None:
    torch.set_num_threads(1)
    dataset, mode = drawn(), ComputeMode()
    votes, rows = votes_of(dataset), np.arange(210)
    images = torch.from_numpy(np.array(dataset.images[rows]))[:, None]
    networks = {}
    for name, stage in STAGES.items():
        recipe = dataclasses.replace(stage.recipe, blocks=(Block(4, 3, 4),), epochs=2, batch_size=70)
        small = dataclasses.replace(stage, recipe=recipe)
        targets = two_heads.wanted(dataset, rows, votes, [len(head) for head in stage.heads])
        teach = two_heads.Teachers([networks[one] for one in stage.teachers], mode) if stage.teachers else None
        training = LongTraining(small, images, targets, mode, networks.get(stage.start), teach)
        list(training)
        networks[name] = training.network

    taught = two_heads.Teachers([networks["votes"], networks["labels"]], mode)(images[:9].float())
    found = two_heads.judged(networks["student"], dataset, rows, votes, mode)

    assert taught.shape == (9, 17)
    assert torch.allclose(taught.sum(1), torch.ones(9), atol=1e-5)
    assert networks["student"].classes == (*LABELS, *two_heads.VOTED)
    assert isinstance(networks["student"], Network)
    assert found["n"] == 210
    assert found["majority_n"] == 209
    assert 0 <= found["accuracy"] <= 1
    assert 0 <= found["majority"] <= 1


def test_a_teacher_answers_for_the_very_view_and_not_for_its_mirror_image() -> None:
    torch.manual_seed(4)
    recipe = dataclasses.replace(STAGES["votes"].recipe, blocks=(Block(4, 3, 4),))
    one = Network(recipe, STAGES["votes"].classes).eval()
    images = torch.rand(5, 1, 48, 48) * 255

    taught = two_heads.Teachers([one], ComputeMode())(images) * 2
    alone = one(images).detach()

    assert recipe.mirror_answers
    assert torch.allclose(taught[:, :7], alone[:, :7].softmax(1), atol=1e-6)
    assert torch.allclose(taught[:, 7:], alone[:, 7:].softmax(1), atol=1e-6)


def test_a_finished_network_becomes_a_run_without_its_voters_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOCORE_DATA", str(tmp_path))
    monkeypatch.setattr(pretraining, "SEED", 0)
    whole = drawn()
    part = np.array(["train", "train", "validation", "test"] * 70)
    dataset = dataclasses.replace(whole, table=whole.table.assign(split=part, family=np.arange(280)))
    library.save(dataset)
    monkeypatch.setattr(pretraining, "prepared", lambda: library.load("drawn"))
    recipe = dataclasses.replace(STAGES["votes"].recipe, blocks=(Block(4, 3, 4),))
    stage = dataclasses.replace(STAGES["votes"], recipe=recipe)
    both = Network(recipe, stage.classes).eval()
    network.save(both, tmp_path / "votes.safetensors")

    run = two_heads.as_run(stage, tmp_path)
    answers = validation_answers(run)
    images = torch.from_numpy(np.array(dataset.images[answers.rows]))[:, None].float()

    assert two_heads.as_run(stage, tmp_path).id == run.id
    assert (run.status.state, run.classes) == ("finished", LABELS)
    assert [(one["run"], one["of"]) for one in parents.ancestors(run)] == [("modern-wide-votes", run.id)]
    assert "FER+, MIT License" in as_markdown(report(card(run)))
    assert "it learned from modern-wide-votes, which is not here" in parents.retraining_message(run)
    assert len(answers) == 70
    expected = two_heads.shares(both, images, [7, 10], ComputeMode())[:, :7]
    assert np.allclose(answers.probabilities, expected.numpy(), atol=1e-6)
