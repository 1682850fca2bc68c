"""Small copies of how public datasets lie on a disk, each built of drawn faces by its own documentation."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

Files = dict[str, bytes]


@cache
def face(seed: int, side: int = 48, kind: str = "PNG") -> bytes:
    """A drawn face as a picture file; no two seeds give the same."""
    random = np.random.default_rng(seed)
    image = Image.new("L", (side, side), int(random.integers(40, 120)))
    draw = ImageDraw.Draw(image)
    unit = side / 48
    draw.ellipse([8 * unit, 4 * unit, 40 * unit, 44 * unit], fill=int(random.integers(150, 230)))
    for eye in (18, 30):
        draw.ellipse([(eye - 3) * unit, 17 * unit, (eye + 3) * unit, 22 * unit], fill=20)
    draw.arc([16 * unit, 26 * unit, 32 * unit, 38 * unit], 0, 180, fill=60, width=2)
    grain = random.normal(0, 12, (side, side))
    file = io.BytesIO()
    Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8)).save(file, kind)
    return file.getvalue()


def png(pixels: np.ndarray) -> bytes:
    """Gray values as a picture file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def number_file(value: str) -> bytes:
    """An array of one word as a .npy file, as AffectNet has them."""
    file = io.BytesIO()
    np.save(file, np.array(value))
    return file.getvalue()


def faces(*names: str, kind: str = "PNG") -> Files:
    """A drawn face for each name."""
    return {name: face(seed, kind=kind) for seed, name in enumerate(names)}


@dataclass(frozen=True)
class Built:
    """A small dataset and what a right reading of it is: class -> pictures, split -> pictures, attributes."""

    files: Files
    layout: str
    classes: dict[str, int]
    splits: dict[str, int]
    attributes: dict[str, set[str]] = field(default_factory=dict)


def raf_db() -> Built:
    names = [f"{part}_{number:05d}" for part in ("train", "test") for number in range(1, 9)]
    codes = [number % 4 + 1 for number in range(len(names))]
    lines = "".join(f"{name}.jpg {code}\n" for name, code in zip(names, codes, strict=True))
    pictures = faces(*(f"basic/Image/aligned/{name}_aligned.jpg" for name in names), kind="JPEG")
    words = ("surprised", "fearful", "disgusted", "happy")
    files = {**pictures, "basic/EmoLabel/list_patition_label.txt": lines.encode()}
    for number, name in enumerate(names):
        people = f"{number % 3}\n{number % 3}\n{number % 5}\n"
        files[f"basic/Annotation/manual/{name}_manu_attri.txt"] = ("103.5\t85.25\n" * 5 + people).encode()
    attributes = {
        "gender": {"male", "female", "unknown"},
        "race": {"Caucasian", "African-American", "Asian"},
        "age group": {"0 to 3", "4 to 19", "20 to 39", "40 to 69", "70 and over"},
    }
    return Built(files, "RAF-DB", dict.fromkeys(words, 4), {"train": 8, "test": 8}, attributes)


def affectnet_arrays() -> Built:
    files: Files = {}
    for part, start in (("train_set", 0), ("val_set", 6)):
        for number in range(start, start + 6):
            files[f"{part}/images/{number}.jpg"] = face(number, kind="JPEG")
            files[f"{part}/annotations/{number}_exp.npy"] = number_file(str(number % 3))
            files[f"{part}/annotations/{number}_val.npy"] = number_file("0.1")
    return Built(files, "AffectNet", {"neutral": 4, "happy": 4, "sad": 4}, {"train": 6, "validation": 6})


def affectnet_tables() -> Built:
    header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n"
    files: Files = {}
    for part, start in (("training", 0), ("validation", 8)):
        lines = [header]
        for number in range(start, start + 8):
            files[f"Manually_Annotated_Images/{number % 2}/{number}.jpg"] = face(number, 96, "JPEG")
            lines.append(f"{number % 2}/{number}.jpg,0,0,96,96,1;2;3,{(1, 3, 6, 10)[number % 4]},0.1,0.2\n")
        files[f"{part}.csv"] = "".join(lines).encode()
    return Built(files, "AffectNet", {"happy": 4, "surprised": 4, "angry": 4}, {"train": 6, "validation": 6})


def exp_w() -> Built:
    files: Files = {}
    lines = []
    for number in range(4):
        wide = Image.new("L", (96, 48))
        for place in range(2):
            wide.paste(Image.open(io.BytesIO(face(2 * number + place))), (48 * place, 0))
            lines.append(f"photo_{number}.jpg {place} 0 {48 * place} {48 * place + 48} 48 60.5 {(0, 6)[place]}\n")
        content = io.BytesIO()
        wide.save(content, "PNG")
        files[f"origin/photo_{number}.jpg"] = content.getvalue()
    return Built({**files, "label.lst": "".join(lines).encode()}, "ExpW", {"angry": 4, "neutral": 4}, {"": 8})


