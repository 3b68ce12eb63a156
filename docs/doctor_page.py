"""The page about `sage-active doctor`: each of its lines, from its table of questions."""

from collections.abc import Sequence
from typing import Any, Final

from docs.markdown_table import table
from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN
from sage_active_cli.doctor.question import COMMON_OUTCOMES, Meaning, Question
from sage_active_cli.doctor.questions.table import DIRECT_QUESTIONS, MAESN_QUESTIONS

PAGE: Final = """# The doctor

What is known of the two APIs comes from published material, see [reference](reference/README.md). On many points it
disagrees or is silent. `sage-active doctor` asks a live service about each of them. Run it before anything else.

```sh
sage-active doctor --config de.json --config es.json --report doctor.json
```

It only reads, in one company of each market that the sign-in lists: the first one, or that of `--company` (id or exact
name). It sends at most 200 requests, tries and renewed tokens included, and writes nothing but rotated tokens and the
report. Sign in as a user who only reads: the source needs no more.

`--report FILE` writes what was found without business data, made to be sent back: it has the texts of this page, names
of the published contract, and nothing that the service has said. `--json` prints everything, details of the company
included, for your own programs. `make docs` writes this page from the doctor's own tables; a test compares the two.

The exit code is 0 when everything could be asked, whatever the answers, and 1 when the sign-in fails or something could
not be asked.

Every line may also say:

"""


def doctor_page() -> str:
    """How the doctor is run, and what its lines mean."""
    everywhere = [[meaning.service, meaning.connector] for meaning in COMMON_OUTCOMES.values()]
    everywhere.append(["not to be seen here", "it goes by the sources; the data that would show it is not there"])
    parts = [PAGE + table(["this service", "the connector"], everywhere)]
    for connection, questions in ((DIRECT, DIRECT_QUESTIONS), (MAESN, MAESN_QUESTIONS)):
        label = CONNECTION_LABELS[connection]
        parts.append(f"\n## {label[0].upper()}{label[1:]}\n\n{question_lines(questions)}")
    return "".join(parts)


def question_lines(questions: Sequence[Question[Any]]) -> str:
    """What questions are about, and what each of their answers means."""
    rows = []
    for question in questions:
        markets = f" ({', '.join(sorted(question.markets))})" if question.markets else ""
        first = [f"{question.fact}{markets}", question.sources]
        for meaning in question.outcomes.values():
            rows.append([*first, marked(meaning), meaning.connector])
            first = ["", ""]
    return table(["what", "sources say", "this service", "the connector"], rows)


def marked(meaning: Meaning) -> str:
    """What an outcome says of the service; with a mark where that contradicts the connector."""
    return f"**!** {meaning.service}" if meaning.contradicts else meaning.service
