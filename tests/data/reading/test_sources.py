"""Public datasets come through one click, and without a network the manual way is named."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from emocore.data.reading import sources
from emocore.errors import EmoError
from emocore.settings import CHECKOUT

Answer = Callable[[BaseHTTPRequestHandler], None]
TOP = "CNN-Emotion-Dectector-main"
REAL = CHECKOUT.parent / "shared" / "data" / "report_dataset.zip"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


MEMBERS = {
    f"{TOP}/": b"",
    f"{TOP}/README.md": b"# Report",
    f"{TOP}/data/train/happy/im1.png": b"from another folder",
    f"{TOP}/data_w_metadata/train/happy/im1.png": b"first",
    f"{TOP}/data_w_metadata/train/happy/metadata.csv": b"filename",
    f"{TOP}/data_w_metadata/test/happy/im2.png": b"second",
}
WANTED = {
    "data_w_metadata/train/happy/im1.png": b"first",
    "data_w_metadata/train/happy/metadata.csv": b"filename",
    "data_w_metadata/test/happy/im2.png": b"second",
}


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], None]]:
    """Put a server on this machine in the place of the report's host."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        running.append(server)
        point_at(monkeypatch, f"http://127.0.0.1:{server.server_port}/zip/refs/heads/main")

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def point_at(monkeypatch: pytest.MonkeyPatch, address: str, **fields: int) -> None:
    report = replace(sources.SOURCES["report"], archive=address, **fields)  # type: ignore[arg-type]
    monkeypatch.setitem(sources.SOURCES, "report", report)


