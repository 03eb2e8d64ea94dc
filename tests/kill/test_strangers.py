"""A command is stopped for a while, and somebody else changes production meanwhile: what they did is never overwritten."""

import signal
from collections.abc import Callable
from itertools import count

import pytest

from tests.faults import fault as f
from tests.faults.script import Rule, Script
from tests.kill.counted import Counted
from tests.kill.production import TIMEOUT, Production
from tests.kill.running import Ended, Running
from tests.kill.scenarios import SCENARIOS
from tests.kill.stage import Stage, Stages
from tests.kill.story import APPLY, RESUME, ROLLBACK, Told
from tests.kill.whole import assert_whole

SET = next(scenario for scenario in SCENARIOS if scenario.name == "set")
BESIDE = {"Key": "Stranger", "Value": "was here"}


def _owned(production: Production) -> None:
    theirs = {"Key": TIMEOUT, "Value": "77"}
    arn = production.ids["balancer"]
    production.clients("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[theirs])


def _beside(production: Production) -> None:
    production.clients("elbv2").add_tags(ResourceArns=[production.ids["balancer"]], Tags=[BESIDE])
    production.clients("dynamodb").tag_resource(ResourceArn=production.ids["table"], Tags=[BESIDE])


def _stopped(stage: Stage, which: int, operation: str, act: Callable[[Production], None], *, killed: bool) -> Ended:
    """Apply, stopped before its `which`th such read after its first change; they act; it goes on, or is killed."""
    seen = count(1)
    running: list[Running] = []

    def stop() -> None:
        if next(seen) == which:
            running[0].send(signal.SIGSTOP)
            act(stage.production)
            running[0].send(signal.SIGKILL if killed else signal.SIGCONT)

    stage.proxy.play(Script((Rule(f.Meanwhile(before=stop), operation=operation, since_write=1),)))
    running.append(stage.start(*APPLY, "--json"))
    end = running[0].ended()
    stage.proxy.play()
    assert next(seen) > which, "it was not stopped"
    return end


@pytest.mark.parametrize("killed", [False, True], ids=["goes-on", "killed"])
@pytest.mark.parametrize("which", [1, 3])
def test_their_value_of_what_we_change_stays(which: int, killed: bool, stages: Stages, counted: Counted) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        end = _stopped(stage, which, "elbv2.DescribeLoadBalancerAttributes", _owned, killed=killed)
        told.lines.append(str(end))
        if killed:
            assert end.killed
            end = stage.run(*(RESUME if which == 1 else ROLLBACK), "--json")
            told.lines.append(str(end))
        assert (end.status, end.production) == (11, "mixed")
        now = stage.production.read()
        assert now["attributes"][TIMEOUT] == "77"
        assert {name: now[name] for name in now if name != "attributes"} == {
            name: stage.before[name] for name in now if name != "attributes"
        }
        assert stage.held() != []
        told.counts["SIGKILL" if killed else "SIGSTOP", "apply", "a stranger"] += 1

    counted.told("", story)


@pytest.mark.parametrize("which", [1, 4])
def test_what_they_change_beside_ours_stays(which: int, stages: Stages, counted: Counted) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        end = _stopped(stage, which, "*.Describe*", _beside, killed=False)
        told.lines.append(str(end))
        assert end.status in (0, 10)
        now = stage.production.read()
        for tags in ("table tags", "balancer tags"):
            assert now[tags].pop("Stranger") == "was here"
        assert now == {**now, **(SET.target(stage.before) if end.status == 0 else stage.before)}
        told.counts["SIGSTOP", "apply", "a stranger"] += 1

    counted.told("", story)


def test_a_command_that_sleeps_and_wakes_goes_on(stages: Stages, counted: Counted) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        end = _stopped(stage, 2, "*.Describe*", lambda production: None, killed=False)
        told.lines.append(str(end))
        assert end.status == 0
        assert_whole(stage, SET, end)
        told.counts["SIGSTOP", "apply", "none"] += 1

    counted.told("", story)
