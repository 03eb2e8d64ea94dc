"""botocore's model files, read without importing botocore, and cut down to what is needed of them.

The cuts are kept in the cache directory. The model of ec2 takes 60 ms to read as it is, 9 ms without its documentation,
and 4 ms where only the parameters of calls are asked for.
"""

import contextlib
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FORMAT = 1
"""Part of the cache's name: to be raised when what is kept changes."""

_SHAPE = ("type", "required", "enum", "min", "max", "sensitive", "union", "document")
_WORDS = ("documentation", "documentationUrl")
_MEMBER = ("shape", "sensitive", "idempotencyToken", "jsonvalue")


@cache
def service_names() -> tuple[str, ...]:
    """Every service that botocore knows."""
    with os.scandir(_library() / "data") as places:
        return tuple(sorted(place.name for place in places if place.is_dir()))


@cache
def calls_of(service: str) -> Mapping[str, Any]:
    """`operations` (name to input shape, or nothing) and the `shapes` these need. KeyError for an unknown service."""
    if service not in service_names():
        raise KeyError(service)
    return _cached(f"{service}.calls", lambda: _cut(_model(service, "service-2")))


@cache
def model_of(service: str) -> dict[str, Any]:
    """The service's whole model, without its documentation. KeyError for an unknown service."""
    if service not in service_names():
        raise KeyError(service)
    return _cached(f"{service}.model", lambda: _bare(_model(service, "service-2")))


@cache
def paging_of(service: str) -> Mapping[str, Any]:
    """botocore's paginators of a service by operation."""
    rules: Mapping[str, Any] = _model(service, "paginators-1").get("pagination", {})
    return rules


@cache
def botocore_version() -> str:
    """The installed version, read from its text: importing the package costs 18 ms."""
    found = re.search(r"__version__ = '([^']+)'", _library().joinpath("__init__.py").read_text())
    return found[1] if found else "unknown"


@cache
def _library() -> Path:
    spec = find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _model(service: str, kind: str) -> dict[str, Any]:
    versions = sorted(place for place in _library().joinpath("data", service).iterdir() if place.is_dir())
    model = _json(versions[-1] / f"{kind}.json")
    return _merged(model, _json(versions[-1] / f"{kind}.sdk-extras.json").get("merge", {}))


def _json(path: Path) -> dict[str, Any]:
    packed = path.with_name(path.name + ".gz")
    if packed.exists():
        import gzip

        with gzip.open(packed) as text:
            return dict(json.load(text))
    return dict(json.loads(path.read_bytes())) if path.exists() else {}


def _merged(model: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in extra.items():
        mine = model.get(name)
        model[name] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return model


def _bare(model: dict[str, Any]) -> dict[str, Any]:
    return {**model, **{part: _without_words(model[part]) for part in ("operations", "shapes")}}


def _without_words(model: Any) -> Any:
    if isinstance(model, dict):
        texts = {name for name in _WORDS if isinstance(model.get(name), str)}  # a member may be called so as well
        return {name: _without_words(child) for name, child in model.items() if name not in texts}
    return [_without_words(child) for child in model] if isinstance(model, list) else model


def _cut(model: Mapping[str, Any]) -> dict[str, Any]:
    operations = {name: o.get("input", {}).get("shape", "") for name, o in model["operations"].items()}
    shapes: dict[str, Any] = {}
    wanted = [name for name in operations.values() if name]
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = _cut_shape(model["shapes"][name])
            wanted += _needs(shapes[name])
    return {"operations": operations, "shapes": shapes}


def _cut_shape(shape: Mapping[str, Any]) -> dict[str, Any]:
    cut = {name: shape[name] for name in _SHAPE if name in shape}
    cut |= {name: _cut_member(shape[name]) for name in ("member", "key", "value") if name in shape}
    if "members" in shape:
        cut["members"] = {name: _cut_member(member) for name, member in shape["members"].items()}
    return cut


def _cut_member(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in _MEMBER if name in member}


def _needs(shape: Mapping[str, Any]) -> Iterator[str]:
    inner = [shape[name] for name in ("member", "key", "value") if name in shape]
    return (str(member["shape"]) for member in (*inner, *shape.get("members", {}).values()))


def _cached(name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    kept = _cache_file(name)
    return _from_cache(kept) or _into_cache(kept, make())


def _cache_file(name: str) -> Path | None:
    with contextlib.suppress(RuntimeError):  # nobody's home
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return root / "changectl" / f"botocore-{botocore_version()}-{FORMAT}" / f"{name}.json"
    return None


def _from_cache(path: Path | None) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        if path is not None:
            checksum, _, text = path.read_bytes().partition(b"\n")
            if checksum == _checksum(text):
                return dict(json.loads(text))
    return None


def _into_cache(path: Path | None, cut: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(cut, separators=(",", ":")).encode()
    if path is not None:
        half = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(_checksum(text) + b"\n" + text)
            half.replace(path)  # at once: whoever reads meanwhile sees the old one or the new
        except OSError:  # a cache that cannot be written only costs time
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
    return cut


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)  # against accidents; hashlib would load OpenSSL
