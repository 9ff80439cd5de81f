"""A StratML document as a plan: goals, their objectives, the indicators of those."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from scorecard.domain.errors import N_
from scorecard.domain.measure import AtLeast
from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PlanFile,
    TargetFields,
)
from scorecard.domain.text_target_node import taken_up
from scorecard.domain.vocabulary import Level, Lifecycle, MeasureType, NodeKind
from scorecard.files.remark import FileRefused, Read, Remark
from scorecard.files.stratml import naming, values
from scorecard.files.stratml.drafts import MOST_TITLE, Draft, drafts
from scorecard.files.stratml.markup import Element, parse
from scorecard.files.stratml.notes import Notes
from scorecard.files.stratml.people import Part, Parties
from scorecard.files.stratml.relations import related
from scorecard.files.stratml.results import Results, collect
from scorecard.files.stratml.standard import ROOTS, compare

MOST_TEXT = 20_000

_STAGES = {
    "Outcome": MeasureType.outcome,
    "Output_Processing": MeasureType.process,
    "Output": MeasureType.output,
    "Input_Processing": MeasureType.process,
    "Input": MeasureType.input,
}

_OTHER_ROOT = N_("This is not StratML: it begins with <{element}>, not with a plan's own element.")
_PART_3 = N_("This is StratML Part 3, another vocabulary; Part 1 and Part 2 are read.")
_NO_CORE = N_("This document has no <StrategicPlanCore>, so there is no plan in it.")
_NO_PERSPECTIVE = N_("StratML knows no perspectives; the nodes have none yet.")
_UPWARD = N_("The document does not say whether more is better; higher is taken as better throughout.")
_LEFT_OUT = N_("A plan has no place for {elements}; what they say is left out.")
_CUT_TEXT = N_("This text is longer than {most} characters; the rest is left out.")
_STAGE = N_("“{stage}” is no stage of the value chain; it is left out.")
_FISCAL = N_("The fiscal year is taken to begin in month {month}, as the yearly results do.")
_CYCLE = N_(
    "The plan's dates are kept as the cycle “{cycle}”; no node is bound to it, so all count on every day."
)
_REVERSED = N_("The plan ends before it starts; its dates are left out.")
_CUSTOMER = N_("“{title}” names beneficiaries only and is put into the customer perspective.")
_READ = N_("The target “{words}” is read as a number to be held against.")
_EMPTY = N_("This indicator says nothing yet; it is kept as a draft.")


def read(data: bytes, name: str) -> Read:
    """Read a StratML document of Part 1 or 2, leniently: what it lacks or bends becomes a warning.

    Raises:
        FileRefused: where it is not well-formed, not StratML, or of Part 3.
    """
    root = parse(data, name)
    core = _core(root, name)
    notes = Notes(name)
    compare(root, notes)
    found = drafts(core, notes)
    fallback = _fallback(root)
    results = {
        each.key: collect(each.element, fallback, notes) for each in found if each.kind is NodeKind.kpi
    }
    file = related(_plan(root, core, found, results, notes), found, notes)
    return Read(file, notes.remarks)


def _core(root: Element, name: str) -> Element:
    """Return the plan's own element, or refuse a document that has none."""
    core = root.first("StrategicPlanCore")
    known = root.name in ROOTS and "schemas.stratml.us/3" not in root.namespace
    if known and core is not None:
        return core
    sentence = _NO_CORE if known else _PART_3 if "schemas.stratml.us" in root.namespace else _OTHER_ROOT
    where = f"{name}:{root.line}:{root.column}"
    raise FileRefused([Remark(where, sentence, {"element": root.name})])


def _plan(
    root: Element, core: Element, found: Sequence[Draft], results: Mapping[str, Results], notes: Notes
) -> PlanFile:
    parties = Parties(core)
    parts = [parties.part(each.element) for each in found]
    nodes = tuple(_node(at, found, parts, results, notes) for at in range(len(found)))
    notes.add(core, _NO_PERSPECTIVE)
    _note_measures(core, results, notes)
    _note_left_out(root, notes)
    title = root.text("Name") or next((unit.title for unit in parties.units), "Plan")
    return PlanFile(
        plan=naming.slug(title, "plan", most=naming.MOST_KEY),
        title=" ".join(title.split())[:MOST_TITLE],
        fiscal_year_start=_fiscal_year_start(core, results, notes),
        mission=_statement(core, "Mission", notes),
        vision=_statement(core, "Vision", notes),
        values=tuple(
            _text(said, each, notes) for each in core.all("Value") if (said := _named_text(each, ": "))
        ),
        stakeholders=parties.stakeholders,
        units=parties.units,
        people=parties.people,
        cycles=_cycles(root, notes),
        nodes=nodes,
        links=tuple(
            LinkFields(child=each.key, parent=found[each.parent].key)
            for each in found
            if each.parent is not None
        ),
        observations=tuple(
            ObservationFields(node=key, date=row.day, value=row.number, label=row.label, note=row.note)
            for key, all_of_it in results.items()
            for row in all_of_it.actuals
        ),
        targets=tuple(
            TargetFields(node=key, date=row.day, value=row.number, label=row.label)
            for key, all_of_it in results.items()
            for row in all_of_it.targets
        ),
    )


