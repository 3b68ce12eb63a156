"""The page about `sage-active rehearse`: each of its lines, from its table of questions."""

from typing import Final

from docs.doctor_page import marked, question_lines
from docs.markdown_table import table
from sage_active_cli.rehearse.command import MOST_REQUESTS
from sage_active_cli.rehearse.question import WRITE_OUTCOMES
from sage_active_cli.rehearse.questions.table import WRITE_QUESTIONS
from sage_active_cli.rehearse.traces import PREFIX, TRACED

PAGE: Final = """# The rehearsal

`sage-active rehearse` is the [doctor](doctor.md)'s counterpart for writing. In one company it creates third parties,
an item, and drafts of invoices and bills, finds out what the service makes of them, and deletes everything again. Run
it after the doctor, and before anything is written in earnest.

```sh
sage-active rehearse --config de.json --company "My test company Ltd" --yes-write --report rehearsal.json
```

Without `--yes-write` it says what it would do, and does nothing. Without `--company` (id or exact name) it shows the
names of the companies, and you type one. It works on the direct connection: through Maesn nothing can be deleted.
Sign in as the user who is to write; and take a test company if there is one.

## What it writes

| object | recognised by |
|---|---|
{objects}

Everything it creates carries the id of the rehearsal, such as `{prefix}4F09A2`. It writes with the destination's own
client, so that what it finds holds for the destination. It never creates an order, a quote or a delivery note,
because they have numbers from the start, and it never closes, posts, settles or enters anything. The client that it
writes through refuses everything but creates, updates and deletions of these objects, and members that make them
final or act outside the company. It sends at most {requests} requests. What stays are gaps where the service numbers
third parties by itself.

## What is left

It ends by deleting all of it, in an order that works, and proves that by counts: no record with such a name, and as
many records of each object as before. What cannot be deleted is listed by object and id. If an answer was lost, it
waits a minute for what may still come.

A rehearsal that is killed leaves records behind. The next one finds them by their names, says how many there were,
and deletes them first. Only what a rehearsal has made is ever deleted: the members above carry the id in full, the
record came through the API where it says so (`sourceType`), and documents are still drafts. Everything else that
begins alike is counted and left alone. On one machine a rehearsal and a sync do not write the same company at once;
elsewhere, let nobody write in the company meanwhile, or the counts may differ.

## What it says

`--report FILE` writes what was found without business data, made to be sent back: it has the texts of this page, and
the keys of refusals, which have letters only. `--json` prints everything, details and ids included. The exit code is

- 0 if nothing contradicts the connector, and nothing is left,
- 1 if something does, is left, or could not be tried; also when the sign-in fails,
- 2 without `--yes-write`.

What contradicts the connector is marked **!** here. Every line may also say:

"""


def rehearse_page() -> str:
    """How a rehearsal is run, and what its lines mean."""
    objects = "\n".join(
        f"| {traced.name} | {' and '.join(f'`{member}`' for member in traced.members)} |" for traced in TRACED
    )
    head = PAGE.format(prefix=PREFIX, requests=MOST_REQUESTS, objects=objects)
    everywhere = [[marked(meaning), meaning.connector] for meaning in WRITE_OUTCOMES.values()]
    everywhere.append(["not to be seen here", "it goes by the sources; what would show it could not be made"])
    return f"{head}{table(['this service', 'the connector'], everywhere)}\n{question_lines(WRITE_QUESTIONS)}"