def sends(content: bytes, length: int | None = None) -> Answer:
    """Answer with `content`, saying it has `length` bytes (its own when None, nothing when negative)."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        if length is None or length >= 0:
            request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def fetched(into: Path) -> Path:
    path = list(sources.fetch("report", into))[-1].path
    assert path is not None
    return path


def refused(into: Path) -> EmoError:
    with pytest.raises(EmoError) as caught:
        list(sources.fetch("report", into))
    assert list(into.iterdir()) == []
    return caught.value


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_the_wanted_folder_of_a_repository_is_kept(serve, tmp_path: Path):
    serve(sends(zipped(MEMBERS)))
    assert contents(fetched(tmp_path)) == WANTED


def test_an_archive_of_unknown_length_is_fetched_too(serve, tmp_path: Path):
    serve(sends(zipped(MEMBERS), length=-1))
    assert contents(fetched(tmp_path)) == WANTED


def test_the_same_archive_gives_the_same_bytes(serve, tmp_path: Path):
    serve(sends(zipped(MEMBERS)))
    assert fetched(tmp_path / "one").read_bytes() == fetched(tmp_path / "two").read_bytes()


def test_progress_counts_bytes_and_only_the_last_value_has_a_path(serve, tmp_path: Path):
    archive = zipped(MEMBERS)
    serve(sends(archive))
    values = list(sources.fetch("report", tmp_path))
    assert [value.path is None for value in values] == [True] * (len(values) - 1) + [False]
    assert values[-1].bytes_done == values[-1].bytes_total == len(archive)
    assert all(value.message.endswith(".") for value in values)


def test_leaving_the_loop_keeps_nothing(serve, tmp_path: Path):
    serve(sends(zipped(MEMBERS)))
    fetching = sources.fetch("report", tmp_path)
    next(fetching)
    next(fetching)
    fetching.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_manual_way_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        point_at(monkeypatch, f"http://127.0.0.1:{closed.getsockname()[1]}/zip")
        error = refused(tmp_path)
    assert error.code == "no_network"
    assert "cannot be reached" in error.message
    assert sources.REPORT in error.message
    assert "data_w_metadata" in error.message


def test_a_host_without_an_address_is_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    point_at(monkeypatch, "https://no-such-host.invalid/zip")
    assert refused(tmp_path).code == "no_network"


@pytest.mark.parametrize(
    ("status", "code"), [(404, "not_found"), (410, "not_found"), (403, "not_sent"), (503, "not_sent")]
)
def test_a_host_that_refuses_is_quoted(serve, tmp_path: Path, status: int, code: str):
    serve(lambda request: request.send_error(status))
    error = refused(tmp_path)
    assert error.code == code
    assert f"answered {status}" in error.message


def test_a_redirect_to_another_host_is_not_followed(serve, tmp_path: Path):
    def elsewhere(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", "http://127.0.0.2:9/zip")
        request.end_headers()

    serve(elsewhere)
    assert refused(tmp_path).code == "no_network"


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(sends(zipped(MEMBERS)[:300], length=400), id="breaks off"),
        pytest.param(sends(zipped(MEMBERS)[:300]), id="half a zip"),
        pytest.param(sends(b"<html>Sign in to the school network</html>"), id="a portal's page"),
        pytest.param(sends(b""), id="empty"),
        pytest.param(sends(zipped(MEMBERS, zipfile.ZIP_STORED).replace(b"first", b"fzrst")), id="one changed letter"),
        pytest.param(hangs_up, id="hangs up"),
    ],
)
def test_a_broken_download_keeps_nothing_and_can_be_tried_again(serve, tmp_path: Path, answer: Answer):
    serve(answer)
    assert refused(tmp_path).code == "broken_download"
    serve(sends(zipped(MEMBERS)))
    assert contents(fetched(tmp_path)) == WANTED


def test_a_failed_second_fetch_leaves_the_first(serve, tmp_path: Path):
    serve(sends(zipped(MEMBERS)))
    path = fetched(tmp_path)
    serve(sends(b"nothing"))
    with pytest.raises(EmoError):
        fetched(tmp_path)
    assert contents(path) == WANTED


@pytest.mark.parametrize("length", [None, -1])
def test_an_archive_above_the_limit_is_refused(serve, tmp_path: Path, monkeypatch, length: int | None):
    serve(sends(bytes(3000), length))
    point_at(monkeypatch, sources.SOURCES["report"].archive, most_bytes=2000)
    assert refused(tmp_path).code == "too_large"


def test_an_archive_that_inflates_beyond_reason_is_refused(serve, tmp_path: Path):
    serve(sends(zipped({f"{TOP}/data_w_metadata/train/happy/im1.png": bytes(5_000_000)})))
    assert refused(tmp_path).code == "too_large"


def test_an_archive_without_the_folder_says_so(serve, tmp_path: Path):
    serve(sends(zipped({f"{TOP}/README.md": b"# Moved"})))
    error = refused(tmp_path)
    assert error.code == "not_found"
    assert "no folder data_w_metadata" in error.message


def test_an_unknown_source_names_those_that_exist(tmp_path: Path):
    with pytest.raises(EmoError, match=r'There is no source "faces"\. There are: report, fer\.'):
        next(iter(sources.fetch("faces", tmp_path)))


def test_kaggle_without_its_package_names_the_package_and_the_manual_way(tmp_path: Path):
    source = sources.SOURCES["fer"]
    if sources.is_ready(source):
        pytest.skip("kagglehub is installed here")
    with pytest.raises(EmoError) as caught:
        list(sources.fetch("fer", tmp_path))
    assert caught.value.code == "no_kagglehub"
    assert "pip install kagglehub" in caught.value.message
    assert source.page in caught.value.message


@pytest.mark.parametrize("source", sources.SOURCES.values(), ids=list(sources.SOURCES))
def test_every_source_has_a_page_and_a_manual_way(source: sources.Source):
    assert source.page.startswith("https://")
    assert source.page in source.manual
    assert source.archive.startswith("https://codeload.github.com/") or source.kaggle


def test_the_report_s_real_pictures_arrive_unchanged(serve, tmp_path: Path):
    if not REAL.exists():
        pytest.skip("the report's images are not here: ../shared/data/report_dataset.zip")
    real = {name: content for name, content in contents(REAL).items() if not name.endswith("/")}
    serve(sends(zipped({f"{TOP}/{name}": content for name, content in real.items()})))
    assert contents(fetched(tmp_path)) == real
