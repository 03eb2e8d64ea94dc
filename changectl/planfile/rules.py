"""Every rule that plans and configurations are read by.

The ids are stable: they stand in continuous integration, in chats, and in search engines. A rule that is gone
leaves its number empty.
"""

from collections.abc import Mapping

from changectl.planfile import rules_config, rules_plan, rules_text
from changectl.planfile.rule import Rule

RULES: Mapping[str, Rule] = {
    rule.id: rule for table in (rules_text.TABLE, rules_plan.TABLE, rules_config.TABLE) for rule in table
}
