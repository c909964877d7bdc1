import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { projectPath, type Figure } from 'xkd';

/** Scripts of the page that need no page. */
export interface PageScripts {
  xkdOnDarkPage<Value>(value: Value): Value;
  xkdFitFigure(figure: Figure, width: number): Figure;
  xkdIsFitted(figure: Figure, width: number): boolean;
}

/** What JupyterLab's renderer and exported pages make of figures, without a browser. */
export function pageScripts(): PageScripts {
  const window = {} as PageScripts;
  const context = createContext({ window, structuredClone });
  for (const name of ['darkColours.js', 'fitFigure.js']) {
    const source = readFileSync(projectPath('scripts', 'labextension', 'static', name), 'utf8');
    runInContext(source, context, { filename: name });
  }
  return window;
}
