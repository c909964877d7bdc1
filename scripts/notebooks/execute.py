"""Runs the cells of a notebook, for execute.mjs: execute.py NOTEBOOK OUT FOLDER

The kernel works in FOLDER. Every cell that begins is a line of JSON on stdout, and so is the one that fails. OUT is
written in any case, with what was run so far.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

source, out, folder = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
running = None


def say(**what):
    print(json.dumps(what), flush=True)


def begin(cell, cell_index):
    global running
    running = cell_index
    if cell.cell_type == "code":
        say(cell=cell_index)


def reason(cell, error):
    """The kernel's own traceback; that of the exception has the whole cell and what it printed above it."""
    shown = [output for output in cell.outputs if output.output_type == "error"]
    return "\n".join(shown[-1].traceback) if shown else f"{error.ename}: {error.evalue}"


client = NotebookClient(
    notebook,
    timeout=None,
    # On a busy machine a kernel takes longer to start than the usual minute.
    startup_timeout=300,
    # What a cell has shown, and why it failed, comes after its end; on a busy machine later than in the usual 4 s.
    iopub_timeout=60,
    record_timing=False,
    resources={"metadata": {"path": folder}},
    on_cell_start=begin,
)
try:
    client.execute()
except CellExecutionError as error:
    say(failed=running, text=reason(notebook.cells[running], error))
    sys.exit(1)
except (DeadKernelError, CellTimeoutError):
    say(failed=running, text="The kernel ended while the cell ran; mostly that is a lack of memory.")
    sys.exit(1)
finally:
    nbformat.write(notebook, out)
