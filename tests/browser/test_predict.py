"""A person uploads two faces, a turned photograph, one without a face and a 48x48 crop, and questions the answers."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
import skimage.data
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

ASTRONAUT = skimage.data.astronaut()
SEEN = "Input of the network"
NO_FACE = re.compile("No face found")


def picture(name: str, image: Image.Image, **how: Any) -> dict[str, Any]:
    content = io.BytesIO()
    image.save(content, "PNG" if name.endswith("png") else "JPEG", **how)
    return {"name": name, "mimeType": f"image/{name[-3:].replace('jpg', 'jpeg')}", "buffer": content.getvalue()}


def upload(page: Page, server: Server, sent: dict[str, Any], until: str = SEEN, first: str = "The picture") -> None:
    page.goto(f"{server.url}/predict?model=drawn-main")
    page.locator("input[type=file]").first.set_input_files([sent])
    # Not the example that the page opens with: it has no picture with boxes
    expect(page.get_by_alt_text(first).first).to_be_visible(timeout=60_000)
    expect(page.get_by_alt_text(until).first).to_be_visible(timeout=60_000)


def test_two_faces_get_two_boxes_two_answers_and_can_be_questioned(page: Page, server: Server) -> None:
    upload(page, server, picture("two.jpg", Image.fromarray(np.hstack([ASTRONAUT, ASTRONAUT[:, ::-1]]))))

    expect(page.get_by_alt_text(SEEN)).to_have_count(2)
    expect(page.get_by_alt_text("The picture with 2 marked faces")).to_be_visible()
    assert page.get_by_alt_text("The picture with 2 marked faces").get_attribute("src").startswith("data:image/jpeg")
    page.get_by_role("radio", name="Heatmap").first.click()
    expect(page.get_by_alt_text("Grad-CAM for")).to_be_visible()
    page.get_by_text("Randomize the weights").click()
    expect(page.get_by_text("Rank correlation of the two maps")).to_be_visible()
    page.get_by_role("radio", name="Draw and erase").first.click()
    expect(page.get_by_text("You have not painted anything yet")).to_be_visible()
    canvas = page.locator("canvas[role=img]")
    page.wait_for_timeout(600)  # The page comes to it by itself, once
    canvas.hover()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    expect(page.get_by_text("Pixels changed:")).to_be_visible()
    page.get_by_role("radio", name="Nearest training faces").first.click()
    expect(page.get_by_text("training faces. Below each face are its label")).to_be_visible(timeout=30_000)
    assert not [name for name in server.libraries() if name.startswith(("libtorch", "onnxruntime"))]


def test_a_turned_phone_picture_stands_upright(page: Page, server: Server) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upload(
        page, server, picture("p.jpg", Image.fromarray(ASTRONAUT[:400]).transpose(Image.Transpose.ROTATE_90), exif=exif)
    )

    expect(page.get_by_text("512 x 400 pixels. 1 face found.")).to_be_visible()


def test_a_picture_without_a_face_says_so_and_lets_the_box_be_moved(page: Page, server: Server) -> None:
    upload(page, server, picture("cat.png", Image.fromarray(skimage.data.chelsea())), until="The picture")

    expect(page.get_by_text(NO_FACE).first).to_be_visible()
    expect(page.get_by_alt_text(SEEN)).to_have_count(0)
    expect(page.get_by_text("%", exact=False).filter(has_text=re.compile(r"^\d+%$"))).to_have_count(0)
    page.get_by_text("Place the box yourself", exact=True).click()
    expect(page.get_by_text("This is the box that you placed.")).to_be_visible()
    expect(page.get_by_text(NO_FACE)).to_have_count(0)
    face = page.get_by_alt_text(SEEN)
    before = face.get_attribute("src") or ""
    page.get_by_role("slider", name="Side length (pixels)").focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    expect(face).not_to_have_attribute("src", before, timeout=20_000)


def test_the_answer_stands_beside_the_picture_without_scrolling(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    upload(page, server, picture("one.jpg", Image.fromarray(ASTRONAUT)))

    answer = page.get_by_text("images labeled").first.bounding_box()
    shown = page.get_by_alt_text("The picture with 1 marked face").bounding_box()
    assert answer
    assert shown
    assert answer["x"] > shown["x"] + shown["width"]
    assert answer["y"] + 150 < 900, "The sentence and the bars below it"


def test_on_a_phone_the_answer_is_in_sight_before_anybody_scrolls(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/predict?model=drawn-main")
    example = page.get_by_text("images labeled").first
    expect(example).to_be_visible(timeout=60_000)
    expect(example).to_be_in_viewport()

    upload(page, server, picture("one.jpg", Image.fromarray(ASTRONAUT)))
    expect(page.locator("img[alt='The picture with 1 marked face'] + div")).to_have_text(
        re.compile("focused|happy|neutral|surprised")
    )
    expect(page.locator("img[alt='The picture with 1 marked face'] + div span")).to_be_in_viewport()

    upload(page, server, picture("cat.png", Image.fromarray(skimage.data.chelsea())), until="The picture")
    expect(page.get_by_text(NO_FACE).first).to_be_in_viewport()


def test_what_look_closer_brings_comes_into_sight(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{server.url}/predict?model=drawn-main")
    page.get_by_role("radio", name="Heatmap").first.click()

    expect(page.get_by_alt_text("Grad-CAM for")).to_be_in_viewport(ratio=0.9, timeout=60_000)


def test_a_picture_that_lies_on_its_side_is_rotated(page: Page, server: Server) -> None:
    upload(page, server, picture("p.jpg", Image.fromarray(ASTRONAUT[:400]).transpose(Image.Transpose.ROTATE_90)))

    expect(page.get_by_text("400 x 512 pixels")).to_be_visible()
    page.get_by_role("button", name="Rotate").click()
    expect(page.get_by_text("512 x 400 pixels")).to_be_visible(timeout=30_000)


def test_a_crop_of_48_pixels_is_taken_as_a_face(page: Page, server: Server) -> None:
    crop = Image.fromarray(ASTRONAUT[62:165, 174:277]).convert("L").resize((48, 48))
    upload(page, server, picture("crop.png", crop), first=SEEN)

    expect(page.get_by_text(NO_FACE)).to_have_count(0)
    expect(page.get_by_text("Place the box yourself")).to_have_count(0)


def test_a_model_that_is_none_is_refused_with_a_reason(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/predict")
    page.get_by_role("tab", name="Export and import").click()
    expect(page.get_by_text("A zip or model.safetensors that was exported by this program")).to_be_visible()
    bad = {"name": "evil.pt", "mimeType": "application/octet-stream", "buffer": b"\x80\x02."}
    page.locator("input[type=file]").last.set_input_files([bad])
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("PT files are not read")).to_be_visible(timeout=60_000)
