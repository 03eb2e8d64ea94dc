"""CHG101 to CHG117: what the text of a plan must be, before its meaning."""

from changectl.planfile.rule import Rule

TABLE: tuple[Rule, ...] = (
    Rule(
        "CHG101",
        "The file is UTF-8",
        "Two programs that guess an encoding differently show two different plans to reviewer and machine.",
        "lead: Jos\\xe9",
        "lead: José",
    ),
    Rule(
        "CHG102",
        "No hidden characters",
        "Control characters, direction overrides, invisible characters and byte order marks let a plan look other "
        "than it is to the person who approves it. Neither raw nor as an escape may plan text or a key have one.",
        'title: "Harmless \\u202e"',
        "title: Harmless",
    ),
    Rule(
        "CHG103",
        "The text is YAML",
        "The parser stopped at this place. Often a quote or bracket is open, or the indentation is uneven.",
        "title: [unclosed",
        "title: closed",
    ),
    Rule(
        "CHG104",
        "Only known members",
        "A misspelt member that nobody reads would be a part of the plan that never happens.",
        "stesp: []",
        "ticket: OPS-1",
    ),
    Rule(
        "CHG105",
        "Required members are there",
        "Rationale, comms, steps, test and back-out are what makes a change deliberate. Where there is none of one, "
        "write `none` and the reason.",
        "when: {}\nsteps:\n  - run: ./no-name.sh",
        "steps:\n  - name: Now it has one\n    run: ./named.sh",
    ),
    Rule(
        "CHG106",
        "No key twice",
        "YAML leaves open which of two equal keys wins. A reviewer reads the first, most parsers keep the last.",
        "lead: ana\nlead: ben",
        "lead: ana",
    ),
    Rule(
        "CHG107",
        "Spaces indent, tabs do not",
        "YAML allows no tab in front of a line, since its width is a matter of taste.",
        "when:\n\tduration: 45m",
        "when:\n  duration: 45m",
    ),
    Rule(
        "CHG108",
        "No anchors and aliases",
        "What a plan does stands where it is read. An alias also lets a small file mean a huge one.",
        "lead: &who ana\nticket: *who",
        "lead: ana\nticket: ana",
    ),
    Rule(
        "CHG109",
        "No tags",
        "A tag changes what a value is, in ways that depend on the program that reads it.",
        "ticket: !!str 12",
        'ticket: "12"',
    ),
    Rule(
        "CHG110",
        "No merge keys",
        "They are no part of YAML 1.2, and hide what a mapping holds.",
        "when: {<<: {duration: 45m}}",
        "when: {duration: 45m}",
    ),
    Rule(
        "CHG111",
        "One document, no directives",
        "A plan's digest is approved as one thing; what would stand in a second document would never be done.",
        "lead: ana\n---\nlead: ben",
        "lead: ana",
    ),
    Rule(
        "CHG112",
        "Keys are plain text",
        "A list or mapping as a key means something else in every language, and nothing in JSON.",
        "when:\n  ? [a, b]\n  : 45m",
        "when:\n  duration: 45m",
    ),
    Rule(
        "CHG113",
        "At most 256 KiB",
        "A larger file is read by no reviewer. Put scripts and documents into files of their own, beside the plan.",
        "# a file of 300 KiB",
        "# a file of 3 KiB",
    ),
    Rule(
        "CHG114",
        "At most 32 levels",
        "Deeper nesting is a mistake, a bracket left open, or an attack on the parser.",
        "runbook: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "runbook: flat",
    ),
    Rule(
        "CHG115",
        "At most 20,000 values",
        "A plan that large is several changes.",
        "# a list of 20,001 numbers",
        "# a list of 20 numbers",
    ),
    Rule(
        "CHG116",
        "The file is not empty",
        "There is nothing to read: no line but comments and blank ones.",
        "# nothing but a comment",
        "# a comment, and a plan under it",
    ),
    Rule(
        "CHG117",
        "Nothing is left to fill in",
        "`changectl new` marks with <…> what only a person can say. To mean a text in angle brackets itself, put it in "
        "quotes.",
        "rationale: <why, and why now?>",
        "rationale: Checkouts that take longer than 60 s are cut off (INC-42).",
    ),
)
