"""Mutants made by hand, for what safety rests on; each with the cheapest that kills it."""

from tests.mutants.listed.back import BACK
from tests.mutants.listed.disk import DISK
from tests.mutants.listed.entry import Listed
from tests.mutants.listed.forward import FORWARD
from tests.mutants.listed.gate import GATE
from tests.mutants.listed.reading import READING
from tests.mutants.listed.team import TEAM

LISTED: tuple[Listed, ...] = (*GATE, *FORWARD, *READING, *BACK, *DISK, *TEAM)
