import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { projectPath, type Figure } from 'xkd';

/** Page scripts that work without a page. */
export interface PageScripts {
  xkdOnDarkPage<Value>(value: Value): Value;
  xkdFitFigure(figure: Figure, width: number): Figure;
  xkdIsFitted(figure: Figure, width: number): boolean;
}

/** Figures as processed by JupyterLab's renderer and by exported pages, without a browser. */
export function pageScripts(): PageScripts {
  const window = {} as PageScripts;
  const context = createContext({ window, structuredClone });
  for (const name of ['darkColours.js', 'fitFigure.js']) {
    const source = readFileSync(projectPath('scripts', 'labextension', 'static', name), 'utf8');
    runInContext(source, context, { filename: name });
  }
  return window;
}
