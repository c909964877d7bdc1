"""papermill's command line, with a translator of parameters for our TypeScript kernel.

papermill is no part of the set-up: `pip install papermill==2.7.0` in an environment of its own; environment.md says how
to call this. Without papermill, "npm run notebooks -- 03 -p steps=200" does the same.
"""

import json
import re

from papermill.cli import papermill
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Parameters as `let` declarations: a TypeScript cell may declare a name anew."""

    @classmethod
    def translate(cls, val):
        return json.dumps(val, allow_nan=False)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        """What the cell declares, for papermill's --help-notebook and its warning of unknown names."""
        declared = re.findall(r"^(?:const|let) (\w+)(?:: ([^=\n]+))? = ([^;]+);", parameters_cell.source, re.MULTILINE)
        return [Parameter(name, kind.strip() or "None", value, "") for name, kind, value in declared]


papermill_translators.register("tslab", TypeScriptTranslator)

if __name__ == "__main__":
    papermill()