def ck_plus() -> Built:
    files: Files = {}
    for person in range(4):
        for film, code in enumerate((1, 5)):
            stem = f"S{person:03d}_{film:03d}"
            for frame in range(3):
                name = f"cohn-kanade-images/S{person:03d}/{film:03d}/{stem}_{frame + 1:08d}.png"
                files[name] = face(person * 100 + film * 10 + frame)
            label = f"Emotion/S{person:03d}/{film:03d}/{stem}_00000003_emotion.txt"
            files[label] = f"   {code}.0000000e+00\n".encode()
    persons = {f"S{person:03d}" for person in range(4)}
    films = {f"{person}_{film:03d}" for person in persons for film in range(2)}
    return Built(files, "CK+", {"angry": 4, "happy": 4}, {"": 8}, {"person": persons, "film": films})


def kdef() -> Built:
    names = [
        f"KDEF/{session}{person}/{session}{person}{code}{angle}.JPG"
        for session in "AB"
        for person in ("F01", "M02")
        for code in ("AF", "HA", "SU")
        for angle in ("S", "HL")
    ]
    attributes = {"person": {"F01", "M02"}, "session": {"A", "B"}, "angle": {"S", "HL"}}
    classes = dict.fromkeys(("fearful", "happy", "surprised"), 8)
    return Built(faces(*names, kind="JPEG"), "KDEF", classes, {"": 24}, attributes)


def jaffe() -> Built:
    names = [
        f"jaffe/{who}.{code}{n}.{n + 9}.png" for who in ("KA", "KL") for code in ("AN", "FE", "NE") for n in (1, 2)
    ]
    return Built(faces(*names), "JAFFE", {"angry": 4, "fearful": 4, "neutral": 4}, {"": 12}, {"person": {"KA", "KL"}})


def ferg() -> Built:
    words = ("anger", "joy", "neutral")
    names = [f"FERG_DB_256/{w}/{w}_{c}/{w}_{c}_{n}.png" for w in ("aia", "ray") for c in words for n in range(2)]
    return Built(faces(*names), "FERG", dict.fromkeys(words, 4), {"": 12}, {"person": {"aia", "ray"}})


def oulu_casia() -> Built:
    names = [
        f"VL_Acropped/{light}/{person}/{emotion}/{frame:03d}.jpeg"
        for light in ("Strong", "Weak")
        for person in ("P001", "P002")
        for emotion in ("Anger", "Happiness")
        for frame in range(2)
    ]
    attributes = {"person": {"P001", "P002"}, "light": {"Strong", "Weak"}, "camera": {"VL"}, "frame": {"000", "001"}}
    classes = {"Anger": 8, "Happiness": 8}
    return Built(faces(*names, kind="JPEG"), "Oulu-CASIA", classes, {"": 16}, attributes)


def sfew() -> Built:
    names = [
        f"SFEW_2/{part}/{part}_Aligned_Faces/{emotion}/{film}_{n:09d}_00000005.png"
        for part in ("Train", "Val")
        for emotion in ("Angry", "Happy")
        for film in ("About_A_Boy", "21")
        for n in range(2)
    ]
    names += [f"SFEW_2/Test/Test_Aligned_Faces/Juno_{n:09d}_00000001.png" for n in range(1)]
    attributes = {"film": {"About_A_Boy", "21"}}
    return Built(faces(*names), "SFEW", {"Angry": 8, "Happy": 8}, {"train": 8, "validation": 8}, attributes)


def fer_plus() -> Built:
    votes = ("8,0,0,0,0,0,0,0,2,0", "1,7,1,1,0,0,0,0,0,0", "5,5,0,0,0,0,0,0,0,0", "1,1,0,0,0,0,0,0,0,8")
    files: Files = {}
    for part, start in (("FER2013Train", 0), ("FER2013Valid", 8), ("FER2013Test", 16)):
        lines = []
        for number in range(start, start + 8):
            files[f"{part}/fer{number:07d}.png"] = face(number)
            lines.append(f'fer{number:07d}.png,"(0, 0, 48, 48)",{votes[number % 4]}\n')
        files[f"{part}/label.csv"] = "".join(lines).encode()
    attributes = {"votes happiness": {"0", "7"}}
    return Built(files, "FER+", {"neutral": 6, "happy": 6}, {"train": 4, "validation": 4, "test": 4}, attributes)


def roboflow_classes() -> Built:
    files: Files = {}
    for part, start in (("train", 0), ("valid", 6)):
        lines = ["filename, angry, happy\n"]
        for number in range(start, start + 6):
            name = f"im{number // 2}_jpg.rf.{number:032x}.jpg"
            files[f"{part}/{name}"] = face(number, kind="JPEG")
            lines.append(f"{name}, {number % 2}, {1 - number % 2}\n")
        files[f"{part}/_classes.csv"] = "".join(lines).encode()
    attributes = {"original": {f"im{number}_jpg" for number in range(6)}}
    return Built(files, "Roboflow", {"angry": 6, "happy": 6}, {"train": 6, "validation": 6}, attributes)


