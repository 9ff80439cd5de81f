"""Small plans drawn in a line: `grow < win[2] < churn`, kept in a database under the key `p`."""

import re

from scorecard.domain.schema import LinkFields, NodeFields, PlanFile
from scorecard.store.commands.plans import create_plan

ME = "dana"
REACH = {"kind": "reach", "baseline": 0.0, "target": 10.0}


def drawn(*lines, **sections):
    """Return a plan file of chains `top < child[weight] < leaf`; the last of a chain is measured."""
    nodes, links = {}, {}
    for line in lines:
        chain = [re.fullmatch(r"(\w+)(?:\[([\d.]+)\])?", part.strip()).groups() for part in line.split("<")]
        for at, (key, weight) in enumerate(chain):
            leaf = at == len(chain) - 1 and len(chain) > 1
            nodes.setdefault(
                key,
                NodeFields(
                    key=key,
                    kind="kpi" if leaf else "objective",
                    title=key.title(),
                    measure=REACH if leaf else None,
                ),
            )
            if at:
                parent = chain[at - 1][0]
                links[key, parent] = LinkFields(child=key, parent=parent, weight=float(weight or 1))
    return PlanFile(plan="p", title="P", nodes=tuple(nodes.values()), links=tuple(links.values()), **sections)


def keep(db, *lines, **sections):
    """Create the drawn plan in a database."""
    create_plan(db, drawn(*lines, **sections), actor=ME)
