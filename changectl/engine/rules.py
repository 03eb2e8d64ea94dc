"""CHG200 to CHG219: settings that a step or a check names, and what they are to become; what a check asks."""

from changectl.planfile.rule import Rule

_SET = "steps:\n  - name: Go\n    set: {}\n    change: {{{}}}"
_TEST = "test:\n  - {}"


def _set(resource: str, change: str) -> str:
    return _SET.format(resource, change)


def _test(check: str) -> str:
    return _TEST.format(check)


_GROUP = "security-group/web"
_RULE = "{protocol: tcp, port: 443, cidr: 203.0.113.0/24}"
_TAGS = "tags: {Team: rentals}"

TABLE: tuple[Rule, ...] = (
    Rule(
        "CHG201",
        "The kind is known",
        "A setting can be brought back only where its kind of resource is known. What changectl does not know is "
        "changed by a call or a command that brings its own undo.",
        _set("secrity-group/web", _TAGS),
        _set(_GROUP, _TAGS),
    ),
    Rule(
        "CHG202",
        "The setting exists",
        "The kind of resource has no setting of this name.",
        _set(_GROUP, "tag: {Team: rentals}"),
        _set(_GROUP, _TAGS),
    ),
    Rule(
        "CHG203",
        "The setting can be written",
        "AWS shows this setting, and has no call that writes it.",
        _set(_GROUP, "identity: {VpcId: vpc-1}"),
        _set(_GROUP, _TAGS),
    ),
    Rule(
        "CHG204",
        "Items are described as their setting wants them",
        "The items of a set are written with the members that tell them apart, so that the same item is never added twice.",
        _set(_GROUP, "ingress: {add: [{prt: 443, cidr: 203.0.113.0/24}]}"),
        _set(_GROUP, f"ingress: {{add: [{_RULE}]}}"),
    ),
    Rule(
        "CHG205",
        "A change changes something",
        "An empty change would be announced, approved and recorded, and do nothing.",
        _set(_GROUP, ""),
        _set(_GROUP, _TAGS),
    ),
    Rule(
        "CHG206",
        "It is clear what becomes what",
        "Under a setting stands its whole value as {from, to}, or its members by name, or add: and remove:. Anything "
        "else could be meant in two ways, and one of them would delete what is there.",
        _set(_GROUP, f"ingress: [{_RULE}]"),
        _set(_GROUP, f"ingress: {{add: [{_RULE}]}}"),
    ),
    Rule(
        "CHG207",
        "No secret stands in git",
        "The setting may hold a secret, and a plan is in git for ever. {$secret: NAME} is read when the change runs. "
        "This is a warning: a value that is no secret may stay.",
        _set("parameter/rentals/db-password", "value: hunter2"),
        _set("parameter/rentals/db-password", "value: {$secret: DB_PASSWORD}"),
    ),
    Rule(
        "CHG210",
        "A URL that may be asked",
        "Only http and https are asked. A password in a URL would stand in git, and under some addresses clouds hand "
        "out credentials to whoever asks.",
        _test("http: http://169.254.169.254/latest/meta-data/"),
        _test("http: https://rentals.example.com/health"),
    ),
    Rule(
        "CHG211",
        "A command without a shell",
        "A command is a list of words; nothing expands, pipes or redirects. What needs a shell is a script in the "
        "repository, where it is reviewed.",
        _test("command: ./smoke.sh | tee log"),
        _test("command: ./smoke.sh --fast"),
    ),
    Rule(
        "CHG212",
        "A setting, and what is expected of it",
        "The check names a resource and one of its settings, and has at least one of expect, contains and absent.",
        _test("facet: security-group/web tags"),
        _test("{facet: security-group/web tags, contains: [Team]}"),
    ),
    Rule(
        "CHG213",
        "A metric, a statistic, a window",
        "The metric is its namespace and its name; the statistic is spelled as CloudWatch spells it; the window is "
        "whole minutes, one day at most.",
        _test("{metric: AWS/ApplicationELB TargetResponseTime, statistic: P99, over: 5m, below: 1}"),
        _test("{metric: AWS/ApplicationELB TargetResponseTime, statistic: p99, over: 5m, below: 1}"),
    ),
    Rule(
        "CHG214",
        "A limit for the metric",
        "The check has at least one of below, above, may_rise and may_fall, and they leave something between them. "
        "What may rise or fall does so by a share, by an amount, or by the larger of both.",
        _test("{metric: AWS/ApplicationELB TargetResponseTime, statistic: p99, over: 5m, may_rise: a little}"),
        _test("{metric: AWS/ApplicationELB TargetResponseTime, statistic: p99, over: 5m, may_rise: 20% or 0.05}"),
    ),
)
