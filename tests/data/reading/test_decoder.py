"""The process that decodes: its frames cannot lie about their length, and it loads next to nothing."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from emocore.data.reading import decoder
from emocore.data.reading.decoder import Request


def test_frames_that_lie_about_their_length_are_refused() -> None:
    with pytest.raises(ValueError, match="a frame of"):
        decoder.read_frame(io.BytesIO(decoder.FRAME.pack(10, 2**31)))

    assert decoder.read_frame(io.BytesIO(decoder.FRAME.pack(10, 5) + b"{}")) is None


@pytest.mark.parametrize(
    "header", [{}, {"size": [1, 2], "notes": [[1]]}, {"size": "ab", "notes": []}, {"size": [9, 9], "notes": []}]
)
def test_an_answer_that_says_nothing_sound_is_refused(header: decoder.Header) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decoder.answer_of(Request("a.png", b""), header, memoryview(bytes(7)))


def test_a_decoder_loads_nothing_but_pillow_and_numpy_and_ends_with_its_input() -> None:
    program = (
        "import sys; from emocore.data.reading import decoder;"
        "heavy = ('torch', 'pandas', 'pyarrow', 'streamlit', 'distributed', 'scipy', 'psutil', 'pydantic');"
        "print([name for name in heavy if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ended = subprocess.run([sys.executable, "-m", decoder.__name__], input=b"", capture_output=True, timeout=60)

    assert said.stdout == "[]\n"
    assert ended.returncode == 0