def _node(
    at: int, found: Sequence[Draft], parts: Sequence[Part], results: Mapping[str, Results], notes: Notes
) -> NodeFields:
    draft, part = found[at], parts[at]
    above = parts[draft.parent] if draft.parent is not None else part
    node = NodeFields(
        key=draft.key,
        kind=draft.kind,
        title=draft.title,
        description=_description(draft, part, results.get(draft.key), notes),
        level=Level.strategic if draft.parent is None else Level.operational,
        unit=part.unit,
        owner=part.owner,
        perspective="customer" if part.for_beneficiaries else None,
        tags=tuple(tag[:200] for tag in _tags(draft.element)),
    )
    if part.for_beneficiaries:
        notes.add(draft.element, _CUSTOMER, title=draft.title)
    if draft.kind is not NodeKind.kpi:
        return node
    carried = {"owner": above.owner, "unit": above.unit, "level": None}
    measured = node.model_copy(update={**carried, **_measured(draft, results[draft.key], notes)})
    read = taken_up(measured)
    if read is not measured:
        notes.add(draft.element, _READ, words=str(read.target_text))
    return read


def _measured(draft: Draft, results: Results, notes: Notes) -> dict[str, object]:
    """Return the fields that only an indicator has."""
    stage = draft.element.attribute("ValueChainStage")
    if stage and stage not in _STAGES:
        notes.add(draft.element, _STAGE, stage=stage[:80])
    empty = not (draft.named or results.actuals or results.targets or results.words)
    if empty:
        notes.add(draft.element, _EMPTY)
    return {
        "type": _STAGES.get(stage),
        "format": values.unit_format(draft.element.text("UnitOfMeasurement")),
        "cadence": results.cadence,
        "measure": None if results.target is None else AtLeast(target=results.target),
        "target_text": results.in_words and _text(results.in_words, draft.element, notes),
        "lifecycle": Lifecycle.draft if empty else Lifecycle.active,
    }


def _tags(element: Element) -> list[str]:
    """Return the element's number in the document, and that an indicator is qualitative."""
    kind = element.attribute("PerformanceIndicatorType", "IndicatorType")
    sequence = element.text("SequenceIndicator")
    return [*([sequence] if sequence else []), *(["qualitative"] if kind == "Qualitative" else [])]


def _description(draft: Draft, part: Part, results: Results | None, notes: Notes) -> str | None:
    element = draft.element
    parts = [
        draft.name if len(draft.name) > MOST_TITLE else "",
        element.text("Description") if element.text("Description") != draft.name else "",
        element.text("OtherInformation"),
        f"Stakeholders: {part.words}" if part.words else "",
        "\n".join(results.words) if results else "",
    ]
    said = "\n\n".join(each for each in parts if each)
    return _text(said, element, notes) or None


def _text(said: str, at: Element, notes: Notes) -> str:
    if len(said) > MOST_TEXT:
        notes.add(at, _CUT_TEXT, most=MOST_TEXT)
    return said[:MOST_TEXT]


def _statement(core: Element, name: str, notes: Notes) -> str | None:
    """Return the plan's mission or vision."""
    said = "\n\n".join(text for each in core.all(name) if (text := each.text("Description")))
    return _text(said, core.first(name) or core, notes) or None


def _named_text(element: Element, between: str) -> str:
    return between.join(text for name in ("Name", "Description") if (text := element.text(name)))


def _days(root: Element) -> tuple[date | None, date | None, date | None]:
    """Return the plan's start, end and day of publication."""
    about = root.first("AdministrativeInformation") or root
    start = values.day(about.text("StartDate"), at_end=False)
    end = values.day(about.text("EndDate"), at_end=True)
    return start, end, values.day(about.text("PublicationDate"), at_end=True)


def _fallback(root: Element) -> date | None:
    start, end, published = _days(root)
    return end or published or start


def _cycles(root: Element, notes: Notes) -> tuple[CycleFields, ...]:
    """Return the plan's own dates as a cycle."""
    start, end, _ = _days(root)
    about = root.first("AdministrativeInformation") or root
    if start and end and end < start:
        notes.add(about, _REVERSED)
    if not start or not end or end < start:
        return ()
    whole_year = (start.month, start.day, end) == (1, 1, date(start.year, 12, 31))
    title = str(start.year) if whole_year else f"{start} – {end}"
    notes.add(about, _CYCLE, cycle=title)
    key = f"year_{start.year}" if whole_year else f"from_{start:%Y_%m_%d}_to_{end:%Y_%m_%d}"
    return (CycleFields(key=key, title=title, start=start, end=end),)


def _fiscal_year_start(core: Element, results: Mapping[str, Results], notes: Notes) -> int:
    """Return the month in which most of the results that cover a year begin, else January."""
    months = Counter(month for each in results.values() for month in each.year_starts)
    month, times = months.most_common(1)[0] if months else (1, 0)
    if month == 1 or 2 * times <= months.total():
        return 1
    notes.add(core, _FISCAL, month=month)
    return month


def _note_measures(core: Element, results: Mapping[str, Results], notes: Notes) -> None:
    if any(each.target is not None for each in results.values()):
        notes.add(core, _UPWARD)


def _note_left_out(root: Element, notes: Notes) -> None:
    """Say which of the document's own words no plan carries."""
    about = root.first("AdministrativeInformation")
    said = [name for name in ("Description", "OtherInformation") if root.text(name)]
    said += [name for name in ("Source", "PublicationDate") if about and about.text(name)]
    said += ["Submitter"] if root.first("Submitter") or (about and about.first("Submitter")) else []
    if said:
        notes.add(root, _LEFT_OUT, elements=", ".join(f"<{name}>" for name in said))
