"""File contents in an S3-compatible store: s3://bucket/prefix?endpoint=https://…&region=…&path_style=1.

Whatever the store does, a caller waits for a bounded time, and what was not wholly kept is an error. boto3 is imported
when such a URL is used: the extra `counterfoil[s3]` has it. Credentials come from the AWS_* environment, as everywhere.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from counterfoil.errors import Invalid
from counterfoil.ports.blobs import ASIDE, KEY, FilesAway, sha256_of, unaltered

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("counterfoil.files")
CONNECT_SECONDS = 3
READ_SECONDS = 10  # for each wait; ALL_SECONDS bounds a file that comes in drops
ALL_SECONDS = 30
ATTEMPTS = 3
# Of a server's 40 threads: a store that hangs keeps these at most, and the others go on answering.
AT_ONCE = 16
WAIT_SECONDS = 2
_CHUNK = 256 * 1024
_OPTIONS = ("endpoint", "region", "path_style")
_ABSENT = ("NoSuchKey", "NotFound", "404")
_REFUSED = ("AccessDenied", "Forbidden", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken")


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where files are kept. endpoint, region: None for what the AWS_* environment says."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str | None
    is_path_style: bool


def place_of(url: str) -> S3Place:
    """The place that a COUNTERFOIL_BLOBS_URL names. Raises Invalid, with no word of what stands in the URL."""
    try:
        parts = urlsplit(url)
        login = parts.username or parts.password
    except ValueError:
        raise _bad_url("it is no URL") from None
    if login is not None:
        raise _bad_url("credentials do not belong into it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if not parts.netloc:
        raise _bad_url("it names no bucket")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := set(options) - set(_OPTIONS):
        raise _bad_url(f"it has no option {sorted(unknown)[0][:40]}; there are {', '.join(_OPTIONS)}")
    endpoint = options.get("endpoint") or None
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise _bad_url("its endpoint must begin with https:// or http://")
    path_style = options.get("path_style", "1" if endpoint else "0")
    if path_style not in ("0", "1"):
        raise _bad_url("path_style is 0 or 1")
    return S3Place(
        parts.netloc, parts.path.strip("/"), endpoint, options.get("region") or None, is_path_style=path_style == "1"
    )


class S3Blobs:
    """Blobs in a bucket, under the names that FileBlobs gives them below its directory.

    timeouts: (connect, read) in seconds.
    """

    def __init__(self, place: S3Place, *, timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS)) -> None:
        self._place = place
        self._timeouts = timeouts
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @cached_property
    def _client(self) -> Any:
        """Made when first used: most commands of the terminal look at no file."""
        return _client(self._place, self._timeouts)

    def check(self) -> None:
        """Looks whether the bucket is there, at the start. Raises Invalid when it is not, or is closed to us.

        A store that does not answer is no reason not to start: files are refused until it does.
        """
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError

        try:
            self._client.head_bucket(Bucket=self._place.bucket)
        except ParamValidationError:
            raise _bad_url("its bucket's name is none") from None
        except NoCredentialsError:
            raise _bad_url("there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") from None
        except ClientError as error:
            code = _code(error)
            if code in (*_ABSENT, "NoSuchBucket"):
                raise _bad_url(f"there is no bucket {self._place.bucket}; make it first") from None
            if code in _REFUSED:
                raise _bad_url(f"the store does not let us into the bucket {self._place.bucket} ({code})") from None
            log.warning("files: the store answers %s; files are refused until it is well", code)
        except BotoCoreError as error:
            log.warning("files: the store does not answer (%s); files are refused until it does", _name(error))

    def put(self, data: bytes) -> str:
        key = sha256_of(data)
        self._put(self._name(key), data)
        return key

    def get(self, key: str) -> bytes:
        return unaltered(key, self._get(self._name(key)))

    def exists(self, key: str) -> bool:
        if not KEY.fullmatch(key):
            return False
        try:
            with self._told():
                self._client.head_object(Bucket=self._place.bucket, Key=self._name(key))
        except FileNotFoundError:
            return False
        return True

    def keys(self) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._place.bucket, Prefix=self._name(""))
        listed = iter(pages)
        while True:
            with self._told():  # not while the caller works: its turn would be kept from others
                page = next(listed, None)
            if page is None:
                return
            for each in page.get("Contents", ()):
                folder, _, name = str(each["Key"])[len(self._name("")) :].rpartition("/")
                if KEY.fullmatch(name) and folder == name[:2]:
                    yield name

    def drop(self, key: str) -> None:
        """Forgets it; nothing to do when it is not there. A bucket that keeps versions keeps this one too."""
        with self._told():
            self._client.delete_object(Bucket=self._place.bucket, Key=self._name(key))

    def put_aside(self, name: str, data: bytes) -> None:
        """Keeps `data` under a name that is not its own, until it is dropped."""
        self._put(self._name(name, ASIDE), data)

    def get_aside(self, name: str) -> bytes:
        return self._get(self._name(name, ASIDE))

    def drop_aside(self, name: str) -> None:
        """Forgets it; nothing to do when it is not there."""
        with self._told():
            self._client.delete_object(Bucket=self._place.bucket, Key=self._name(name, ASIDE))

    def _name(self, key: str, folder: str | None = None) -> str:
        if key and not KEY.fullmatch(key):
            raise FileNotFoundError(key)
        base = f"{self._place.prefix}/" if self._place.prefix else ""
        return f"{base}{folder or key[:2]}/{key}" if key else base

    def _put(self, name: str, data: bytes) -> None:
        """Puts, and makes sure that what was kept is what was sent."""
        md5 = hashlib.md5(data, usedforsecurity=False).digest()  # what every such store compares
        with self._told():
            answer = self._client.put_object(
                Bucket=self._place.bucket, Key=name, Body=data, ContentMD5=base64.b64encode(md5).decode(),
                ContentType="application/octet-stream",
            )  # fmt: skip
        # Usually the MD5 of what was kept; of an encrypted bucket it is another text, and says nothing.
        if str(answer.get("ETag", "")).strip('"') != md5.hex() and self._get(name) != data:
            log.error("files: the store kept other bytes than were sent as %s", name)
            raise FilesAway("The file store did not keep this file as it was sent.")

    def _get(self, name: str) -> bytes:
        with self._told():
            answer = self._client.get_object(Bucket=self._place.bucket, Key=name)
            until = time.monotonic() + ALL_SECONDS
            parts = []
            with closing(answer["Body"]) as body:
                for part in body.iter_chunks(_CHUNK):
                    parts.append(part)
                    if time.monotonic() > until:
                        raise FilesAway("The file store is too slow.")
            return b"".join(parts)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """One call's turn, and what went wrong in it: FileNotFoundError, or Unavailable in words of ours."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from urllib3.exceptions import HTTPError

        if not self._turns.acquire(timeout=WAIT_SECONDS):
            raise FilesAway("The file store is too slow for all that is asked of it.")
        try:
            yield
        except ClientError as error:
            code = _code(error)
            if code in _ABSENT:
                raise FileNotFoundError("not in the file store") from None
            log.error("files: the store answers %s to %s", code, error.operation_name)
            raise FilesAway("The file store refuses to work now.") from error
        except (BotoCoreError, HTTPClientError, HTTPError, OSError) as error:
            log.error("files: the store does not answer: %s", _name(error))
            raise FilesAway("The file store does not answer.") from error
        finally:
            self._turns.release()


