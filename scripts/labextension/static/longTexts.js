/* global document */
/*
 * Printed text of many pages. JupyterLab prepares the whole text of an output again for each frame in which something
 * was added to it; beyond a few hundred thousand characters its page responds to nothing else. Here it prepares only
 * the beginning, with links and colours. The rest follows as blocks of plain text, which are made once and laid out
 * only where they are visible.
 */

const mimeTypes = ['application/vnd.jupyter.stdout', 'application/vnd.jupyter.stderr'];
/** Length of the beginning, and of a block [characters]; both end with a line. */
const beginningLength = 100_000;
const blockLength = 50_000;
// eslint-disable-next-line no-control-regex
const colourCodes = /\x1b\[[\d;]*m/g;

/** @param IRenderMimeRegistry JupyterLab's token of its renderers */
export function longTextPlugin(IRenderMimeRegistry) {
  return {
    id: 'xkd-figures:long-texts',
    autoStart: true,
    requires: [IRenderMimeRegistry],
    activate(app, registry) {
      for (const mimeType of mimeTypes) {
        const usual = registry.getFactory(mimeType);
        const createRenderer = (options) => createLongText(usual, options);
        registry.addFactory({ safe: usual.safe, mimeTypes: [mimeType], createRenderer }, 0);
      }
    },
  };
}

/** A renderer that gives the usual one only the beginning. */
function createLongText(usual, options) {
  const widget = usual.createRenderer(options);
  const beginning = usual.createRenderer(options);
  const blocks = new Blocks(document.createElement('div'));
  let shown = null;
  widget.node.append(beginning.node, blocks.node);
  widget.renderModel = async (model) => {
    const text = String(model.data[options.mimeType]);
    const end = endOfLine(text, 0, beginningLength);
    blocks.show(text, end);
    const start = text.slice(0, end);
    if (start === shown) return;
    shown = start;
    await beginning.renderModel({
      data: { [options.mimeType]: start },
      metadata: model.metadata,
      trusted: model.trusted,
      setData: () => undefined,
    });
  };
  const { dispose } = widget;
  widget.dispose = () => {
    beginning.dispose();
    dispose.call(widget);
  };
  return widget;
}

class Blocks {
  #blocks = [];

  constructor(node) {
    this.node = node;
  }

  /** Shows the text from an index on. What is on the page already stays untouched. */
  show(text, from) {
    let index = 0;
    let start = from;
    for (const { part, full } of this.#blocks) {
      if (!full || !text.startsWith(part, start)) break;
      start += part.length;
      index += 1;
    }
    for (const { pre } of this.#blocks.splice(index)) pre.remove();
    while (start < text.length) {
      const end = endOfLine(text, start, blockLength);
      this.#add(text.slice(start, end), end - start >= blockLength);
      start = end;
    }
  }

  #add(part, full) {
    const pre = document.createElement('pre');
    pre.textContent = part.replace(colourCodes, '');
    const lines = part.split('\n').length - (part.endsWith('\n') ? 1 : 0);
    pre.style.contentVisibility = 'auto';
    pre.style.containIntrinsicHeight = `auto calc(${lines} * var(--jp-code-line-height) * var(--jp-code-font-size))`;
    this.node.append(pre);
    this.#blocks.push({ pre, part, full });
  }
}

/** Index after the first line that ends `length` characters after `start` or later. */
function endOfLine(text, start, length) {
  if (text.length - start <= length) return text.length;
  const newline = text.indexOf('\n', start + length - 1);
  return newline < 0 ? text.length : newline + 1;
}
