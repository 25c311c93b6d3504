"""Public data sets: downloaded when a question needs them, checked, and kept in the user's cache folder.

A question on public data has a ``downloads.toml`` beside its ``question.py``: one ``[[file]]`` for each file, with its
``name``, ``url``, ``bytes`` where they are known, and ``sha256`` where its publisher or a well-known project states it.
"""

from __future__ import annotations

import gzip
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from exam.bank.hidden import folder as cache_folder
from exam.bank.metrics import Array
from exam.machine import trouble
from exam.workspace import patiently

if TYPE_CHECKING:
    from requests.exceptions import RequestException

DOWNLOADS = "downloads.toml"
TIMEOUT = 30
"""Seconds without an answer of the server."""
CHUNK = 1 << 16
"""Bytes between two steps of the progress bar."""
AGAIN = "Then make the data again: python -m exam data"
OFFLINE = "or draw an exam that needs no network: python -m exam draw --data-source offline"

Progress = Callable[["Download"], Any]
"""Returns a progress bar for one download, as tqdm has it (``total``, ``update``, ``reset``, ``close``), or None."""


class DataUnavailable(RuntimeError):
    """Public data cannot be had now; the message is one sentence and what to type next."""


@dataclass(frozen=True)
class Download:
    """One file that a question needs.

    Attributes:
        name: of the file in the cache.
        url: where it comes from.
        bytes: its size; 0 when unknown.
        sha256: its published checksum; empty when none is published: then the file of the first download is pinned.
    """

    name: str
    url: str
    bytes: int = 0
    sha256: str = ""

    @property
    def host(self) -> str:
        """Return the server's name."""
        return urlsplit(self.url).netloc


def downloads(question_folder: Path) -> tuple[Download, ...]:
    """Return what a question needs from the network; nothing for an offline question."""
    try:
        text = (question_folder / DOWNLOADS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    return tuple(Download(**file) for file in tomllib.loads(text)["file"])


def fetch(question_folder: Path, progress: Progress = lambda download: None) -> dict[str, Path]:
    """Return file name -> path in the cache for all files of a question, downloading what is missing.

    Args:
        question_folder: the folder of ``question.py`` and ``downloads.toml``.
        progress: makes a progress bar for each file that is downloaded.

    Raises:
        DataUnavailable: no network, a server's refusal, a file that is not the expected one, or a full disk. Nothing
            half-made is left behind.
    """
    folder = cache_folder() / "public" / question_folder.name
    return {download.name: _retrieve(download, folder, progress) for download in downloads(question_folder)}


def _retrieve(download: Download, folder: Path, progress: Progress) -> Path:
    """Return one file of the cache, downloaded and checked by pooch when it is missing or damaged."""
    import pooch
    from requests.exceptions import RequestException

    pooch.get_logger().setLevel("WARNING")
    bar = None if (folder / download.name).exists() else progress(download)
    downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUT)
    known_hash = download.sha256 or _pinned(download, folder)
    try:
        path = pooch.retrieve(download.url, known_hash, download.name, folder, downloader=downloader)
        if not known_hash:
            _pin(download, folder, pooch.file_hash(path))
    except RequestException as error:
        raise DataUnavailable(_no_answer(download, error)) from error
    except ValueError as error:  # pooch: the hash differs
        raise DataUnavailable(
            f"{download.name} from {download.host} is not the file that this question was made for (its SHA-256 "
            f"differs); it was deleted. The fault may lie with the server or the connection: try again later with "
            f"python -m exam data, {OFFLINE}"
        ) from error
    except OSError as error:
        raise disk_trouble(download.name, folder, error) from error
    return Path(path)


def _pin_file(download: Download, folder: Path) -> Path:
    return folder / f"{download.name}.sha256"


def _pinned(download: Download, folder: Path) -> str | None:
    """Return the hash of the first download of a file without a published checksum, if there was one."""
    pin = _pin_file(download, folder)
    return pin.read_text(encoding="ascii").strip() or None if pin.exists() else None


def _pin(download: Download, folder: Path, sha256: str) -> None:
    _pin_file(download, folder).write_text(sha256 + "\n", encoding="ascii")


def _no_answer(download: Download, error: RequestException) -> str:
    """Return the sentence for a download that did not arrive."""
    if error.response is not None:
        reason = f"answered {error.response.status_code} ({error.response.reason})"
        step = f"The file may have moved: try again later with python -m exam data, {OFFLINE}"
    elif "IncompleteRead" in str(error):
        reason = "stopped sending in the middle"
        step = f"The incomplete file was deleted. Try again: python -m exam data, {OFFLINE}"
    else:
        reason = "cannot be reached"
        step = f"Connect to the internet and type python -m exam data, {OFFLINE}"
    return f"{download.name} could not be downloaded: {download.host} {reason}. {step}"


def disk_trouble(what: str, folder: Path, error: OSError) -> DataUnavailable:
    """Return the sentence for a disk that is full, or a folder that cannot be written, while making ``what``."""
    if error.errno in trouble.FULL:
        return DataUnavailable(f"The disk is full: there is no room for {what} in {folder}. Free some space. {AGAIN}")
    return DataUnavailable(f"{what} cannot be written into {folder}: {error.strerror or error}. {AGAIN}")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes a reader raise into one sentence; the file leaves the cache.

    Raises:
        DataUnavailable: the file is truncated or not in its format.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, EOFError, zipfile.BadZipFile, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise disk_trouble(path.name, path.parent, error) from error
        for file in (path, path.with_name(f"{path.name}.sha256")):
            patiently(file.unlink, True)
        raise DataUnavailable(
            f"{path.name} is damaged and was removed from the cache ({error}). Download it again: python -m exam data"
        ) from error


def read_idx(path: Path) -> Array:
    """Return the array of a gzipped idx file, uint8, the format of MNIST and its relatives.

    Format: two zero bytes, a type (8: unsigned byte), the number of axes, each axis as a big-endian int32, the values;
    http://yann.lecun.com/exdb/mnist/.

    Raises:
        DataUnavailable: the file is damaged.
    """
    with reading(path), gzip.open(path) as file:
        content = file.read()
        if content[:3] != b"\0\0\x08":
            raise ValueError("it is not an idx file of unsigned bytes")
        axes = content[3]
        shape = np.frombuffer(content, ">i4", axes, 4)
        values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
        return values.reshape(tuple(int(length) for length in shape))


def unpack_classes(archive: Path, folder: Path, classes: tuple[str, ...]) -> None:
    """Unpack the pictures of a zip into ``folder/<class>/<file>``.

    Args:
        archive: its pictures lie in a folder for each class, at any depth.
        folder: is made; nothing is left of it when the archive cannot be unpacked.
        classes: the folder names that count; everything else in the archive is left alone.

    Raises:
        DataUnavailable: the archive is damaged, or holds a name that leads outside; or the disk is full.
    """
    try:
        with reading(archive), zipfile.ZipFile(archive) as file:
            for member in file.infolist():
                place = PurePosixPath(member.filename.replace("\\", "/"))
                if place.is_absolute() or ".." in place.parts or ":" in member.filename:
                    raise ValueError(f"it contains the name {member.filename!r}, which leads outside its folder")
                if not member.is_dir() and place.parent.name in classes:
                    target = folder / place.parent.name / place.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with file.open(member) as source, target.open("wb") as copy:
                        shutil.copyfileobj(source, copy)
            missing = [name for name in classes if not (folder / name).is_dir()]
            if missing:
                raise ValueError(f"it has no folder {missing[0]}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
