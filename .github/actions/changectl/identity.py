"""Write the identity of this job, made out for AWS, to a new file that nobody else reads. Ends with 1 where it has none."""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 30.0


def main(path: Path) -> int:
    """As GitHub documents it: a token of the job asks for another that AWS can check."""
    url, token = (os.environ.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))
    if not url or not token:
        return 1
    asked = urllib.request.Request(  # noqa: S310 - the runner's own URL
        f"{url}&audience=sts.amazonaws.com", headers={"Authorization": f"bearer {token}"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
            identity = json.load(answer)["value"]
    except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError) as why:
        sys.stdout.write(f"::warning title=changectl::GitHub gave no identity: {type(why).__name__}\n")
        return 1
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(identity)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
