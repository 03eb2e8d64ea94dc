"""A CloudWatch metric is within its limits: fixed ones, or what it was over the same window before the change."""

from collections.abc import Mapping

from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import Probe
from changectl.model.resource import Body
from changectl.planfile.jsonschema_parts import LINE, REGION, SOME_TIME, VALUE, said
from changectl.probes.metric.judging import judge, says
from changectl.probes.metric.reading import MEMBERS, read
from changectl.probes.metric.seeing import observe


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors."""
    allowance = {"type": ["string", "number"]}
    return {
        "properties": {
            "metric": {
                "description": "A CloudWatch metric: its namespace, a space, its name.",
                "anyOf": [
                    LINE,
                    {
                        "type": "object",
                        "properties": {"namespace": LINE, "name": LINE},
                        "required": ["namespace", "name"],
                        "additionalProperties": False,
                    },
                ],
            },
            "dimensions": said(
                {"type": "object", "additionalProperties": VALUE}, "Its dimensions; a $ref is looked up."
            ),
            "statistic": said(LINE, "Sum, Average, Minimum, Maximum, SampleCount, or such as p99 or tm90."),
            "over": said(SOME_TIME, "Over how long, in whole minutes."),
            "below": said({"type": "number"}, "It is less than this."),
            "above": said({"type": "number"}, "It is more than this."),
            "may_rise": said(allowance, "How much more than before the change it may be: 20%, 5, or 20% or 5."),
            "may_fall": said(allowance, "How much less than before the change it may be: 20%, 5, or 20% or 5."),
            "missing": said({"type": "number"}, "What it means that there is no data, such as 0."),
            "region": said(REGION, "Its region, where that is not the plan's."),
        },
        "required": ["statistic", "over"],
    }


PROBE = Probe(
    key="metric",
    summary="a statistic of a CloudWatch metric is within fixed limits, or near what it was before the change",
    members=MEMBERS,
    read=read,
    observe=observe,
    judge=judge,
    says=says,
    example="""\
- metric: AWS/ApplicationELB HTTPCode_Target_5XX_Count
  dimensions: {LoadBalancer: {$ref: load-balancer/rentals}}   # or as CloudWatch spells it: app/rentals/50dc6c495c0c9188
  statistic: Sum           # or Average, Minimum, Maximum, SampleCount, p99, tm90, TM(10%:90%), PR(:300) …
  over: 5m                 # under after: it waits until 5m since the last step are complete
  below: 10                # and above:, for at least
  missing: 0               # what no data means; this metric has none where there was no error
- metric: AWS/ApplicationELB TargetResponseTime
  dimensions: {LoadBalancer: {$ref: load-balancer/rentals}}
  statistic: p99
  over: 10m
  may_rise: 20%            # over what the 10m before the change were; or 0.05, or the larger: 20% or 0.05
  region: us-east-1        # the plan's where it is not said
""",
    schema=schema,
)
