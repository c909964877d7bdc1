import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectPath } from 'xkd';
import { shortName } from './markdown';

/** Code of an `@example` in a docstring of lib. */
export interface DocExample {
  /** Names that the docstring describes. */
  readonly names: readonly string[];
  /** Absolute path of the file with the docstring. */
  readonly file: string;
  /** Line in which the code begins, from 0. */
  readonly line: number;
  readonly code: string;
}

/** All examples in `lib`, file by file. */
export function libExamples(): DocExample[] {
  const folder = projectPath('lib');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(^|\W)(dist|node_modules)\W|\.d\.ts$/.test(name))
    .sort()
    .flatMap((name) => examplesIn(join(folder, name)));
}

/** A place in the file of an example, for messages. */
export function placeOf({ file, line }: DocExample, lineOfCode = 0): string {
  return `${shortName(file)}:${line + lineOfCode + 1}`;
}

/** An example as a module whose lines have the numbers that they have in the file with the docstring. */
export function moduleOf({ line, code }: Pick<DocExample, 'line' | 'code'>): string {
  return '\n'.repeat(line) + code;
}

function examplesIn(file: string): DocExample[] {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('@example')) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: DocExample[] = [];
  const visit = (node: ts.Node, outer: readonly string[]): void => {
    const names = outer.length > 0 ? outer : declaredNames(node);
    for (const doc of ts.getJSDocCommentsAndTags(node)) {
      // Only what stands at the node itself: a variable also answers with the comment of its statement.
      if (doc.parent !== node || !ts.isJSDoc(doc)) continue;
      for (const tag of doc.tags ?? []) {
        if (tag.tagName.text === 'example') found.push({ names, file, ...codeOf(source, tag) });
      }
    }
    node.forEachChild((child) => visit(child, names));
  };
  source.forEachChild((node) => visit(node, []));
  const written = text.match(/^\s*\* @example/gm)?.length ?? 0;
  if (found.length !== written) {
    throw new Error(`${shortName(file)} has an @example that stands at no declaration.`);
  }
  return found;
}

/** Names of a declaration at the top of a file. */
function declaredNames(node: ts.Node): string[] {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.map(({ name }) => name.getText());
  if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause)) {
    return node.exportClause.elements.map(({ name }) => name.getText());
  }
  const name = (node as ts.Node & { readonly name?: ts.Node }).name;
  return name === undefined ? [] : [name.getText()];
}

function codeOf(source: ts.SourceFile, tag: ts.JSDocTag): { line: number; code: string } {
  const first = source.getLineAndCharacterOfPosition(tag.pos).line;
  const lines = source.text.slice(tag.pos, tag.end).split('\n');
  const inside = lines.map((line) => line.replace(/^\s*\* ?/, ''));
  const start = inside.indexOf('```ts');
  const end = inside.indexOf('```', start + 1);
  if (start < 0 || end < 0) {
    throw new Error(`${shortName(source.fileName)}:${first + 1} has an @example without code in a ts fence.`);
  }
  return { line: first + start + 1, code: inside.slice(start + 1, end).join('\n') };
}
