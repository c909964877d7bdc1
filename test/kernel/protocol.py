"""PyPI's public tests of kernels, against ours: protocol.py, with Jupyter's settings of this project's environment."""

import unittest

import jupyter_kernel_test

# On a busy machine a first import of a large package takes longer than the 15 s that these tests wait.
PATIENCE_SECONDS = 300
jupyter_kernel_test.TIMEOUT = PATIENCE_SECONDS


class TypeScriptKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "tslab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('wrong')"
    completion_samples = [
        {"text": "Math.flo", "matches": {"floor"}},
        {"text": "consol", "matches": {"console"}},
    ]
    complete_code_samples = ["1 + 1", "const a = 3;", "function f() { return 1; }"]
    incomplete_code_samples = ["function f() {", "[1, 2", "const b = `text"]
    invalid_code_samples = ["const = 3;", ")"]
    code_inspect_sample = "Math.floor"
    code_generate_error = "throw new Error('wrong')"
    code_execute_result = [
        {"code": "1 + 1", "result": "2"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2].map((x) => x * 2)", "result": "[ 2, 4 ]"},
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>bold</b>')", "mime": "text/html"},
        {"code": "import { showHtml } from 'xkd'; showHtml('<i>slanted</i>', 'slanted')", "mime": "text/html"},
    ]
    code_clear_output = "import { clearOutput } from 'xkd'; clearOutput()"
    code_history_pattern = "1?+*"
    supported_history_operations = ("tail", "range", "search")

    def execute_helper(self, code, timeout=PATIENCE_SECONDS, **rest):
        return super().execute_helper(code, timeout, **rest)

    def history_helper(self, execute_first, timeout=PATIENCE_SECONDS, **rest):
        return super().history_helper(execute_first, timeout, **rest)


if __name__ == "__main__":
    unittest.main(verbosity=2)
