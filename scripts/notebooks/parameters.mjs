import { sourceOf } from './files.mjs';

/** The tags that papermill uses. */
export const parametersTag = 'parameters';
const injectedTag = 'injected-parameters';

const isTagged = (cell, tag) => cell.metadata?.tags?.includes(tag) ?? false;

/**
 * The parameters of a notebook, by name: the declarations of its cell with the tag `parameters`. The type of a value is
 * that of the literals in its declaration; null if they do not determine it.
 */
export function parametersOf(notebook) {
  const cell = notebook.cells.find((each) => isTagged(each, parametersTag));
  const code = cell === undefined ? '' : sourceOf(cell).replace(/\/\/.*$/gm, '');
  const declarations = code.matchAll(/^(?:const|let) (\w+)(?:: [^=]+)? = ([^;]+);/gm);
  return new Map([...declarations].map(([, name, value]) => [name, kindOf(value)]));
}

function kindOf(value) {
  if (/process\.env/.test(value) || /['"`]/.test(value)) return 'string';
  if (/\b(true|false)\b/.test(value)) return 'boolean';
  return /\b\d/.test(value) ? 'number' : null;
}

/**
 * Reads `name=value` arguments; values are parsed as JSON, or else taken as text.
 *
 * @throws Error with one sentence if an argument has another form
 */
export function readParameters(words) {
  const pairs = words.map((word) => {
    const [, name, text] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined)
      throw new Error(`-p needs a name and a value, such as "-p steps=200", not "${word}".`);
    return [name, valueOf(text)];
  });
  const twice = pairs.find(([name], i) => pairs.findIndex(([other]) => other === name) < i);
  if (twice) throw new Error(`"${twice[0]}" is given twice: give each parameter one value.`);
  return new Map(pairs);
}

function valueOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Checks parameters against those of the notebooks: `known` maps the name of each notebook to its parameters. Each
 * notebook gets those that it has, and each parameter must belong to at least one notebook.
 *
 * @throws Error with one sentence that lists the existing parameters
 */
export function checkParameters(parameters, known) {
  for (const [name, value] of parameters) {
    const kinds = [...known.values()].filter((own) => own.has(name)).map((own) => own.get(name));
    if (kinds.length === 0) throw new Error(unknownParameter(name, known));
    const wanted = kinds.find((kind) => kind !== null && value !== null && kind !== typeof value);
    if (wanted)
      throw new Error(`The parameter "${name}" is a ${wanted}, and ${JSON.stringify(value)} is not.`);
  }
}

function unknownParameter(name, known) {
  const withAny = [...known].filter(([, own]) => own.size > 0);
  if (withAny.length === 0)
    return `${[...known.keys()].join(', ')}: no parameters, so "${name}" is none of them.`;
  const there = withAny.map(([notebook, own]) => `${notebook} has ${[...own.keys()].join(', ')}`);
  return `"${name}" is not a parameter: ${there.join('; ')}.`;
}

/**
 * A copy of a notebook with an extra cell after its parameters that assigns the new values. TypeScript cells may
 * redeclare a name.
 */
export function withParameters(notebook, parameters) {
  const own = parametersOf(notebook);
  const given = [...parameters].filter(([name]) => own.has(name));
  const cells = notebook.cells.filter((cell) => !isTagged(cell, injectedTag));
  if (given.length === 0) return { ...notebook, cells };
  const at = cells.findIndex((cell) => isTagged(cell, parametersTag));
  const lines = given.map(([name, value]) => `let ${name} = ${JSON.stringify(value)};`);
  const injected = {
    ...{ cell_type: 'code', id: injectedTag, metadata: { tags: [injectedTag] } },
    ...{ source: ['// Parameters', ...lines].join('\n'), outputs: [], execution_count: null },
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}
