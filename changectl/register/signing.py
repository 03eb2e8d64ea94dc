"""Signatures by SSH keys (`ssh-keygen -Y`, PROTOCOL.sshsig), as git makes them; checked against a file of allowed signers.

A signature covers which change, which bytes of the plan, which preview of production, and whether its maker proposes or
approves. Keys and passphrases are ssh's own business: agent, hardware key, prompt on the terminal.
"""

import os
import re
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
from changectl.register.signers import allowed_signers

NAMESPACE = "changectl"
"""No signature that was made for git, a file or an e-mail can be taken for an approval."""

PATIENCE = 120.0
"""Seconds for a person to touch a hardware key or to type a passphrase."""

LONGEST = 16 * 1024
_DEFAULT_KEYS = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")
_GOOD = re.compile(rb" with (\S+) key (SHA256:[A-Za-z0-9+/]{43})\s*\Z")
_MAKE_ONE = "ssh-keygen -t ed25519, then: git config --global user.signingKey ~/.ssh/id_ed25519.pub"


class Part(Enum):
    """In which part somebody signs."""

    PROPOSES = "proposes"
    APPROVES = "approves"
    FORWARD = "agrees to go forward"


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
    """Who signed this, if `allowed` (a file of allowed signers) has `name` for the key; None where it is no such proof.

    A certificate proves nothing here: whoever may have a new one each day would be a new person each day.
    """
    if not _is_name(name) or len(signature) > LONGEST or not signature.isascii():
        return None
    with _files(allowed, signature) as (signers, proof):
        here = ("-n", NAMESPACE, "-f", str(signers), "-s", str(proof))
        done = _run(("ssh-keygen", "-Y", "verify", *here, "-I", name), content)
    # The key by ssh's own word: the one inside the signature can be spelled in many ways, and is the same to ssh.
    said = _GOOD.search(done.stdout) if done.returncode == 0 else None
    if said is None or b"CERT" in said[1]:
        return None
    key = said[2].decode()
    names = (pattern for line in allowed_signers(allowed) if line.key == key for pattern in line.names)
    return Signer(key, tuple(dict.fromkeys((name, *names))))


def _is_name(name: str) -> bool:
    """Whether it can be handed to ssh: what is pushed to the register may be anything."""
    return bool(name) and name.isprintable() and not name.startswith("-")


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
        path = Path(os.path.expanduser(named))  # noqa: PTH111 - raises for no ~nobody
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
    """In UTC, so that a key without a zone in its times ends for all at once."""
    return {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
