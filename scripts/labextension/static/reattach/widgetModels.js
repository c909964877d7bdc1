const viewType = 'application/vnd.jupyter.widget-view+json';
const longestWaitMs = 10_000;

/**
 * Waits until the models of the widgets among outputs are there. A page that has lost its connection may have missed
 * their making; it asks the kernel for all there are when it is connected again, but a view that is shown before says
 * "model not found" for good.
 */
export async function widgetModels(rendermime, outputs) {
  const ids = outputs.map(({ data }) => data?.[viewType]?.model_id).filter(Boolean);
  if (ids.length === 0) return;
  const manager = await widgetManager(rendermime);
  // A page that is being loaded shows its views again when the manager has all models.
  if (!manager?.restoredStatus || ids.every((id) => manager.has_model(id))) return;
  await new Promise((done) => {
    const restored = () => {
      manager.restored.disconnect(restored);
      done();
    };
    manager.restored.connect(restored);
    setTimeout(restored, longestWaitMs);
  });
}

/**
 * Views that say "model not found" of models which are there. JupyterLab gives a model 2 s to come; if it comes later, as on a
 * busy machine, but before the manager has all models, the view says so for good.
 *
 * @returns makes them again
 */
export async function remakeViews(rendermime, cells) {
  const manager = await widgetManager(rendermime);
  return () => {
    for (const { outputArea } of manager?.restoredStatus ? cells : []) {
      for (const [i, { node }] of (outputArea?.widgets ?? []).entries()) {
        const output = outputArea.model.get(i)?.toJSON();
        const id = output?.data?.[viewType]?.model_id;
        const isLost = node.textContent.includes('model not found');
        if (id && isLost && manager.has_model(id)) outputArea.model.set(i, output);
      }
    }
  };
}

/** The notebook's manager of widgets, which only its renderers know; null before there is one. */
async function widgetManager(rendermime) {
  const renderer = rendermime.getFactory(viewType)?.createRenderer({ mimeType: viewType });
  const manager = await Promise.race([
    renderer?._manager?.promise,
    new Promise((done) => setTimeout(() => done(null), 0)),
  ]);
  renderer?.dispose();
  return manager ?? null;
}
