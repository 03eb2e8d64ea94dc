"""Real SSH keys, made once, and signatures by them."""

import base64
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp


@dataclass(frozen=True)
class Key:
    """A key pair on disk."""

    path: Path

    @property
    def public(self) -> str:
        return " ".join(self.path.with_suffix(".pub").read_text().split()[:2])

    def signs_as_certified(self, content: bytes, name: str, by: "Key") -> str:
        """A signature by a certificate for this key that another key has made."""
        folder = Path(mkdtemp())
        public = folder / "key.pub"
        public.write_text(self.path.with_suffix(".pub").read_text())
        (folder / "key").write_bytes(self.path.read_bytes())
        (folder / "key").chmod(0o600)
        subprocess.run(["ssh-keygen", "-q", "-s", str(by.path), "-I", name, "-n", name, str(public)], check=True)
        argv = ["ssh-keygen", "-q", "-Y", "sign", "-n", "changectl", "-f", str(folder / "key-cert.pub")]
        return subprocess.run(argv, input=content, capture_output=True, check=True).stdout.decode()

    def signs(self, content: bytes, namespace: str = "changectl") -> str:
        """An armoured signature by plain ssh-keygen."""
        argv = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.path)]
        return subprocess.run(argv, input=content, capture_output=True, check=True).stdout.decode()


def respelled(signature: str) -> str:
    """The same signature with another spelling of its key, which ssh takes for the same: `ED25519` for `ssh-ed25519`."""
    head, *lines, foot = signature.strip().splitlines()
    blob = base64.b64decode("".join(lines))
    size = int.from_bytes(blob[10:14])
    inside = blob[14 : 14 + size]
    own = b"\0\0\0\x07ED25519" + inside[4 + int.from_bytes(inside[:4]) :]
    content = base64.b64encode(blob[:10] + len(own).to_bytes(4) + own + blob[14 + size :]).decode()
    return "\n".join((head, *(content[at : at + 70] for at in range(0, len(content), 70)), foot, ""))


@cache
def key(name: str) -> Key:
    """The key of that name: the same one for the whole run."""
    path = Path(mkdtemp()) / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
    return Key(path)


def allowed(**names: str) -> bytes:
    """A file of allowed signers: `ana="ana@example.com"` for the key of that name."""
    return "".join(f'{said} namespaces="changectl" {key(who).public}\n' for who, said in names.items()).encode()
