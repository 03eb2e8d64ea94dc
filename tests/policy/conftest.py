"""A team at moto, as the tests of whole lives have one."""

from tests.e2e.conftest import moto_team as moto_team
from tests.e2e.conftest import warm as warm
