import { showBundle, showText } from '../display';
import { type AnyWidget, type WidgetHost, type WidgetsMissing, widgetHost } from './host';

const reasons: Readonly<Record<WidgetsMissing, string>> = {
  kernel:
    'There are no controls in this kernel, and the cell runs without them: choose the kernel "TypeScript" that npm start sets up.',
  frontEnd:
    'There are no controls here, and the cell runs without them: open the notebook in JupyterLab, by npm start.',
};

/** Shows a widget below the running cell; if widgets cannot be shown, one sentence says so. */
export function showWidget(widget: AnyWidget, host: WidgetHost = widgetHost()): void {
  if (host.missing !== null) return showText(reasons[host.missing]);
  showBundle({
    'application/vnd.jupyter.widget-view+json': { version_major: 2, version_minor: 0, model_id: widget.id },
    'text/plain': 'Controls: run this cell to use them.',
  });
}
