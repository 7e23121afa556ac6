"""Stories and plans in and out of files: ours, the paper's, T2V-CompBench's and Fountain."""

from pipeline.plan.exchange.arrivals import Exported, Imported, Refused
from pipeline.plan.exchange.formats import FORMATS, read_each, read_plans, write_story
from pipeline.plan.exchange.plan_text import write_plan_text

__all__ = [
    "FORMATS",
    "Exported",
    "Imported",
    "Refused",
    "read_each",
    "read_plans",
    "write_plan_text",
    "write_story",
]
