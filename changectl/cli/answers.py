"""Three answers after a change that failed or was an emergency: from options, a file, the editor, or the terminal."""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from changectl.cli.options import output
from changectl.cli.writing import from_file, recordable
from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.views.narrate import QUESTIONS
from changectl.views.page import blank, line, paragraph

_HEAD = re.compile(r"^##[ \t]*([123])\b[^\n]*$", re.MULTILINE)
_MEMBERS = ("cause", "impact", "followup")


@dataclass(frozen=True, slots=True)
class Answers:
    """What happened, what customers noticed, what will be different next time; empty where it is not answered yet."""

    cause: str = ""
    impact: str = ""
    followup: str = ""

    def over(self, others: "Answers") -> "Answers":
        """These, and the others where there is none of these."""
        given = {name: value for name in _MEMBERS if (value := getattr(self, name))}
        return replace(others, **given)

    def each(self) -> tuple[str, str, str]:
        """In the order of the questions."""
        return self.cause, self.impact, self.followup


def checked(answers: Answers, how: str) -> Answers:
    """As they are recorded. Raises WrongUsage where one is missing, too long, or holds a secret. `how` to answer."""
    missing = [question for question, said in zip(QUESTIONS, answers.each(), strict=True) if not said.strip()]
    if missing:
        raise WrongUsage(f"this is not answered: {' '.join(missing)}", how)
    return Answers(
        *(recordable(said, f"the answer to {q!r}") for q, said in zip(QUESTIONS, answers.each(), strict=True))
    )


def template(head: Iterable[str], answers: Answers) -> str:
    """The questions to fill in, under what happened. Everything above the first question is left out when it is read."""
    parts = zip(QUESTIONS, answers.each(), strict=True)
    asked = "".join(f"\n## {number}. {question}\n\n{said}\n" for number, (question, said) in enumerate(parts, 1))
    return "".join(f"{line}\n" for line in head) + asked


def answers_in(content: str) -> Answers:
    """The answers in a text as `template` makes it. Raises WrongUsage where it has no such questions, or one twice."""
    found = list(_HEAD.finditer(content))
    numbers = [int(head[1]) for head in found]
    if sorted(set(numbers)) != sorted(numbers) or not found:
        raise WrongUsage("the answers stand under '## 1.', '## 2.' and '## 3.', each once", "changectl close --help")
    ends = [head.start() for head in found[1:]] + [len(content)]
    said = {n: content[head.end() : end].strip() for n, head, end in zip(numbers, found, ends, strict=True)}
    return Answers(*(said.get(number, "") for number in (1, 2, 3)))


def answers_of(path: Path) -> Answers:
    """The same from a file. Raises WrongUsage."""
    return answers_in(from_file(path, "the file of answers"))


def asked(before: Answers) -> Answers:
    """One line each, at the terminal; an empty one keeps what was answered before. Raises WrongUsage at its end."""
    said = [_line(question, earlier) for question, earlier in zip(QUESTIONS, before.each(), strict=True)]
    return Answers(*said)


def _line(question: str, earlier: str) -> str:
    kept = (line("Enter keeps:"), *(line(piece, indent=2) for piece in paragraph(earlier))) if earlier else ()
    while True:
        output(False).progress((blank(), line(question), *kept))
        sys.stderr.write("> ")
        sys.stderr.flush()
        typed = sys.stdin.readline()
        if not typed:
            raise WrongUsage("the questions were not answered", "changectl close --help")
        if answer := typed.strip() or earlier:
            return answer


def given(words: Sequence[str]) -> Answers:
    """From the options, in the order of the questions."""
    return Answers(*(word.strip() for word in words))
