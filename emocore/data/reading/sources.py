"""Public datasets that one click fetches, and the manual way for where no network is.

Nothing of a repository's archive is unpacked: the pictures below the wanted folder are copied into a
small zip, which then goes through the same reader as an uploaded one.
"""

from __future__ import annotations

import errno
import http.client
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO
from urllib.parse import urlsplit

from emocore import files
from emocore.errors import EmoError
from emocore.settings import LIMITS

CONNECT_S = 5.0
ANSWER_S = 20.0
SAY_EVERY_S = 0.25
CHUNK = 1 << 16


@dataclass(frozen=True)
class Source:
    """Where a public dataset lies.

    page: its page for people. manual: one sentence, what to do without a network. archive: address of
    a zip, of which only `folder` (below the archive's own top folder) is wanted. kaggle: its handle
    there, for which the optional package kagglehub is needed. most_bytes: a larger archive is refused. reads: what its
    folders and tables are taken for, in a sentence.
    """

    name: str
    title: str
    page: str
    manual: str
    archive: str = ""
    folder: str = ""
    kaggle: str = ""
    most_bytes: int = LIMITS.zip_bytes
    reads: str = ""


@dataclass(frozen=True)
class Fetched:
    """How far a fetch is. bytes_total is 0 while unknown; path, once there, is what a reader takes."""

    bytes_done: int
    bytes_total: int
    message: str
    path: Path | None = None


REPORT = "https://github.com/loaidieu/CNN-Emotion-Dectector"
FER = "https://www.kaggle.com/datasets/ananthu017/emotion-detection-fer"

SOURCES = {
    "report": Source(
        name="report",
        title="The report's 1,600 faces with age and gender",
        page=REPORT,
        manual=f"Open {REPORT} on a computer with internet access. Choose Code, then Download ZIP. Unpack the zip, "
        "make a new zip of its folder data_w_metadata, and upload that on the tab Import.",
        archive="https://codeload.github.com/loaidieu/CNN-Emotion-Dectector/zip/refs/heads/main",
        folder="data_w_metadata",
        reads="The folders train and test are the split. The four folders inside them are the classes. The tables "
        "next to the pictures contain perceived age and gender.",
    ),
    "fer": Source(
        name="fer",
        title="FER2013: 35,887 faces, seven emotions",
        page=FER,
        manual=f"Open {FER} on a computer with internet access. Choose Download, and upload the zip on the tab Import.",
        kaggle="ananthu017/emotion-detection-fer",
        reads="The folders train and test are the split. The seven folders inside them are the classes.",
    ),
}


def is_ready(source: Source) -> bool:
    """Whether this machine has the package that the source needs; the network is not asked."""
    return not source.kaggle or find_spec("kagglehub") is not None


def fetch(name: str, into: Path) -> Iterator[Fetched]:
    """Bring a source into the folder `into`; the last value has the path of a zip or folder for a reader.

    Leaving the loop stops the fetch. A fetch that fails keeps nothing and can be tried again. Raises
    EmoError "no_source", "no_network", "not_found", "not_sent", "broken_download", "too_large",
    "no_kagglehub" or "disk_full".
    """
    if name not in SOURCES:
        raise EmoError(f'There is no source "{name}". There are: {", ".join(SOURCES)}.', "no_source")
    source = SOURCES[name]
    into.mkdir(parents=True, exist_ok=True)
    yield from _from_kaggle(source) if source.kaggle else _from_archive(source, into)


def _from_kaggle(source: Source) -> Iterator[Fetched]:
    if not is_ready(source):
        raise EmoError(
            f"The package kagglehub is not installed: run `pip install kagglehub`. Or: {source.manual}", "no_kagglehub"
        )
    import kagglehub  # Optional: only its own source needs it

    yield Fetched(0, 0, "Connecting to Kaggle. The first download is about 65 MB.")
    try:
        folder = Path(kagglehub.dataset_download(source.kaggle))
    except Exception as error:  # kagglehub passes on whatever its own libraries raise
        raise EmoError(
            f"Kaggle did not send the dataset ({type(error).__name__}). {source.manual}", "no_network"
        ) from error
    yield Fetched(0, 0, "Fetched.", folder)


