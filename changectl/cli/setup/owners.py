"""CODEOWNERS: who must review what decides on production."""

from changectl.cli.setup.files import File, Need
from changectl.cli.setup.wanted import Wanted

HEAD = "# Who must review what decides on production. Where several lines match, the last one counts.\n"


def owners_file(wanted: Wanted, path: str, also: tuple[str, ...]) -> File:
    """The file at `path`, for plans, their rules and what else stands under `also`.

    A forge takes the first of several such files: a new one must not silence theirs.
    """
    owned = tuple(Need(each, f"{each} {' '.join(wanted.owners)}") for each in (*wanted.guarded, *also))
    return File(path, HEAD + "".join(f"{each.line}\n" for each in owned), ("CODEOWNERS", "docs/CODEOWNERS"), owned)
