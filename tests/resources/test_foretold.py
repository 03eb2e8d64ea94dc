"""From any state to any other and back, told from the calls alone: thousands of ways a kind, without an AWS."""

import pytest
from emulators import ACCOUNT, REGION
from hypothesis import given

from changectl.contracts.kind import ResourceKind
from changectl.engine.effects import touched
from changectl.engine.foretell import foretold
from changectl.engine.verdict import reachable
from changectl.engine.writing import writes
from changectl.model.resource import Call, Ref, Resource
from tests.resources.generated import TIMES, cases, counted, pairs
from tests.resources.stage import CASES, KINDS, ROWS, differing

ID = {"load-balancer": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/rentals/50dc6c495c0c9188"}


@pytest.mark.timeout(300 * TIMES)
@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_writes_from_one_state_to_another_leave_the_other_and_come_back(name: str) -> None:
    kind, case, proven = KINDS[name], CASES[name], []
    ref = Ref(name, (ID.get(name, getattr(case, "NAME", "sg-0a")),), REGION)

    @cases(25)
    @given(case.states(case.IDS))
    def there_and_back(two: tuple[Resource, Resource]) -> None:
        for now, want in pairs(case, *two):
            after = _brought(kind, ref, now, want)
            assert differing(want, after) == {}
            goal = reachable(kind, now, after)
            assert goal is not None
            back = _brought(kind, ref, after, goal)
            assert differing(goal, back) == {}
            proven.append(goal == now)

    there_and_back()
    assert len(proven) >= 100
    counted("told from the calls", name, cases=len(proven), equal=len(proven), exact=sum(proven))


def _brought(kind: ResourceKind, ref: Ref, now: Resource, want: Resource) -> Resource:
    """Where the writes to a state lead; each of them is lawful and touches what it is to change, and then there is none."""
    case = CASES[kind.name]
    changing = set(differing(now, want))
    for together in getattr(case, "TOGETHER", ()):
        changing |= together if together & changing else set()
    for call in writes(kind, ref, now, want, ACCOUNT):
        touch = touched(ROWS, KINDS, call)
        assert touch.known
        assert {facet.facet for facet in touch.writes} <= changing
        assert getattr(case, "unlawful", _lawful)(now, call) == ""
        now = foretold(ROWS, KINDS, call, {ref: now})[ref] or {}
    assert writes(kind, ref, now, want, ACCOUNT) == ()
    return now


def _lawful(now: Resource, call: Call) -> str:
    return ""
