"""Training yields what happened, keeps the best weights, is repeatable, and never looks at the test part."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import torch

from emocore.data import split
from emocore.data.dataset import Dataset, assemble, with_labels
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.learn import trainer
from emocore.learn.events import Epoch, Step
from emocore.learn.network import LearnedFrom, Network
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.learn.trainer import Trainer
from tests.laboratory import TINY

Weights = dict[str, torch.Tensor]
LONGER = dataclasses.replace(TINY, epochs=12, patience=12, learning_rate=3e-3)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def started(dataset: Dataset, recipe: Recipe = TINY) -> Trainer:
    return Trainer(dataset, split.make(dataset, SplitPlan()), recipe)


def epochs(training: Trainer) -> list[Epoch]:
    return [event for event in training if isinstance(event, Epoch)]


def weights(training: Trainer) -> Weights:
    return training.network.state_dict()


def same(first: Weights, second: Weights) -> bool:
    return all(first[name].equal(second[name]) for name in first)


def loss_on(training: Trainer, rows: np.ndarray) -> float:
    """Mean of -ln(probability of the label), computed by hand from the kept weights' answers."""
    answers = training.predict(rows)
    return float(-np.log(answers.probabilities[np.arange(len(rows)), answers.truth].astype(np.float64)).mean())


def repainted(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """The same dataset with other pixels in some rows."""
    images = np.array(dataset.images)
    images[rows] = 255 - images[rows]
    return with_labels(dataset.name, images, dataset.table)


def test_an_epoch_tells_how_training_and_validation_went(small_faces: Dataset) -> None:
    passed = epochs(started(small_faces))

    assert [epoch.epoch for epoch in passed] == [1, 2, 3]
    assert passed[0].best
    assert all(epoch.seconds > 0 and epoch.images_per_second > 0 for epoch in passed)
    assert all(0 <= epoch.validation_accuracy <= 1 for epoch in passed)


def test_a_network_learns_faces_that_it_has_not_seen(small_faces: Dataset) -> None:
    recipe = Recipe(
        "small", (Block(8, 5, 4), Block(16, 3, 3)), batch_size=16, epochs=25, patience=25, learning_rate=3e-3
    )
    training = started(small_faces, recipe)

    passed = epochs(training)

    assert passed[-1].train_accuracy > 0.9
    answers = training.predict(split.make(small_faces, SplitPlan()).test)
    assert (answers.answers == answers.truth).mean() > 0.4, "one in four is right by chance"


def test_the_same_seed_gives_the_same_events_and_weights(small_faces: Dataset) -> None:
    first, again = started(small_faces), started(small_faces)

    losses = [[(epoch.train_loss, epoch.validation_loss) for epoch in epochs(training)] for training in (first, again)]

    assert losses[0] == losses[1]
    assert same(weights(first), weights(again))


def test_another_seed_gives_other_weights(small_faces: Dataset) -> None:
    first, other = started(small_faces), started(small_faces, dataclasses.replace(TINY, seed=43))

    epochs(first)
    epochs(other)

    assert not weights(first)["linear.weight"].equal(weights(other)["linear.weight"])


def test_what_ran_before_in_the_process_does_not_change_a_run(small_faces: Dataset) -> None:
    first = started(small_faces)
    epochs(first)
    torch.manual_seed(99)
    np.random.default_rng(99).random(5)
    torch.rand(1000)

    again = started(small_faces)
    for _ in again:
        torch.rand(7)  # Whoever watches may draw as well

    assert same(weights(first), weights(again))


def test_test_images_never_influence_training(small_faces: Dataset) -> None:
    parts = split.make(small_faces, SplitPlan())
    first = started(small_faces)
    other = Trainer(repainted(small_faces, parts.test), parts, TINY)

    passed, theirs = epochs(first), epochs(other)

    assert same(weights(first), weights(other))
    assert [epoch.validation_loss for epoch in passed] == [epoch.validation_loss for epoch in theirs]


def test_validation_images_steer_but_do_not_train(small_faces: Dataset) -> None:
    parts = split.make(small_faces, SplitPlan())
    recipe = dataclasses.replace(TINY, epochs=1)
    first, other = (
        Trainer(dataset, parts, recipe) for dataset in (small_faces, repainted(small_faces, parts.validation))
    )

    passed, theirs = epochs(first), epochs(other)

    assert same(weights(first), weights(other))
    assert passed[0].train_loss == theirs[0].train_loss
    assert passed[0].validation_loss != theirs[0].validation_loss


def test_training_images_do_influence_training(small_faces: Dataset) -> None:
    parts = split.make(small_faces, SplitPlan())
    first, other = started(small_faces), Trainer(repainted(small_faces, parts.train[:1]), parts, TINY)

    epochs(first)
    epochs(other)

    assert not same(weights(first), weights(other))


def test_images_are_standardized_by_the_training_part(small_faces: Dataset) -> None:
    training = started(small_faces)
    rows = split.make(small_faces, SplitPlan()).train

    mean = weights(training)["standardize.mean"]

    np.testing.assert_allclose(mean, small_faces.images[rows].mean(0), rtol=1e-5)


def test_augmentation_touches_training_images_only(small_faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, seen = split.make(small_faces, SplitPlan()), []
    real = trainer.augment
    monkeypatch.setattr(trainer, "augment", lambda images, *more: seen.append(images.clone()) or real(images, *more))

    list(started(small_faces))

    given = {image.numpy().tobytes() for batch in seen for image in batch[:, 0]}
    assert given == {image.tobytes() for image in small_faces.images[parts.train]}
    assert sum(map(len, seen)) == TINY.epochs * len(parts.train)


def test_an_augmentation_changes_the_run(small_faces: Dataset) -> None:
    plain, flipped = (started(small_faces, dataclasses.replace(TINY, mirror=mirror)) for mirror in (False, True))

    epochs(plain)
    epochs(flipped)

    assert not same(weights(plain), weights(flipped))


def test_the_kept_weights_have_the_lowest_validation_loss_of_all_epochs(small_faces: Dataset) -> None:
    recipe = dataclasses.replace(LONGER, learning_rate=0.03, epochs=300, patience=2)
    training = started(small_faces, recipe)
    rows = split.make(small_faces, SplitPlan()).validation

    passed = epochs(training)

    losses = [epoch.validation_loss for epoch in passed]
    assert losses[-1] > min(losses), "else the last weights would be the best as well"
    assert loss_on(training, rows) == pytest.approx(min(losses), abs=1e-5)
    assert [epoch.best for epoch in passed] == [loss == min(losses[: at + 1]) for at, loss in enumerate(losses)]


def judged(monkeypatch: pytest.MonkeyPatch, shares: list[float]) -> None:
    """Let the validation part be answered with these probabilities of the label, epoch by epoch."""
    given = iter(shares)

    def answers(network: object, images: np.ndarray) -> np.ndarray:
        share = next(given)
        return np.full((len(images), 4), share, np.float32)

    monkeypatch.setattr(trainer, "probabilities", answers)


def test_training_ends_after_so_many_epochs_without_a_lower_loss(
    small_faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(monkeypatch, [0.2, 0.5, 0.4, 0.3, 0.6, 0.6, 0.1, 0.1, 0.9, 0.9])

    passed = epochs(started(small_faces, dataclasses.replace(TINY, epochs=10, patience=3)))

    assert [epoch.best for epoch in passed] == [True, True, False, False, True, False, False, False]


def test_training_ends_after_the_recipes_epochs(small_faces: Dataset) -> None:
    assert len(epochs(started(small_faces, dataclasses.replace(TINY, epochs=2, patience=1000)))) == 2


def test_leaving_the_loop_keeps_the_best_weights_so_far(small_faces: Dataset) -> None:
    training = started(small_faces, dataclasses.replace(LONGER, learning_rate=0.03))
    losses = []
    for event in training:
        if isinstance(event, Epoch):
            losses.append(event.validation_loss)
            if len(losses) > 2 and not event.best:
                break

    assert len(losses) < LONGER.epochs
    assert loss_on(training, split.make(small_faces, SplitPlan()).validation) == pytest.approx(min(losses), abs=1e-5)


def test_leaving_in_the_first_epoch_leaves_weights_that_answer(
    small_faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "SECONDS_BETWEEN_STEPS", 0)
    training = started(small_faces)

    first = next(iter(training))

    assert isinstance(first, Step)
    assert np.isfinite(training.predict(np.arange(5)).probabilities).all()


def test_steps_count_through_an_epoch(small_faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "SECONDS_BETWEEN_STEPS", 0)

    steps = [event for event in started(small_faces, dataclasses.replace(TINY, epochs=1)) if isinstance(event, Step)]

    assert [(step.step, step.steps) for step in steps] == [(1, 3), (2, 3), (3, 3)]
    assert all(step.loss > 0 and step.images_per_second > 0 for step in steps)


def test_a_rate_that_makes_training_diverge_is_a_sentence_and_what_was_best_is_kept(
    small_faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = started(small_faces, LONGER)
    events = (event for event in training if isinstance(event, Epoch))
    passed = [next(events) for _ in range(3)]
    monkeypatch.setattr(trainer, "augment", lambda images, *_: images.float() * float("nan"))
    with pytest.raises(EmoError) as caught:
        next(events)

    assert caught.value.code == "diverged"
    assert "diverged in epoch 4" in caught.value.message
    assert f"Lower the learning rate ({LONGER.learning_rate:g})" in caught.value.message
    rows = split.make(small_faces, SplitPlan()).validation
    assert loss_on(training, rows) == pytest.approx(min(epoch.validation_loss for epoch in passed), abs=1e-5)


def few(count: int) -> tuple[Dataset, Split]:
    """Noise, all but the last four rows for training."""
    images = np.random.default_rng(0).integers(0, 256, (count + 4, 48, 48), dtype=np.uint8)
    rows = [(f"{row:03}", ("happy", "sad")[row % 2]) for row in range(count + 4)]
    dataset = assemble("few", images, pd.DataFrame(rows, columns=["id", "emotion"]))
    none = np.zeros(0, np.int64)
    return dataset, Split(np.arange(count), np.arange(count, count + 4), none, none)


@pytest.mark.parametrize("count", [8, 9, 10, 11, 12])
def test_any_number_of_images_can_be_trained_on_down_to_maps_of_one_pixel(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "SECONDS_BETWEEN_STEPS", 0)
    dataset, parts = few(count)
    recipe = Recipe("deep", (Block(4, 3, 8), Block(4, 3, 6), Block(4, 1, 1)), batch_size=4, epochs=1)

    *steps, epoch = Trainer(dataset, parts, recipe)

    assert isinstance(epoch, Epoch)
    assert np.isfinite(epoch.train_loss)
    assert [step.step for step in steps if isinstance(step, Step)] == list(range(1, len(steps) + 1))
    assert all(step.steps == len(steps) for step in steps if isinstance(step, Step))


def test_reweighing_and_resampling_train_and_differ_from_plain_training(faces: Dataset) -> None:
    parts = split.make(faces, SplitPlan())
    weights = {}
    for balance in ("none", "reweigh", "resample", "augment"):
        recipe = dataclasses.replace(TINY, balance=balance, balance_by="age,gender" if balance != "none" else "")
        trainer = Trainer(faces, parts, recipe)
        for _ in trainer:
            pass
        weights[balance] = trainer.network.linear.weight.detach()

    assert not torch.equal(weights["none"], weights["reweigh"])
    assert not torch.equal(weights["none"], weights["resample"])
    assert not torch.equal(weights["resample"], weights["augment"])


def test_weights_of_one_leave_the_loss_as_it_is(faces: Dataset) -> None:
    trainer = Trainer(faces, split.make(faces, SplitPlan()), TINY)
    chosen = torch.arange(10)
    logits = torch.randn(10, len(faces.classes), generator=torch.Generator().manual_seed(1))
    plain = trainer._loss(logits, chosen)

    trainer._weights = torch.ones(len(trainer._images))

    assert torch.allclose(trainer._loss(logits, chosen), plain)


def test_keeping_the_worst_group_marks_the_epochs_where_its_recall_rose(faces: Dataset) -> None:
    recipe = dataclasses.replace(TINY, keep="worst-group", balance_by="gender")

    epochs = [event for event in Trainer(faces, split.make(faces, SplitPlan()), recipe) if isinstance(event, Epoch)]

    assert epochs[0].best


def taught(dataset: Dataset, parts: Split, share: float, teachers: tuple[Network, ...], mixup: float = 0) -> Weights:
    """Weights after an epoch in which teachers answer for a share of the truth."""
    recipe = dataclasses.replace(TINY, epochs=1, keep="last", patience=0, teacher_share=share, mixup=mixup)
    training = Trainer(dataset, parts, recipe, learned_from=LearnedFrom(teachers=teachers))
    epochs(training)
    return weights(training)


def teachers(classes: tuple[str, ...]) -> tuple[Network, ...]:
    torch.manual_seed(1)
    return Network(TINY, classes), Network(TINY, classes)


def test_a_teacher_for_all_of_the_truth_makes_the_labels_of_training_images_count_for_nothing(
    small_faces: Dataset,
) -> None:
    parts = split.make(small_faces, SplitPlan())
    labels = small_faces.labels.copy()
    labels[parts.train] = labels[parts.train][::-1]
    relabelled = dataclasses.replace(small_faces, labels=labels)
    teacher = teachers(small_faces.classes)

    assert same(taught(small_faces, parts, 1.0, teacher, 0.2), taught(relabelled, parts, 1.0, teacher, 0.2))
    assert not same(taught(small_faces, parts, 0.9, teacher), taught(relabelled, parts, 0.9, teacher))


def test_teachers_answer_together_and_do_not_learn(small_faces: Dataset) -> None:
    parts = split.make(small_faces, SplitPlan())
    first, second = teachers(small_faces.classes)
    before = {name: tensor.clone() for name, tensor in first.state_dict().items()}

    both = taught(small_faces, parts, 0.5, (first, second))

    assert same(first.state_dict(), before)
    assert not same(both, taught(small_faces, parts, 0.5, (first,)))
    assert same(taught(small_faces, parts, 0.0, (first,)), taught(small_faces, parts, 0.0, ()))


def test_a_network_comes_to_answer_as_its_teacher_does(small_faces: Dataset) -> None:
    long = dataclasses.replace(TINY, epochs=60, patience=0, keep="last", learning_rate=1e-2, teacher_share=1.0)
    (teacher, _) = teachers(small_faces.classes)
    parts = split.make(small_faces, SplitPlan())
    learner = Trainer(small_faces, parts, long, learned_from=LearnedFrom(teachers=(teacher,)))
    epochs(learner)

    asked = teacher.eval()(torch.from_numpy(np.array(small_faces.images[parts.test]))[:, None]).softmax(1)
    answered = torch.from_numpy(learner.predict(parts.test).probabilities)
    chance = torch.full_like(asked, 1 / len(small_faces.classes))

    assert (answered - asked).abs().mean() < 0.5 * (chance - asked).abs().mean()
