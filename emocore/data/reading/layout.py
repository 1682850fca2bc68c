"""Every picture of a folder or zip in its place: its split, its class, its name, by the plan that was shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from emocore.data.events import Note, Skipped
from emocore.data.layouts import places, tables, vocabulary
from emocore.data.layouts import plan as plans
from emocore.data.layouts.listing import WANTED, Listing
from emocore.data.layouts.places import Labeled, Placed
from emocore.data.layouts.plan import Plan, Wishes
from emocore.data.layouts.survey import Survey, survey
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import folded, plain, safe_name, shortened, shown_name, shown_path, unique
from emocore.data.names import listing as listed
from emocore.data.reading import warnings
from emocore.data.reading.members import Member, Members
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

NO_FOLDERS = "no_class_folders"


@dataclass(frozen=True)
class Layout:
    """All pictures in their places, and the plan that put them there.

    tables: those that may hold attributes, with their folders. label_tables: names of those that told class or split;
    read_tables: of those that hold nothing else. rows_of_small: picture -> the table's row that gave it a class of
    too few pictures.
    """

    pictures: tuple[Placed, ...]
    tables: tuple[tuple[Member, tuple[str, ...]], ...]
    notes: tuple[Note, ...]
    skipped: tuple[Skipped, ...]
    plan: Plan
    label_tables: frozenset[str] = frozenset()
    read_tables: frozenset[str] = frozenset()
    rows_of_small: dict[str, str] = field(default_factory=dict)


def arrange(
    found: Members,
    sorted_out: Listing,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
    given: Sequence[Member] = (),
) -> Layout:
    """Find out what folders, tables and names mean, and give every picture its split, class and id.

    A folder below a class counts as part of the class. sorted_out, given: what `listing.sort_out` made of `found`, and
    the tables that lie elsewhere which it took. Raises EmoError as `survey` does, and "no_class_folders".
    """
    surveyed = survey(sorted_out, wishes)
    plan = surveyed.plan
    labeled = list(_labeled(surveyed, sorted_out))
    means = _class_reader(plan)
    needs_split = any(source.startswith("folder:") for source in plan.sources("split"))
    fitting = [(each, word) for each in labeled if (word := means(each.label)) and (each.split or not needs_split)]
    if not fitting:
        raise _no_class(sorted_out, surveyed, labeled)
    words = _changed(_class_words(word for _, word in fitting), wishes.classes)
    gone = {each.member.name for each, word in fitting if not words[word]}
    fitting = [(each, word) for each, word in fitting if words[word]]
    wrapping = plan.wrapping or _common([each.member.parts for each, _ in fitting] if surveyed.corpus else [])
    placed = _placed(fitting, words, wrapping, plan)
    outside = _outside(sorted_out, surveyed, {each.member.name for each, _ in fitting} | gone, labeled)
    outside += [Skipped(name, "you chose to leave out its class") for name in sorted(gone)]
    others = sorted_out.skipped()
    empty = warnings.empty_folders(found, plan, words) if plan.layout == "class folders" else []
    notes = [
        *warnings.names(placed, plan, words), *warnings.odd_files(found.files), *empty,
        *warnings.ignored(others), *warnings.reading(plan),
    ]  # fmt: skip
    notes += _left_out(outside)
    used = surveyed.corpus.tables if surveyed.corpus else ()
    beside = tuple((m, m.parts[wrapping:-1]) for m in sorted_out.tables[len(given) :] if m.name not in used)
    label_tables = frozenset(_label_tables(sorted_out, plan))
    rows = _rows_of_small(fitting, words, sorted_out, plan)
    return Layout(tuple(placed), beside, tuple(notes), (*outside, *others), plan, label_tables, frozenset(used), rows)


def _no_class(sorted_out: Listing, surveyed: Survey, labeled: Sequence[Labeled]) -> EmoError:
    shown = shown_name(sorted_out.source)
    if any(each.label.strip() for each in labeled) and not surveyed.plan.class_folder():
        first = next(each for each in labeled if each.label.strip())
        example = f"For example, {shown_path(first.member.name)} is skipped: {_why_out(first, surveyed)}."
        advice = "Choose where the class comes from: --class-from labels.csv:label."
        return EmoError(f"{shown}: no picture can be used. {example} {advice}", NO_FOLDERS)
    return EmoError(f"{shown}: the pictures are not in class folders. {WANTED}", NO_FOLDERS)


def _left_out(outside: Sequence[Skipped]) -> Iterator[Note]:
    """One warning for each reason why pictures stay out, with their number."""
    for reason in dict.fromkeys(each.reason for each in outside):
        files = [each.file for each in outside if each.reason == reason]
        yield Note("skipped_files", f"{counted(len(files), 'picture')} skipped ({reason}): {listed(files)}.")


def _rows_of_small(
    fitting: Sequence[tuple[Labeled, str]], words: Mapping[str, str], sorted_out: Listing, plan: Plan
) -> dict[str, str]:
    """Where a table gives pictures a class of too few: a slip of the pen is found there."""
    counts = Counter(words[word] for _, word in fitting)
    labels = {each.label for each, word in fitting if counts[words[word]] < LIMITS.fewest_images_a_class}
    rows: dict[str, str] = {}
    for source in plan.sources("class"):
        rows |= places.rows_telling(source, sorted_out, labels)
    return rows


def _labeled(surveyed: Survey, sorted_out: Listing) -> Iterator[Labeled]:
    """Every face with what the plan says of it."""
    plan = surveyed.plan
    if surveyed.corpus:
        faces: Iterable[Labeled] = surveyed.corpus.read()
    elif surveyed.matches:
        faces = _of_paths(surveyed, sorted_out)
    else:
        faces = _of_places(surveyed, sorted_out)
    splits = [
        places.place(s, sorted_out, plan.wrapping)
        for p in plan.parts
        if p.meaning == "split" and _is_place(s := p.source)
    ]
    others = {k: places.place(s, sorted_out, plan.wrapping) for k, s in plan.attributes().items() if _is_place(s)}
    pairs = zip(sorted_out.pictures, surveyed.names, strict=True) if surveyed.names else ()
    named = {member.name: match.groupdict() for member, match in pairs if match}
    keeps_split = bool(plan.sources("split")) and not splits
    for face in faces:
        split = face.split if keeps_split else ""
        for place in splits:
            if split := split_of(place(face.member)):
                break
        attributes = face.attributes
        if named or others:
            more = {name: value for name, place in others.items() if (value := place(face.member))}
            attributes = named.get(face.member.name, {}) | attributes | more
        yield Labeled(face.member, face.label, split, attributes, face.crop)


def _is_place(source: str) -> bool:
    kind, _, rest = source.partition(":")
    return (
        source in ("tables", "none")
        or (kind in ("folder", "name") and rest.isdigit())
        or kind.endswith((*tables.ENDINGS, "*"))
    )


def _of_paths(surveyed: Survey, sorted_out: Listing) -> Iterator[Labeled]:
    assert surveyed.pattern
    for member, match in zip(sorted_out.pictures, surveyed.matches, strict=True):
        if match:
            groups = {name: word for name, word in match.groupdict().items() if word}
            code = groups.pop("class")
            label = surveyed.pattern.words.get(code.upper(), code)
            split = split_of(groups.pop("split", ""))
            if surveyed.pattern.words:  # Codes mean the same in small letters
                groups = {name: word.upper() for name, word in groups.items()}
            yield Labeled(member, label, split, groups)


def _of_places(surveyed: Survey, sorted_out: Listing) -> Iterator[Labeled]:
    plan = surveyed.plan
    (source,) = plan.sources("class")
    at = places.place(source, sorted_out, plan.wrapping)
    for member in sorted_out.pictures:
        label = at(member)
        if source.startswith("name:"):
            label = label.rstrip("0123456789") or label
        yield Labeled(member, label)


def _class_reader(plan: Plan) -> Callable[[str], str]:
    """What gives the class that a label means, "" where it means none. Folders are called as they are called."""
    if not plan.codes and plan.sources("class") == [plan.class_folder()]:
        return str
    return lru_cache(100_000)(lambda label: vocabulary.decoded(vocabulary.label_of(label), plan.codes))


def _outside(sorted_out: Listing, surveyed: Survey, inside: set[str], labeled: Sequence[Labeled]) -> list[Skipped]:
    """Pictures that stay out, with the reason."""
    if len(inside) == len(sorted_out.pictures):
        return []
    seen = {each.member.name: each for each in labeled}
    return [
        Skipped(member.name, _why_out(seen.get(member.name), surveyed))
        for member in sorted_out.pictures
        if member.name not in inside
    ]


def _why_out(each: Labeled | None, surveyed: Survey) -> str:
    plan = surveyed.plan
    if plan.class_folder():
        return "not in a class folder"
    if each and each.label.strip() and not vocabulary.label_of(each.label):
        return f'its label "{shown_path(each.label.strip())}" means that the class is unknown'
    if each and each.label.strip() and plan.codes:
        return f"its number {shown_path(each.label)} does not stand for an expression"
    if surveyed.corpus:
        return surveyed.corpus.unlabeled
    if surveyed.matches:
        return f"its path does not have the form of {plan.layout}"
    return "its name contains no class" if plan.layout == "file names" else "no row of a table gives its class"


def _label_tables(sorted_out: Listing, plan: Plan) -> Iterator[str]:
    """The tables that told class or split."""
    for source in (*plan.sources("class"), *plan.sources("split")):
        table, _, column = source.rpartition(":")
        for sheet in sorted_out.sheets:
            if table in ("*", sheet.name) and column in sheet.header:
                yield sheet.member.name


def _common(paths: Sequence[tuple[str, ...]]) -> int:
    """How many outer folders all paths share."""
    depth = 0
    while paths and all(len(path) > depth + 1 for path in paths) and len({path[depth] for path in paths}) == 1:
        depth += 1
    return depth


def _class_words(folders: Iterable[str]) -> dict[str, str]:
    """The class that each folder name means. Names that differ only in case, spaces or Unicode form are one class."""
    counts = Counter(folders)
    alike = defaultdict(list)
    for folder in sorted(counts, key=lambda folder: (-counts[folder], folder != folder.lower(), folder)):
        alike[folded(folder)].append(folder)
    words = {key: shortened(" ".join(plain(first[0]).split())) or "unnamed" for key, first in alike.items()}
    return {folder: words[key] for key, folders_alike in alike.items() for folder in folders_alike}


def _changed(words: dict[str, str], wanted: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Classes as a person merges them or leaves them out (""). Raises EmoError "bad_value" for one that is not here."""
    changes = {folded(name): other.strip() for name, other in wanted}
    spelled = {folded(word): word for word in words.values()}
    if missing := [name for name, _ in wanted if folded(name) not in spelled]:
        message = (
            f"There is no class {listed(missing)} to merge or leave out. There are: {listed(sorted(spelled.values()))}."
        )
        raise EmoError(message, "bad_value")
    into = {name: spelled.get(folded(other), other) for name, other in changes.items()}
    return {folder: into.get(folded(word), word) for folder, word in words.items()}


def _placed(fitting: Sequence[tuple[Labeled, str]], words: dict[str, str], wrapping: int, plan: Plan) -> list[Placed]:
    """Ids are made of safe names, so they never lead anywhere as paths."""
    taken: set[str] = set()
    folders = _class_ids(word for word in words.values() if word)
    gone = {
        plans.level(source) - 1 for what in ("class", "split") for source in plan.sources(what) if "folder:" in source
    }
    names = Counter((each.split, words[word], each.member.parts[-1]) for each, word in fitting if not gone)
    placed = []
    for each, word in fitting:
        place, emotion = each.member.parts[wrapping:], words[word]
        kept = [part for number, part in enumerate(place) if number not in gone or number == len(place) - 1]
        if not gone and names[each.split, emotion, place[-1]] == 1:
            kept = [place[-1]]
        file = safe_name("_".join(kept))
        key = unique("/".join(part for part in (each.split, folders[emotion], file) if part), taken)
        placed.append(Placed(each.member, key, each.split, emotion, place, each.attributes, each.crop))
    return placed


def _class_ids(emotions: Iterable[str]) -> dict[str, str]:
    taken: set[str] = set()
    return {emotion: unique(safe_name(emotion), taken) for emotion in sorted(set(emotions))}