def _client(place: S3Place, timeouts: tuple[float, float]) -> Any:
    """A client of boto3. Raises Invalid when it is not installed."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise Invalid(
            "invalid_setting", "Files in S3 need the package boto3, which is not installed.",
            field="COUNTERFOIL_BLOBS_URL", fix="Type: pip install 'counterfoil[s3]'",
        ) from None  # fmt: skip
    s3: Mapping[str, str] = {"addressing_style": "path" if place.is_path_style else "virtual"}
    config = Config(
        connect_timeout=timeouts[0], read_timeout=timeouts[1], max_pool_connections=AT_ONCE, s3=dict(s3),
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"}, signature_version="s3v4",
        # Newer checksums are not known to every store that speaks S3; we compare our own.
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
    )  # fmt: skip
    session = boto3.session.Session()
    region = place.region or session.region_name or "us-east-1"
    try:
        return session.client("s3", endpoint_url=place.endpoint, region_name=region, config=config)
    except ValueError:
        raise _bad_url("its endpoint is no address") from None


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an error without a code"))[:60]


def _name(error: BaseException) -> str:
    # Its text may hold the URL with a signature.
    return type(error).__name__


def _bad_url(why: str) -> Invalid:
    return Invalid(
        "invalid_setting", f"COUNTERFOIL_BLOBS_URL cannot be used: {why}.", field="COUNTERFOIL_BLOBS_URL",
        fix="Write s3://bucket/prefix, for another store than AWS with ?endpoint=https://host and &region=name.",
    )  # fmt: skip