def yolo() -> Built:
    files: Files = {"data.yaml": b"train: ../train/images\nnc: 2\nnames: ['angry', 'happy']\n"}
    for part, start in (("train", 0), ("valid", 4)):
        for number in range(start, start + 4):
            files[f"{part}/images/im{number}.jpg"] = face(number, 96, "JPEG")
            files[f"{part}/labels/im{number}.txt"] = f"{number % 2} 0.5 0.5 0.5 0.5\n".encode()
    return Built(files, "YOLO", {"angry": 4, "happy": 4}, {"train": 4, "validation": 4})


def imagefolder() -> Built:
    files: Files = {}
    for part, start in (("train", 0), ("test", 6)):
        lines = []
        for number in range(start, start + 6):
            files[f"{part}/{number:04d}.png"] = face(number)
            label = ("happy", "sad")[number % 2]
            lines.append(json.dumps({"file_name": f"{number:04d}.png", "label": label, "age": "old"}) + "\n")
        files[f"{part}/metadata.jsonl"] = "".join(lines).encode()
    attributes = {"age": {"old"}}
    return Built(files, "a table of labels", {"happy": 6, "sad": 6}, {"train": 6, "test": 6}, attributes)


def rafd() -> Built:
    names = [
        f"RafD/Rafd{angle}_{person}_{gaze}.jpg"
        for angle in ("090", "135")
        for person in ("01_Caucasian_female", "29_Moroccan_male")
        for gaze in ("angry_frontal", "contemptuous_left")
    ]
    attributes = {
        "person": {"01", "29"}, "gender": {"female", "male"}, "ethnicity": {"Caucasian", "Moroccan"},
        "gaze": {"frontal", "left"}, "angle": {"090", "135"},
    }  # fmt: skip
    return Built(faces(*names, kind="JPEG"), "RaFD", {"angry": 4, "contemptuous": 4}, {"": 8}, attributes)


def bu_3dfe() -> Built:
    names = [
        f"BU_3DFE/{person}/{person}_{code}{ethnicity}_F2D.bmp"
        for person, ethnicity in (("F0001", "WH"), ("M0001", "AE"))
        for code in ("AN01", "AN02", "HA01", "HA04")
    ]
    attributes = {"person": {"F0001", "M0001"}, "intensity": {"01", "02", "04"}, "ethnicity": {"WH", "AE"}}
    return Built(faces(*names, kind="BMP"), "BU-3DFE", {"angry": 4, "happy": 4}, {"": 8}, attributes)


def cfd() -> Built:
    names = [
        f"Images/CFD/{person}/CFD-{person}-{number:03d}-{code}.jpg"
        for person in ("WF-001", "BM-003")
        for number, code in enumerate(("N", "A", "F", "HC", "HO"))
    ]
    classes = {"happy": 4, "neutral": 2, "angry": 2, "fearful": 2}
    attributes = {"person": {"WF-001", "BM-003"}, "race": {"W", "B"}, "gender": {"F", "M"}}
    return Built(faces(*names, kind="JPEG"), "CFD", classes, {"": 10}, attributes)


def taiwanese() -> Built:
    names = [f"images/{who}{act}1{code}01.jpg" for who in ("01", "02") for act in (1, 2) for code in "abd"]
    classes = dict.fromkeys(("neutral", "happy", "angry"), 4)
    attributes = {"person": {"01", "02"}, "performance": {"1", "2"}}
    return Built(faces(*names, kind="JPEG"), "Taiwanese expressions", classes, {"": 12}, attributes)


def aff_wild2() -> Built:
    files: Files = {}
    films = {"1-30-1280x720": "Train_Set", "135-24-1920x1080_left": "Train_Set", "2-30-640x360": "Validation_Set"}
    for film, part in films.items():
        for frame in range(1, 7):
            files[f"cropped_aligned/{film}/{frame:05d}.jpg"] = face(len(files), kind="JPEG")
        lines = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n" + "0\n1\n4\n-1\n1\n4\n"
        files[f"annotations/EXPR_Set/{part}/{film}.txt"] = lines.encode()
    classes = {"Anger": 6, "Happiness": 6, "Neutral": 3}
    return Built(files, "Aff-Wild2", classes, {"train": 10, "validation": 5}, {"film": set(films)})


LAYOUTS: dict[str, Callable[[], Built]] = {
    each.__name__: each
    for each in (
        raf_db, affectnet_arrays, affectnet_tables, exp_w, ck_plus, kdef, jaffe, ferg, oulu_casia, sfew, fer_plus,
        roboflow_classes, yolo, imagefolder, rafd, bu_3dfe, cfd, taiwanese, aff_wild2,
    )
}  # fmt: skip


def zipped(path: Path, files: Files) -> Path:
    """The files as a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def laid_out(home: Path, files: Files) -> Path:
    """The files in a folder."""
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    return home
