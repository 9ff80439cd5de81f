"""The format of a file shows in its ending, or else in its beginning; writing takes the same names."""

import json
from pathlib import Path

import pytest

from scorecard.domain.schema import PlanFile
from scorecard.files import formats, planfile
from scorecard.files.remark import FileRefused

SEED = Path(__file__).parents[2] / "seeds" / "northwind.yaml"
YAML, JSON = b"plan: p\nnodes: []\n", b'{"plan": "p", "nodes": []}'
STRATML = b"<StrategicPlan><Name>p</Name><StrategicPlanCore/></StrategicPlan>"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("p.yaml", YAML), ("p.YML", YAML), ("p.json", JSON), ("p.xml", STRATML), ("p", YAML), ("-", JSON),
        ("p.txt", b"\xef\xbb\xbf \n" + STRATML), ("p.yaml", JSON), ("p.json", b"\xef\xbb\xbf" + JSON),
        ("p", STRATML.decode().encode("utf-16")),
    ],
)  # fmt: skip
def test_a_plan_is_read_whatever_it_is_called(name, data):
    assert formats.read_file(data.replace(b"\xef\xbb\xbf \n", b"\n"), name).file.plan == "p"


def test_a_format_named_stands_over_the_ending():
    assert formats.read_file(JSON, "p.xml", "json").file.plan == "p"


@pytest.mark.parametrize(("name", "data"), [("p.docx", b"PK"), ("p", b"\0\1"), ("p.csv", YAML)])
def test_an_unknown_file_is_refused_by_name(name, data):
    with pytest.raises(FileRefused) as refused:
        formats.read_file(data, name)
    assert str(refused.value) == (
        f"{name}:1:1: Nobody can tell what this file is; plans are read from stratml, json, yaml."
    )


def test_formats_that_are_not_there_are_refused():
    plan = PlanFile(plan="p", nodes=())
    with pytest.raises(formats.UnknownFormat, match="“stratml” is not a format for this"):
        formats.write_file(plan, "stratml")
    with pytest.raises(formats.UnknownFormat, match="“xlsx”"):
        formats.read_file(YAML, "p.yaml", "xlsx")


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_what_is_written_can_be_read(format):
    plan = PlanFile(plan="p", title="Größe", nodes=())
    assert formats.read_file(formats.write_file(plan, format), f"p.{format}").file == plan


def test_the_demo_plan_reads_without_a_warning_and_survives_the_journey():
    read = formats.read_file(SEED.read_bytes(), SEED.name)
    assert read.warnings == ()
    for format in ("yaml", "json"):
        assert formats.read_file(formats.write_file(read.file, format), f"p.{format}").file == read.file


def test_the_schema_names_every_field_and_its_example_is_a_plan():
    schema = planfile.schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert sorted(schema["properties"]) == sorted(PlanFile.model_fields)
    assert set(schema["required"]) == {"plan", "nodes"}
    assert planfile.read(json.dumps(schema["examples"][0]).encode(), "p.json").file.plan == "northwind"
