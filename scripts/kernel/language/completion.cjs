'use strict';

/**
 * Completions at the cursor, best first.
 *
 * @returns the content of a `complete_reply`
 */
function complete(cell) {
  const { ts, service, path, position, toCursor } = cell;
  const found = service.getCompletionsAtPosition(path, position, {
    includeCompletionsWithInsertText: true,
    includeSymbol: true,
  });
  const start = wordStart(cell, found);
  const typed = cell.source.text.slice(start, position);
  const items = (found?.entries ?? [])
    .map((entry) => itemOf(cell, entry, start))
    .filter((item) => item !== null && closeness(item.key, typed) !== null)
    .sort(
      (a, b) =>
        closeness(a.key, typed) - closeness(b.key, typed) ||
        Number(a.isKeyword) - Number(b.isKeyword) ||
        byLetters.compare(a.order, b.order) ||
        byLetters.compare(a.key, b.key),
    );
  const [from, to] = [toCursor(start), toCursor(position)];
  return {
    status: 'ok',
    matches: items.map(({ text }) => text),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: items.map(({ text, type }) => ({ start: from, end: to, text, type })),
    },
  };

  /** The replacement for the typed text; null if the service would replace something else. */
  function itemOf({ position: cursor }, entry, wordAt) {
    const { name, insertText = name, replacementSpan, sortText } = entry;
    const kind = entry.kind === 'alias' ? importedKind(entry.symbol) : entry.kind;
    if (replacementSpan) {
      const { start: at, length } = replacementSpan;
      // Such as `.name` to `['name']`, for which the dot has to be removed as well.
      if (at !== wordAt || at + length < cursor) return null;
    }
    // A key such as "mask.video" is quoted if no quotes have been typed yet.
    const key = name.replace(/^"(.*)"$/, '$1');
    const text = key === name || key.includes("'") ? insertText : `'${key}'`;
    return { key, text, type: typeOf(kind), order: sortText, isKeyword: kind === 'keyword' };
  }

  /** Kind of an imported name, as declared in its module. */
  function importedKind(symbol) {
    const { flags } = service.getProgram().getTypeChecker().getAliasedSymbol(symbol);
    const { Function, Class, Enum, Module, Variable, Type } = ts.SymbolFlags;
    const kinds = {
      function: Function,
      class: Class,
      enum: Enum,
      variable: Variable,
      module: Module,
      type: Type,
    };
    return Object.keys(kinds).find((kind) => (flags & kinds[kind]) !== 0) ?? 'alias';
  }

  /** Start of the typed part of the word; inside a string the service says from where on it replaces. */
  function wordStart({ source }, answer) {
    if (ts.isInString(source, position)) {
      const span = answer?.entries.find(({ replacementSpan }) => replacementSpan)?.replacementSpan;
      return span?.start ?? ts.findPrecedingToken(position, source).getStart(source) + 1;
    }
    return position - /[\p{ID_Continue}$]*$/u.exec(source.text.slice(0, position))[0].length;
  }
}

/** 0: begins with the typed text, 1: differs in case, 2: contains it; null: no match. */
function closeness(name, typed) {
  if (name.startsWith(typed)) return 0;
  const [lower, sought] = [name.toLowerCase(), typed.toLowerCase()];
  if (lower.startsWith(sought)) return 1;
  return lower.includes(sought) ? 2 : null;
}

const byLetters = new Intl.Collator('en');

const types = {
  var: 'variable',
  let: 'variable',
  const: 'constant',
  'local var': 'variable',
  'local function': 'function',
  'local class': 'class',
  'type parameter': 'type',
  'primitive type': 'type',
  getter: 'property',
  setter: 'property',
  accessor: 'property',
  external_module_name: 'module',
  'external module name': 'module',
  directory: 'folder',
  script: 'module',
};

/** Kind of an entry as a word that front ends show. */
function typeOf(kind) {
  return types[kind] ?? kind;
}

module.exports = { complete };
