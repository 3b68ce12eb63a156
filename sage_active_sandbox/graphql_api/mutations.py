"""Mutations: one after the other in the order of the document, each whole or not at all.

Source: docs/reference/server-behaviour.md, "Several mutations in one request".
"""

import time
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from sage_active_sandbox.graphql_api.call import Call, MutationRun
from sage_active_sandbox.graphql_api.errors import not_played, refusal
from sage_active_sandbox.rights import GENERAL, right_name
from sage_active_sandbox.store import Row, Store
from sage_active_sandbox.writing.operations import OPERATIONS
from sage_active_sandbox.writing.refusals import NotExecutedError
from sage_active_sandbox.writing.target import Target


def mutation_resolver(name: str) -> Callable[..., Row]:
    """The resolver of one field of the type Mutation."""

    def resolve(_source: Any, info: "GraphQLResolveInfo[Call]", **arguments: Any) -> Row:
        call = info.context
        try:
            row = _execute(name, call, arguments.get("input") or {})
        except NotExecutedError:
            raise
        except Exception:
            call.run.failed = True
            call.counts.refused(name)
            raise
        call.counts.committed(name)
        return row

    return resolve


def _execute(name: str, call: "Call", sent: dict[str, Any]) -> Row:
    run, switches = call.run, call.switches
    limits = [fault.commits for fault in call.faults if fault.commits is not None]
    stopped = run.failed and (switches.mutation_errors == "whole_null_stops" or switches.mutation_transaction)
    if run.timed_out or stopped or any(run.executed >= limit for limit in limits):
        raise NotExecutedError
    left = run.started + switches.execution_seconds - time.monotonic()
    takes = switches.mutation_milliseconds / 1000
    call.store.pause(min(takes, max(left, 0)))
    if takes > left:
        run.timed_out = True
        raise NotExecutedError
    run.executed += 1
    company = call.usable_company()
    denied = call.denial(name)
    if denied is not None:
        raise refusal(denied, name if denied == GENERAL else right_name(name))
    operation = OPERATIONS.get(name)
    if operation is None:
        raise not_played(name)
    journal = run.before if switches.mutation_transaction else None
    known_acts = len(call.store.acts)
    with call.store.journaled(journal):
        row = operation(Target(call.store, company, switches), sent)
    run.acts += call.store.acts[known_acts:]
    call.renew_scope()
    return row


def roll_back(run: MutationRun, store: Store) -> None:
    """Undo what the request stored; the caller holds the store's lock."""
    store.acts[:] = [act for act in store.acts if act not in run.acts]
    for (_type_name, row_id), (table, row) in run.before.items():
        if row is None:
            table.pop(row_id, None)
        else:
            table[row_id] = row
