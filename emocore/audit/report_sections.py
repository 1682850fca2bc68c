"""What a run's report says, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emocore.audit.document import Block, Document, Grid, Items, Picture, Section, Text
from emocore.audit.finding import title
from emocore.audit.model_card import LIMITS, Card, JudgedPart
from emocore.judge.groups.gaps import Gap
from emocore.judge.metrics import MICRO_SAYS
from emocore.judge.predictions import ONLY_ANSWERS
from emocore.judge.tables.printed import bias_table
from emocore.learn.protocols import kept_words
from emocore.runs import parents
from emocore.runs.run import IMPORTED, Run
from emocore.wording import NOTHING, between, counted, listing, minute, points, points_between, score

UNKNOWN_TRAINING = (
    "It is not known how the network was trained, nor whether these images were used to choose anything. If they "
    "were, the scores are too good."
)


def report(card: Card) -> Document:
    """The whole report of a card."""
    run = card.run
    name = run.label if run.elsewhere or run.shipped else f"{run.recipe.name}, run {run.number}"
    origin = f"predictions from elsewhere in {run.elsewhere}" if run.elsewhere else f"trained on {run.dataset}"
    sections = (
        Section("In short", (Items(_short(card)),)),
        Section("Limits of use", (Items(LIMITS),)),
        Section("Data", _data(card)),
        Section("Training", _training(card)),
        *(section for part in card.parts for section in _part(part)),
        Section("Findings", _findings(card)),
        Section(
            "Settings",
            (_pairs(("Setting", "Value"), card.settings), _pairs(("Condition", "Value"), _in_words(card.conditions))),
        ),
    )
    return Document(
        f"Model card: {name}",
        sections,
        f"Run {run.id}, {origin}; report made {minute(card.made)} UTC",
    )


def _short(card: Card) -> tuple[str, ...]:
    run = card.run
    message = [*_what_it_is(run)]
    for part in card.parts:
        one = part.evaluation
        message.append(
            f"{part.part.capitalize()} part: accuracy {score(one.accuracy)} {between(one.interval)}, macro F1 "
            f"{score(one.macro['f1'])} {between(one.intervals['f1'])}, {counted(one.n, 'image')}."
        )
        if judged := [gap.verdict for gap in part.gaps if gap.verdict != "too few"]:
            clear = judged.count("clear gap")
            message.append(
                f"{counted(clear, 'clear gap')} among {counted(len(judged), 'gap')} between groups on this part."
            )
    if not run.elsewhere and not any(part.part == "test" for part in card.parts):
        message.append("The test part is sealed or was not opened for this report, so it gives no test score.")
    return (*message, card.found_message)


def _what_it_is(run: Run) -> tuple[str, ...]:
    classes = f"for {counted(len(run.classes), 'class', 'classes')}: {listing(run.classes)}."
    if run.elsewhere:
        return (f"Predictions from elsewhere {classes}", f"{run.status.message} {UNKNOWN_TRAINING}")
    trained = f"Trained on {run.split['counts']['train']:,} images of {run.dataset}. {run.status.message}".strip()
    return (f"A convolutional network {classes}", trained)


def _data(card: Card) -> tuple[Block, ...]:
    run = card.run
    split = run.split
    if run.elsewhere:
        return (Text(f"The table labels {counted(run.counts['validation'], 'image')}."), *_counts(card))
    message = f"Dataset {run.dataset} with {counted(run.images, 'image')} (fingerprint {run.fingerprint})."
    if card.provenance:
        message += f" {card.provenance}"
    cut = (
        f"The split has the fingerprint {split['fingerprint']} and the seed {split['seed']}. All copies of one "
        f"image stay on one side. {counted(len(split['left_out']), 'training image')} left out because of a copy "
        "in validation or test."
    )
    return (Text(message), Text(cut), *_counts(card))


def _counts(card: Card) -> tuple[Block, ...]:
    """Images a class in each part, and a group of each attribute."""
    run = card.run
    parts = [part for part in ("train", "validation", "test", "left_out") if part in card.images]
    rows = [(emotion, *(f"{card.images[part].get(emotion, 0):,}" for part in parts)) for emotion in run.classes]
    header = ("Class, as labeled", *(IMPORTED if run.elsewhere else part.replace("_", " ") for part in parts))
    named = [
        (name, value, f"{number:,}") for name, values in card.attributes.items() for value, number in values.items()
    ]
    grids: list[Block] = [Grid(header, tuple(rows))]
    if named:
        grids.append(Text("Groups are perceived, as labeled by annotators. Nobody in the pictures was asked."))
        grids.append(Grid(("Attribute", "Group", "Images"), tuple(named)))
    return tuple(grids)


def _training(card: Card) -> tuple[Block, ...]:
    if card.run.elsewhere:
        return (Text(UNKNOWN_TRAINING),)
    kept, run = card.kept, card.run
    trained = f"The run was trained for {counted(len(card.epochs), 'epoch')}."
    facts = [trained if card.epochs else f"No epoch is recorded. The run is {run.status.state}."]
    if name := run.trained_by or run.owner:
        facts.append(f"It was trained by {name}.")
    if kept:
        facts += [
            kept_words(run.recipe),
            f"This is epoch {kept.epoch}, with validation loss {score(kept.validation_loss)} and validation accuracy "
            f"{score(kept.validation_accuracy)}.",
        ]
    curves = (Picture("loss"), Picture("accuracy")) if card.epochs else ()
    return (Text(" ".join(facts)), *_lineage(run), *curves)


def _lineage(run: Run) -> tuple[Block, ...]:
    """The runs behind the weights, and whether they are here."""
    columns = {
        "run": "Learned from",
        "as": "As",
        "of": "By",
        "recipe": "Recipe",
        "seed": "Seed",
        "dataset": "Dataset",
        "labels": "Labels",
        "owner": "Trained by",
    }
    behind = parents.ancestors(run)
    filled = [key for key in columns if any(parent.get(key) for parent in behind)]
    header = tuple(columns[key] for key in filled)
    rows = tuple(tuple(parent.get(key, "") for key in filled) for parent in behind)
    message = parents.retraining_message(run)
    return (*([Text(message)] if message else []), *([Grid(header, rows)] if rows else []))


def _part(part: JudgedPart) -> tuple[Section, ...]:
    one = part.evaluation
    rows = [("Accuracy", score(one.accuracy), between(one.interval))]
    averages = {"precision": "Macro precision", "recall": "Macro recall", "f1": "Macro F1"}
    rows += [(word, score(one.macro[name]), between(one.intervals[name])) for name, word in averages.items()]
    named = {"balanced_accuracy": "Balanced accuracy", "log_loss": "Log loss", "brier": "Brier score"}
    rows += [
        (word, score(value), between(one.intervals[name]))
        for name, word in named.items()
        if (value := getattr(one, name)) is not None
    ]
    classes = [
        (
            each.emotion,
            f"{each.support:,}",
            score(each.precision),
            score(each.recall),
            between(each.interval) if each.support else NOTHING,
            score(each.f1),
        )
        for each in one.per_class
    ]
    blocks: tuple[Block, ...] = (
        Text(f"The scores are measured on {counted(one.n, 'image')}. Brackets hold 95% intervals."),
        Grid(("Score", "Value", "Interval"), tuple(rows)),
        Text(MICRO_SAYS),
        Grid(("Class", "Images", "Precision", "Recall", "Interval of recall", "F1"), tuple(classes)),
        Picture("confusion", part.part),
        _confusion(part),
        Text(part.calibration.message if part.calibration else ONLY_ANSWERS),
    )
    return (Section(f"Scores on the {part.part} part", blocks), *_bias(part))


def _confusion(part: JudgedPart) -> Grid:
    one = part.evaluation
    rows = [
        (emotion, *(f"{count:,}" for count in counts))
        for emotion, counts in zip(one.classes, one.confusion, strict=True)
    ]
    return Grid(("Labeled (rows), predicted (columns)", *one.classes), tuple(rows))


def _bias(part: JudgedPart) -> tuple[Section, ...]:
    if not part.groups:
        return ()
    table = bias_table(part.groups, part.evaluation)
    rows = tuple(tuple(score(cell) if isinstance(cell, float) else str(cell) for cell in row) for row in table.rows)
    found = [
        (_gap(gap), f"{gap.n[0]:,} and {gap.n[1]:,}", points(gap.difference), points_between(gap.interval), gap.verdict)
        for gap in part.gaps
    ]
    blocks: tuple[Block, ...] = (
        Text(
            "Groups are perceived, as labeled. An Average is the plain mean of its groups, and the last line "
            "counts every image once. Gaps are in percentage points with a sign and with Newcombe intervals. A "
            'verdict needs 30 images in both groups and p below .05 after Holm\'s correction. "No clear gap" does '
            "not mean that there is no gap."
        ),
        Picture("groups", part.part),
        Grid(table.header[0], rows),
        Grid(("Gap", "Images", "Points", "Interval", "Verdict"), tuple(found)),
        Items(tuple(gap.message for gap in part.gaps if gap.verdict != "too few")),
    )
    return (Section(f"Groups on the {part.part} part", blocks),)


def _gap(gap: Gap) -> str:
    return f"{gap.first} minus {gap.second}"


def _findings(card: Card) -> tuple[Block, ...]:
    unknown = (
        (
            Text(("These checks could not be answered for this run. Unknown does not mean that all is well.")),
            Items(tuple(f"{title(one.code)}: {one.message}" for one in card.unknown)),
        )
        if card.unknown
        else ()
    )
    if not card.found:
        return (Text("No check found a problem. That does not prove that there is none."), *unknown)
    named = [(f"{found.subject}: {found.finding.title}", found.finding) for found in card.found]
    rows = [(name, one.severity, one.message, one.why, one.fix) for name, one in named]
    return (Grid(("Finding", "Severity", "What", "Why it matters", "What to do"), tuple(rows)), *unknown)


def _in_words(values: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("_", " "): value for name, value in values.items()}


def _pairs(header: Sequence[str], values: Mapping[str, object]) -> Grid:
    return Grid(tuple(header), tuple((str(name), str(value) or "none") for name, value in values.items()))