def _from_archive(source: Source, into: Path) -> Iterator[Fetched]:
    with tempfile.TemporaryFile(dir=into) as archive, files.naming_a_full_disk(into):
        with _says_what_went_wrong(source):
            yield from _download(source, archive)
        size = archive.tell()
        yield Fetched(size, size, f"Downloaded. Unpacking {source.folder}.")
        target = into / f"{source.name}.zip"
        with _says_what_went_wrong(source), files.replacing(target) as file:
            _pick(source, archive, file)
    yield Fetched(size, size, "Fetched.", target)


def _download(source: Source, archive: BinaryIO) -> Iterator[Fetched]:
    yield Fetched(0, 0, f"Connecting to {urlsplit(source.archive).hostname}.")
    with closing(_opener().open(source.archive, timeout=CONNECT_S)) as answer:
        total = int(answer.headers.get("Content-Length") or 0)
        done, said = 0, time.monotonic()
        while chunk := answer.read1(CHUNK):
            archive.write(chunk)
            done += len(chunk)
            if max(done, total) > source.most_bytes:
                raise EmoError(
                    f"The download has more than {source.most_bytes / 1e6:.0f} MB, which is more than is allowed. "
                    f"{source.manual}",
                    "too_large",
                )
            if time.monotonic() - said > SAY_EVERY_S:
                said = time.monotonic()
                yield Fetched(done, total, f"Downloading: {done / 1e6:.1f} MB so far.")
        if total and done != total:
            raise http.client.IncompleteRead(b"", total - done)


def _pick(source: Source, archive: BinaryIO, to: BinaryIO) -> None:
    """Copy the members below the source's folder, by index and stored as they are, into a zip of their own."""
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(to, "w") as small:
        wanted = [member for member in whole.infolist() if _place(source, member)]
        if not wanted:
            raise EmoError(f"The download has no folder {source.folder} any more. {source.manual}", "not_found")
        _refuse_bombs(wanted)
        for member in wanted:
            small.writestr(zipfile.ZipInfo(_place(source, member), (1980, 1, 1, 0, 0, 0)), _content(whole, member))


def _refuse_bombs(members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    allowed = min(LIMITS.zip_unpacked_bytes, LIMITS.zip_ratio * sum(member.compress_size for member in members))
    largest = max(member.file_size for member in members)
    if len(members) > LIMITS.zip_members or unpacked > allowed or largest > LIMITS.picture_bytes:
        raise EmoError(
            f"The download unpacks to {unpacked / 1e6:.0f} MB in {len(members)} files, more than is allowed.",
            "too_large",
        )


def _place(source: Source, member: zipfile.ZipInfo) -> str:
    """The path of a wanted file from the source's folder on, else ""."""
    parts = PurePosixPath(member.filename).parts[1:]
    return "" if member.is_dir() or parts[:1] != (source.folder,) else "/".join(parts)


def _content(whole: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member; one that is longer than it says is broken."""
    with whole.open(member) as file:
        content = file.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} is not as long as it says")
    return content


@contextmanager
def _says_what_went_wrong(source: Source) -> Iterator[None]:
    """Turn what networks and archives raise into a sentence with a next step."""
    host = urlsplit(source.archive).hostname
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        what, code = ("is gone", "not_found") if error.code in (404, 410) else ("was not sent", "not_sent")
        raise EmoError(f"The dataset {what}: {host} answered {error.code}. {source.manual}", code) from error
    except urllib.error.URLError as error:
        raise EmoError(f"{host} cannot be reached from here. {source.manual}", "no_network") from error
    except (http.client.HTTPException, OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # The disk's trouble, not the network's
        raise EmoError(
            f"The download from {host} stopped early or arrived damaged. Nothing was saved. Try again. {source.manual}",
            "broken_download",
        ) from error


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Https, _Http, _SameHost)


class _PatientHttp(http.client.HTTPConnection):
    """Quick to give up on a host that is not there, patient with one that is packing an archive."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(ANSWER_S)


class _PatientHttps(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(ANSWER_S)


class _Http(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PatientHttp, request)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PatientHttps, request)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only within the host that the source names."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            fp.close()
            raise urllib.error.URLError(f"redirected to {there.netloc}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
