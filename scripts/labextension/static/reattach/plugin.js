import { NotebookLink } from './notebookLink.js';

/**
 * JupyterLab shows what a cell puts out only in the page that asked for it, as long as that page is open. This plugin
 * gives every page of a notebook what its kernel has put out so far, and what follows: after a reload, behind a lost
 * connection, in a second window.
 *
 * @param INotebookTracker JupyterLab's token of that name
 */
export function reattachPlugin(INotebookTracker) {
  return {
    id: 'xkd-figures:reattach',
    autoStart: true,
    requires: [INotebookTracker],
    activate(app, tracker) {
      const link = (panel) => {
        // Pages that edit a notebook together have a server that keeps its outputs.
        if (!panel.context.model.collaborative) new NotebookLink(panel, app.serviceManager.contents);
      };
      tracker.forEach(link);
      tracker.widgetAdded.connect((_, panel) => link(panel));
    },
  };
}
