'use strict';

/*
 * Later cells know earlier ones through a text of declarations, as in a d.ts file, that tslab keeps. A cell that fails
 * half-way has declared all of its names but assigned only some of them.
 */

/**
 * The declarations after a failed cell: the values that it assigned, the earlier declarations of the other values, and
 * all of its types.
 *
 * @param ts the TypeScript that tslab uses
 * @param before the declarations that the cell knew
 * @param behind the declarations after it, had it succeeded
 * @param unassigned the values that it declared but did not assign
 */
function withoutUnassigned(ts, before, behind, unassigned) {
  if (unassigned.size === 0) return behind;
  const kept = filtered(ts, behind, (name) => !unassigned.has(name));
  const restored = filtered(ts, before, (name) => unassigned.has(name), { typesToo: false });
  return kept + restored;
}

/**
 * The declarations after a cell plus the earlier namespaces, which tslab drops, except those whose names the cell
 * redeclares.
 */
function withNamespaces(ts, before, behind) {
  if (!/\bnamespace\b/.test(before)) return behind;
  const namesOf = (statement) =>
    ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map(({ name }) => name.getText())
      : ts.isImportDeclaration(statement)
        ? importedNames(ts, statement)
        : [statement.name?.getText()];
  const declared = new Set(parsed(ts, behind).statements.flatMap(namesOf));
  const dropped = parsed(ts, before)
    .statements.filter(
      (statement) => ts.isModuleDeclaration(statement) && !declared.has(statement.name.getText()),
    )
    .map((statement) => `${statement.getText()}\n`);
  return behind + dropped.join('');
}

function importedNames(ts, { importClause }) {
  const bindings = importClause?.namedBindings;
  const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : bindings.elements;
  return [importClause?.name, ...named.map(({ name }) => name)].map((name) => name?.getText());
}

function parsed(ts, text) {
  return ts.createSourceFile('names.d.ts', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

/** The text with only those value declarations whose names `keeps` accepts. */
function filtered(ts, text, keeps, { typesToo = true } = {}) {
  return parsed(ts, text)
    .statements.map((statement) => filteredStatement(ts, statement, keeps, typesToo))
    .join('');
}

function filteredStatement(ts, statement, keeps, typesToo) {
  const whole = `${statement.getText()}\n`;
  if (ts.isVariableStatement(statement)) {
    const { declarations } = statement.declarationList;
    const kept = declarations.filter(({ name }) => keeps(name.getText()));
    if (kept.length === declarations.length) return whole;
    const keyword = /^[^{]*?\b(const|let|var)\b/.exec(whole)[1];
    return kept.map((declaration) => `declare ${keyword} ${declaration.getText()};\n`).join('');
  }
  if (ts.isImportDeclaration(statement)) return filteredImport(ts, statement, keeps);
  const isValue =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  if (isValue) return statement.name !== undefined && keeps(statement.name.text) ? whole : '';
  return typesToo ? whole : '';
}

function filteredImport(ts, statement, keeps) {
  const clause = statement.importClause;
  const from = `from ${statement.moduleSpecifier.getText()};\n`;
  if (clause === undefined) return '';
  const parts = [];
  if (clause.name && keeps(clause.name.text)) parts.push(clause.name.text);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) {
    if (keeps(bindings.name.text)) parts.push(bindings.getText());
  } else if (bindings) {
    const kept = bindings.elements.filter((element) => keeps(element.name.text));
    if (kept.length > 0) parts.push(`{ ${kept.map((element) => element.getText()).join(', ')} }`);
  }
  if (parts.length === 0) return '';
  return `import ${clause.isTypeOnly ? 'type ' : ''}${parts.join(', ')} ${from}`;
}

module.exports = { withNamespaces, withoutUnassigned };
