"""Real SSH keys, made once, and signatures by them."""

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

    def signs(self, content: bytes, namespace: str = "changectl") -> str:
        """An armoured signature by plain ssh-keygen."""
        argv = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.path)]
        return subprocess.run(argv, input=content, capture_output=True, check=True).stdout.decode()


@cache
def key(name: str) -> Key:
    """The key of that name: the same one for the whole run."""
    path = Path(mkdtemp()) / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
    return Key(path)


def allowed(**names: str) -> bytes:
    """A file of allowed signers: `ana="ana@example.com"` for the key of that name."""
    return "".join(f'{said} namespaces="changectl" {key(who).public}\n' for who, said in names.items()).encode()
