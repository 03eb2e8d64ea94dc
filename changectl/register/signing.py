"""Signatures by SSH keys (`ssh-keygen -Y`, PROTOCOL.sshsig), as git makes them; checked against a file of allowed signers.

A signature covers which change, which bytes of the plan, which preview of production, and whether its maker proposes or
approves. Keys and passphrases are ssh's own business: agent, hardware key, prompt on the terminal.
"""

import base64
import binascii
import hashlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

from changectl.errors import ConfigurationWrong, GateRefused
from changectl.model.digest import canonical
from changectl.model.frozen import dataclass
from changectl.register.git import ask
from changectl.register.repository import Repository

NAMESPACE = "changectl"
"""No signature that was made for git, a file or an e-mail can be taken for an approval."""

PATIENCE = 120.0
"""Seconds for a person to touch a hardware key or to type a passphrase."""

LONGEST = 16 * 1024
_DEFAULT_KEYS = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")
_MAKE_ONE = "ssh-keygen -t ed25519, then: git config --global user.signingKey ~/.ssh/id_ed25519.pub"


class Part(Enum):
    """In which part somebody signs."""

    PROPOSES = "proposes"
    APPROVES = "approves"


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature it is: the key's fingerprint, and every name that the allowed signers know the key by."""

    key: str
    names: tuple[str, ...]


def statement(part: Part, change: str, plan_digest: str, preview_digest: str, after: int = 0) -> bytes:
    """The bytes that are signed. `after`: how many attempts have touched production already, so that none is signed for twice."""
    said = {"schema": "changectl/signed/1", "part": part.value, "change": change, "after": after}
    return canonical({**said, "plan": plan_digest, "preview": preview_digest})


def sign(repository: Repository, content: bytes, key: Path | None = None) -> str:
    """An armoured signature by `key`, else git's `user.signingKey`, else the first of ssh's usual keys.

    Asks on the terminal what ssh asks. Raises ConfigurationWrong where there is no key, GateRefused where ssh refused.
    """
    with TemporaryDirectory() as folder:
        path, through_agent = _key(repository, key, Path(folder))
        flags = ("-U",) if through_agent else ()
        argv = ("ssh-keygen", "-q", "-Y", "sign", *flags, "-n", NAMESPACE, "-f", str(path))
        done = _run(argv, content)
    if done.returncode != 0:
        words = " ".join(done.stderr.decode(errors="replace").split())[:300]
        raise GateRefused(f"ssh-keygen made no signature: {words}", f"ssh-add {path}, or name another: --key PATH")
    return done.stdout.decode()


def verified(allowed: bytes, name: str, content: bytes, signature: str) -> Signer | None:
    """Who signed this, if `allowed` (a file of allowed signers) has `name` for the key; None where it is no such proof."""
    key = _fingerprint(signature)
    if key is None or not name or len(signature) > LONGEST or name.startswith("-"):
        return None
    with _files(allowed, signature) as (signers, proof):
        here = ("-n", NAMESPACE, "-f", str(signers), "-s", str(proof))
        if _run(("ssh-keygen", "-Y", "verify", *here, "-I", name), content).returncode != 0:
            return None
        found = _run(("ssh-keygen", "-Y", "find-principals", "-s", str(proof), "-f", str(signers)), b"")
    names = [part for line in found.stdout.decode(errors="replace").splitlines() for part in line.split(",")]
    return Signer(key, tuple(dict.fromkeys((name, *filter(None, names)))))


def my_key(repository: Repository) -> str:
    """The fingerprint of the key that `sign` would take; nothing is signed or asked. Raises ConfigurationWrong."""
    with TemporaryDirectory() as folder:
        path, _ = _key(repository, None, Path(folder))
        said = _run(("ssh-keygen", "-l", "-f", str(path)), b"").stdout.decode(errors="replace").split()
    if len(said) < 2 or not said[1].startswith("SHA256:"):
        raise ConfigurationWrong(f"{path} is no SSH key", _MAKE_ONE)
    return said[1]


def _key(repository: Repository, key: Path | None, folder: Path) -> tuple[Path, bool]:
    """The key's file, and whether only an agent has the private part."""
    if key is not None:
        if not key.is_file():
            raise ConfigurationWrong(f"there is no key {key}", _MAKE_ONE)
        return key, False
    named = ask(repository.root, "config", "--get", "user.signingKey").out.decode(errors="replace").strip()
    literal = named.removeprefix("key::")
    if named.startswith(("key::", "ssh-")):
        path = folder / "key.pub"
        path.write_text(f"{literal}\n")
        return path, True
    if named and _is_for_ssh(repository):
        path = Path(named).expanduser()
        if path.is_file():
            return path, False
    usual = (Path.home() / ".ssh" / name for name in _DEFAULT_KEYS)
    found = next((path for path in usual if path.is_file()), None)
    if found is None:
        raise ConfigurationWrong("there is no SSH key to sign with", _MAKE_ONE)
    return found, False


def _is_for_ssh(repository: Repository) -> bool:
    """`user.signingKey` names an OpenPGP key where git signs with OpenPGP, which is its default."""
    named = ask(repository.root, "config", "--get", "user.signingKey").out.decode(errors="replace").strip()
    return "/" in named or named.endswith(".pub")


def _fingerprint(signature: str) -> str | None:
    """The SHA-256 of the public key in a signature, as ssh writes it; None where that is none."""
    lines = signature.strip().splitlines()
    if len(lines) < 3 or lines[0] != "-----BEGIN SSH SIGNATURE-----" or lines[-1] != "-----END SSH SIGNATURE-----":
        return None
    try:
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
    except (binascii.Error, ValueError):
        return None
    size = int.from_bytes(blob[10:14])
    if blob[:6] != b"SSHSIG" or not 0 < size <= len(blob) - 14:
        return None
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob[14 : 14 + size]).digest()).decode().rstrip("=")


@contextmanager
def _files(allowed: bytes, signature: str) -> Iterator[tuple[Path, Path]]:
    with TemporaryDirectory() as folder:
        signers, proof = Path(folder, "signers"), Path(folder, "signature")
        signers.write_bytes(allowed)
        proof.write_text(signature)
        yield signers, proof


def _run(argv: tuple[str, ...], content: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            argv, check=False, input=content, capture_output=True, env=_environment(), timeout=PATIENCE
        )
    except FileNotFoundError:
        raise ConfigurationWrong("ssh-keygen was not found", "install OpenSSH 8.2 or newer") from None
    except subprocess.TimeoutExpired:
        raise GateRefused(f"ssh-keygen took longer than {PATIENCE:.0f} s", "try again") from None


def _environment() -> Mapping[str, str]:
    return {**os.environ, "LC_ALL": "C"}
