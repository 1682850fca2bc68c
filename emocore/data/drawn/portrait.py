"""Draws a person's head, layer over layer, the far ones first: what each trait looks like.

Both halves of a face are drawn at once: `aside` is the distance from the middle line of the face, so
an eye drawn at aside = 0.3 stands left and right of the nose. The numbers were found by looking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emocore.data.drawn import strokes
from emocore.data.drawn.strokes import ACROSS, DOWN, Looks, Plane, between, bump, ellipse, inside, paint, turned

CRISP = 1.1 * strokes.PIXEL
"""Edge of the smallest things, eyes and teeth."""

FINGERS = ((-0.255, 0.4), (-0.085, 0.58), (0.085, 0.55), (0.255, 0.36))
"""Place and length of each finger."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where each pixel lies, on the picture and on the turned head.

    u, v: upright coordinates centered on the head; rim: distance to its outline, below zero inside.
    across, down: coordinates of the face, which turn with it; aside: |across|; side: -1 left, 1 right.
    light: how much falls on skin there. strands, mottle: noise along hair and in spots, -1 to 1.
    """

    u: Plane
    v: Plane
    rim: Plane
    across: Plane
    down: Plane
    aside: Plane
    side: Plane
    light: Plane
    strands: Plane
    mottle: Plane


def draw(looks: Looks, random: np.random.Generator) -> Plane:
    """(N, 48, 48) scenes, one head each, as they are before a camera sees them."""
    where = place(looks, random)
    clutter = strokes.clouds(random, len(looks["wall"]), 5) - 0.5
    canvas = looks["wall"] + looks["wall_tilt"] * ACROSS + looks["wall_fade"] * ACROSS * DOWN
    canvas = canvas + looks["clutter"] * clutter
    for layer in LAYERS:
        layer(canvas, where, looks)
    return canvas


def place(looks: Looks, random: np.random.Generator) -> Place:
    """Lay the pixels on a ball that is moved, tilted (roll) and turned (yaw, pitch), and light it."""
    u, v = turned(ACROSS - looks["shift_x"], DOWN - looks["shift_y"], looks["roll"])
    u, v = u / looks["scale"], v / looks["scale"]
    below = np.maximum(0, v)
    width = looks["width"] * (1 - looks["jaw"] * below * below)
    x, y = u / width, v / (1 + 0.1 * looks["gape"] * (v > 0))
    square = y * y
    # A jaw is squarer than a crown.
    radius = x * x + square * np.where(v > 0, 0.62 + 0.38 * square, 1)
    z = np.sqrt(np.maximum(0, 1 - radius))
    across, depth = turned(x, -z, looks["yaw"])
    down, _ = turned(y, depth, looks["pitch"])
    across = across * width
    aim = np.sqrt(looks["light_x"] * looks["light_x"] + looks["light_y"] * looks["light_y"] + 1)
    lit = np.maximum(0, (x * looks["light_x"] + y * looks["light_y"] + z) / aim)
    light = looks["ambient"] + (1.1 - looks["ambient"]) * lit
    mottle = 2 * strokes.clouds(random, len(u), 18) - 1
    strands = _strands(u, v, random)
    strands = strands + looks["curl"] * (mottle - strands)
    side = np.where(across < 0, np.float32(-1), np.float32(1))
    rim = (np.sqrt(radius) - 1) * looks["width"]
    return Place(u, v, rim, across, down, np.abs(across), side, light, strands, mottle)


def _strands(u: Plane, v: Plane, random: np.random.Generator) -> Plane:
    """Noise that is alike along lines that fan out from above the crown, as hair falls."""
    tones = random.random((len(u), 96), dtype=np.float32)
    fan = u / np.maximum(0.3, v + 1.9) + 0.15 * v * np.abs(v) * u
    spot = np.clip(30 * fan + 48, 0, 94)
    strand = spot.astype(np.int64)
    flat = strand.reshape(len(u), -1)
    low: Plane = np.take_along_axis(tones, flat, axis=1).reshape(u.shape)
    high: Plane = np.take_along_axis(tones, flat + 1, axis=1).reshape(u.shape)
    noise: Plane = low + (spot - strand.astype(np.float32)) * (high - low)
    return 2 * noise - 1


def _cap(where: Place, looks: Looks) -> Plane:
    volume = looks["hair_volume"]
    return inside(ellipse(where.u, where.v + 0.15, looks["width"] + volume, 0.9 + volume), 0.08)


def hair_behind(canvas: Plane, where: Place, looks: Looks) -> None:
    fall = 0.95 * looks["width"] + looks["hair_volume"] + 0.1 * where.v
    locks = inside(np.abs(where.u) - fall, 0.1) * between(where.v, -0.2, looks["hair_length"], 0.2)
    tone = 0.75 * looks["hair"] + looks["streak"] * where.strands
    paint(canvas, tone, np.maximum(_cap(where, looks), locks) * looks["hairy"])


def body(canvas: Plane, where: Place, looks: Looks) -> None:
    """Neck, shoulders with an open collar, ears."""
    u, v = np.abs(where.u), where.v
    skin = looks["skin"] * where.light
    paint(canvas, 0.45 * skin + 0.1 * looks["skin"], between(v, 0.5, 3, 0.1) * inside(u - looks["neck"], 0.1))
    shoulders = inside(0.9 + 0.3 * u * u - v, 0.06) * inside(v - 0.9 - u, 0.08)
    paint(canvas, looks["shirt"] + 0.06 * where.strands, shoulders)
    ear = inside(ellipse(u - 0.98 * looks["width"], v - 0.02, 0.1, 0.2))
    paint(canvas, 0.85 * skin, ear * looks["ears"])
    paint(canvas, 0.5 * skin, bump(u - looks["width"], v, 0.06, 0.13) * looks["ears"])


def head(canvas: Plane, where: Place, looks: Looks) -> None:
    """Skin, lighter on forehead and cheekbones, darker in eye sockets and hollow cheeks."""
    aside, down, cheek = where.aside, where.down, looks["cheek"]
    forehead = bump(where.across - 0.2 * looks["light_x"], down + 0.5, 0.45, 0.3)
    cheekbone = bump(aside - 0.38, down - 0.16 + 0.08 * cheek, 0.24, 0.2)
    socket = bump(aside - looks["eye_gap"], down + 0.24, 0.25, 0.19)
    hollow = bump(aside - 0.5, down - 0.42, 0.16, 0.34)
    relief = 1 + looks["gleam"] * forehead + (0.1 + 0.12 * cheek) * cheekbone
    relief = relief - looks["relief"] * (0.8 * socket + 0.45 * hollow)
    skin = looks["skin"] * where.light * (1 + looks["mottle"] * where.mottle)
    paint(canvas, skin * relief, inside(where.rim))


def wrinkles(canvas: Plane, where: Place, looks: Looks) -> None:
    """On the forehead, under the eyes, from nose to mouth, between the brows."""
    aside, down, skin, old = where.aside, where.down, looks["skin"], looks["wrinkles"]
    smile, cheek = np.maximum(0, looks["smile"]), np.maximum(0, looks["cheek"])
    wave = 10 * (down + 0.12 * where.across * where.across) + 5.6
    lines = np.maximum(0, 1 - 4 * np.abs(wave - np.rint(wave))) * between(down, -0.74, -0.46, 0.1)
    raised = 0.13 * np.maximum(0, looks["brow_up"])
    paint(canvas, 0.45 * skin, lines * inside(aside - 0.36, 0.2) * (old + raised))
    bag = bump(aside - looks["eye_gap"], down - looks["eye_height"] - 0.15, 0.16, 0.06)
    paint(canvas, 0.4 * skin, bag * (0.8 * old + 0.2 * cheek))
    fold = np.maximum(0, 1 - np.abs(aside - 0.17 - (down - 0.16) * (0.55 + 0.25 * smile)) / 0.09)
    paint(canvas, 0.4 * skin, fold * between(down, 0.18, 0.5, 0.12) * (0.06 + 0.7 * old + 0.13 * smile))
    furrow = np.maximum(0, 1 - np.abs(aside - 0.07) / 0.06) * between(down, -0.46, -0.26, 0.08)
    paint(canvas, 0.35 * skin, furrow * np.clip(0.25 * looks["frown"] + 0.2 * old, 0, 1))


def beard(canvas: Plane, where: Place, looks: Looks) -> None:
    edge = looks["beard_edge"] - 1.5 * np.maximum(0, where.aside - 0.4)
    cover = inside(edge - where.down, 0.26) * inside(where.rim + 0.02, 0.1)
    tone = 0.8 * looks["hair"] + looks["streak"] * where.mottle
    paint(canvas, tone, cover * np.clip(0.8 + 0.4 * where.mottle, 0, 1) * looks["beard"])


def nose(canvas: Plane, where: Place, looks: Looks) -> None:
    """A ridge in light, the far flank in shadow, wings, nostrils."""
    # A nose stands out, so it moves further when the head turns.
    across = where.across - 0.22 * looks["yaw"] * np.clip(where.down + 0.35, 0, 0.6)
    aside, down, width = np.abs(across), where.down - looks["nose_tip"], looks["nose_width"]
    skin = looks["skin"]
    ridge = bump(across, down + 0.22, 0.07, 0.36)
    paint(canvas, np.minimum(1, 1.35 * skin * where.light), 1.6 * looks["gleam"] * ridge)
    away = np.clip(0.5 - 0.6 * where.side * looks["light_x"], 0, 1)
    paint(canvas, 0.45 * skin, bump(aside - 0.12, down + 0.18, 0.09, 0.4) * away * looks["relief"])
    paint(canvas, 0.35 * skin, 0.55 * bump(across, down - 0.07, 1.5 * width, 0.08))
    wing = np.abs(ellipse(aside - width, down + 0.02, 0.065, 0.07)) - 0.008
    paint(canvas, 0.4 * skin, 0.5 * inside(wing, 0.05) * inside(width - aside, 0.05))
    paint(canvas, 0.12 * skin, 0.8 * inside(ellipse(aside - 0.62 * width, down - 0.025, 0.05, 0.028)))


def mouth(canvas: Plane, where: Place, looks: Looks) -> None:
    """Lips that bend with a smile around an opening with teeth and tongue."""
    across, down = where.across - 0.1 * looks["yaw"], where.down
    width, gape, lip, smile = looks["mouth_width"], looks["gape"], looks["lip"], np.maximum(0, looks["smile"])
    skin = looks["skin"] * where.light
    part = across / width
    arch = np.maximum(0, 1 - part * part)
    round_arch = arch + np.clip(gape - smile, 0, 1) * (np.sqrt(arch) - arch)
    middle = looks["mouth_height"] + 0.1 * looks["smile"] * (0.4 - part * part) + 0.06 * looks["skew"] * part
    top = middle - 0.09 * gape * round_arch - 0.004
    bottom = middle + gape * (0.3 + 0.03 * smile) * round_arch + 0.012
    ends = inside(np.abs(across) - width, 0.05)
    paint(canvas, 0.55 * skin, 0.6 * bump(across, down - bottom - 2 * lip - 0.02, 0.7 * width, 0.07))
    lips = between(down, top - lip * arch, bottom + 1.35 * lip * arch) * ends
    paint(canvas, np.maximum(0.06, skin * looks["lip_tone"]), 0.85 * lips)
    paint(canvas, 1, 0.5 * looks["gleam"] * bump(across, down - bottom - 0.6 * lip, 0.5 * width, 0.04))
    opening = between(down, top, bottom, CRISP) * ends
    paint(canvas, 0.18 * skin, opening)
    teeth = between(down, top, np.minimum(bottom, top + 0.15 * looks["teeth"]), CRISP)
    teeth = teeth * inside(np.abs(part) - 0.78, 0.25) * np.clip(5 * gape - 0.4, 0, 1)
    ivory = (0.33 + 0.45 * where.light) * (1 - 0.25 * part * part)
    paint(canvas, ivory, teeth * np.clip(2 * looks["teeth"], 0, 1))
    tongue = bump(across, down - bottom, 0.6 * width, 0.1) * opening
    paint(canvas, 0.55 * skin, 0.8 * np.clip(gape, 0, 1) * tongue)
    paint(canvas, 0.35 * skin, (0.3 + 0.2 * smile) * bump(np.abs(across) - width, down - middle, 0.07, 0.06))


def eyes(canvas: Plane, where: Place, looks: Looks) -> None:
    """White, iris and pupil between two lids, then lashes, lower rim and crease."""
    ahead, half, skin = where.aside - looks["eye_gap"], looks["eye_width"], looks["skin"] * where.light
    height = where.down - looks["eye_height"] + looks["eye_tilt"] * ahead
    arch = np.maximum(0, 1 - (ahead / half) * (ahead / half))
    upper, lower = -0.085 * looks["lid"] * arch, 0.05 * looks["low_lid"] * arch
    opening = between(height, upper, lower, CRISP) * inside(np.abs(ahead) - half, 0.05)
    paint(canvas, 0.22 + 0.66 * where.light, opening)
    gaze_x, gaze_y = ahead * where.side - looks["gaze_x"], height + 0.012 - looks["gaze_y"]
    iris = ellipse(gaze_x, gaze_y, looks["iris"], looks["iris"])
    paint(canvas, looks["iris_tone"], inside(iris) * opening)
    paint(canvas, 0.03, inside(iris + 0.55 * looks["iris"]) * opening)
    glint = inside(ellipse(gaze_x - 0.02, gaze_y + 0.025, 0.022, 0.022))
    paint(canvas, 0.95, glint * opening * looks["glint"])
    ends = inside(np.abs(ahead) - 1.08 * half, 0.06)
    lash = inside(np.abs(height - upper + 0.008) - looks["lash"])
    paint(canvas, np.minimum(0.2, 0.3 * skin), 0.9 * lash * ends)
    paint(canvas, 0.45 * skin, 0.5 * inside(np.abs(height - lower) - 0.006) * ends)
    paint(canvas, 0.5 * skin, 0.45 * inside(np.abs(height - 1.15 * upper + 0.06) - 0.008) * ends)


def brows(canvas: Plane, where: Place, looks: Looks) -> None:
    part = (where.aside - looks["eye_gap"]) / 0.2
    raised = looks["brow_up"] + 0.35 * looks["skew"] * where.side
    line = looks["brow_height"] - 0.11 * raised + 0.055 * looks["frown"] * np.maximum(0, 0.4 - part)
    line = line + looks["brow_arch"] * (part - 0.25) * (part - 0.25)
    thick = looks["brow_thick"] * np.clip(1 - 0.5 * part, 0, 1.1)
    cover = inside(np.abs(where.down - line) - thick, 1.6 * strokes.PIXEL) * between(part, -1.05, 1.05, 0.35)
    paint(canvas, looks["brow_tone"] + 0.3 * looks["streak"] * where.mottle, cover * looks["brow_dense"])


def hair_before(canvas: Plane, where: Place, looks: Looks) -> None:
    """Hair over the forehead and beside the face."""
    cap = _cap(where, looks)
    line = looks["hairline"] + looks["hair_side"] * where.across * where.across + looks["parting"] * where.across
    above = inside(where.down - line - looks["ragged"] * where.strands, 0.08) * cap
    edge = looks["locks"] + 0.22 * (where.down + 0.1) + 0.05 * where.strands
    beside = inside(edge - where.aside, 0.07) * between(where.down, -0.9, looks["lock_end"], 0.15)
    beside = beside * inside(np.abs(where.u) - looks["width"] - 0.8 * looks["hair_volume"], 0.1)
    # Above the ears hair stays within the cap, or it would grow horns.
    beside = beside * np.maximum(cap, inside(-where.v, 0.2))
    shine = 1 + 0.5 * bump(where.u - 0.3 * looks["light_x"], where.v + 0.85, 0.5, 0.25)
    paint(canvas, looks["hair"] * shine + looks["streak"] * where.strands, np.maximum(above, beside) * looks["hairy"])


def glasses(canvas: Plane, where: Place, looks: Looks) -> None:
    ahead, height = where.aside - looks["eye_gap"] - 0.01, where.down - looks["eye_height"] - 0.01
    lens = ellipse(ahead, height, 0.23, looks["lens"])
    bar = inside(np.abs(height + 0.05) - 0.013)
    bar = bar * np.maximum(inside(where.aside - 0.1), inside(0.52 - where.aside) * inside(where.rim))
    paint(canvas, looks["lens_tone"], inside(lens) * looks["lens_dark"] * looks["glasses"])
    paint(canvas, 0.95, 0.35 * bump(ahead * where.side + 0.07, height + 0.05, 0.12, 0.08) * looks["glasses"])
    paint(canvas, looks["frame_tone"], np.maximum(inside(np.abs(lens) - 0.012), bar) * looks["glasses"])


def hand(canvas: Plane, where: Place, looks: Looks) -> None:
    """A palm and four fingers at a cheek or chin, now and then over the mouth."""
    x, y = turned(where.u - looks["hand_x"], where.v - looks["hand_y"], looks["hand_turn"])
    skin = looks["skin"] * (0.5 + 0.5 * where.light)
    paint(canvas, 0.85 * skin, inside(ellipse(x, y - 0.4, 0.32, 0.42), 0.06) * looks["hand"])
    for middle, length in FINGERS:
        reach = np.clip(0.1 - y, 0, length)
        gap_x, gap_y = x - middle, y - 0.1 + reach
        distance = np.sqrt(gap_x * gap_x + gap_y * gap_y)
        paint(canvas, 0.45 * skin, inside(distance - 0.1, 0.05) * looks["hand"])
        paint(canvas, 0.95 * skin, inside(distance - 0.07, 0.08) * looks["hand"])


LAYERS = (
    hair_behind,
    body,
    head,
    wrinkles,
    beard,
    nose,
    mouth,
    eyes,
    brows,
    hair_before,
    glasses,
    hand,
)
"""Farthest first; each takes (canvas, where, looks) and paints on the canvas."""
