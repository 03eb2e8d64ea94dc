"""CHG150 to CHG169: where plans are, and what changectl.toml must be."""

from changectl.planfile.rule import Rule

TABLE: tuple[Rule, ...] = (
    Rule(
        "CHG150",
        "Plan ids are unique in the repository",
        "The id is the file's name without its folder; two changes of one id could not be told apart.",
        "plans/a/idle-timeout.yaml  plans/b/idle-timeout.yaml",
        "plans/a/idle-timeout.yaml  plans/b/idle-timeout-b.yaml",
    ),
    Rule(
        "CHG151",
        "Plans stay inside the repository",
        "A symbolic link that leads out of it would let what runs differ from what was reviewed.",
        "plans/x.yaml -> /tmp/x.yaml",
        "plans/x.yaml",
    ),
    Rule(
        "CHG152",
        "Plans can be read",
        "A plan that whoever checks it may not read would pass unseen.",
        "---------- plans/x.yaml",
        "-rw-r--r-- plans/x.yaml",
    ),
    Rule(
        "CHG160",
        "The configuration is TOML",
        "The parser stopped at this place.",
        "profile = rentals-prod",
        'profile = "rentals-prod"',
    ),
    Rule(
        "CHG161",
        "Accounts are twelve digits in quotes",
        "An account id is a name, not a number: it may begin with zero.",
        "account = 123456789012",
        'account = "123456789012"',
    ),
    Rule(
        "CHG162",
        "Production is reached over TLS",
        "Whoever is on the way could answer for AWS. Plain http is for an emulator on this machine.",
        'endpoint = "http://aws.example.com"',
        'endpoint = "https://aws.example.com"',
    ),
    Rule(
        "CHG163",
        "Roles are ARNs of IAM roles",
        "The role is assumed with the change's id as the session's name.",
        'role = "changectl-apply"',
        'role = "arn:aws:iam::123456789012:role/changectl-apply"',
    ),
    Rule(
        "CHG164",
        "The role is of the env's account",
        "A role of another account would change another account.",
        'role = "arn:aws:iam::999999999999:role/changectl-apply"',
        'role = "arn:aws:iam::123456789012:role/changectl-apply"',
    ),
    Rule(
        "CHG165",
        "It is said what proves an approval",
        "By a signature, by git's word for who somebody is, or by a review on a forge, in a repository of it. The file of "
        "signers lies beside changectl.toml.",
        '[review]\nby = "github"',
        '[review]\nby = "github"\nrepository = "unicorn/rentals"',
    ),
    Rule(
        "CHG166",
        "Only lint rules can be bent",
        "A lint rule says that a plan is poor, and a team may see that otherwise. All others say that it cannot be read.",
        '[lint]\nCHG104 = "off"',
        '[lint]\nCHG501 = "off"',
    ),
    Rule(
        "CHG167",
        "No secret stands in changectl.toml",
        "The file is in git for ever, and whoever has the token writes in your team's name. Name the environment "
        "variable that holds it.",
        '[[channel]]\nkind = "slack"\nchannel = "C0123456789"\ntoken = "xoxb-not-a-real-one"',
        '[[channel]]\nkind = "slack"\nchannel = "C0123456789"\ntoken = "SLACK_BOT_TOKEN"',
    ),
)
