"""All rules in the order of their mending: ids, what they join, texts, boxes, the company."""

from __future__ import annotations

from types import MappingProxyType

from pipeline.plan.lint import boxes, company, ids, joins, labels, paths, texts, words
from pipeline.plan.lint.sheet import Rule

JOINING: tuple[Rule, ...] = (*ids.RULES, *joins.RULES)
"""Their fixes change ids, which say where the other findings are."""
FORM: tuple[Rule, ...] = (*texts.RULES, *labels.RULES, *boxes.RULES)
SENSE: tuple[Rule, ...] = (*paths.RULES, *words.RULES, *company.RULES)

RULES = MappingProxyType({rule.id: rule for rule in (*JOINING, *FORM, *SENSE)})
"""All rules by id."""
