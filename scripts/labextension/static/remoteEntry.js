/* global document, window, MutationObserver, ResizeObserver */
/*
 * A prebuilt JupyterLab extension, small enough to need no bundler: it renders Plotly figures with the
 * plotly.min.js beside it. The renderer in PyPI's `plotly` draws an output once and ignores later updates of it,
 * and stores a picture of every figure in the notebook; this one redraws in place and stores nothing. A second part,
 * in the folder `reattach`, brings pages back to cells that run. A third keeps pages usable below long printed text.
 */
(() => {
  const mimeType = 'application/vnd.plotly.v1+json';
  const folder = new URL('.', document.currentScript.src);
  const scripts = ['plotly.min.js', 'clipPanel.js', 'darkColours.js', 'fitFigure.js', 'drawFigure.js'];
  let loading = null;

  /** Loads plotly.js, and what draws with it, when the first figure is drawn. */
  function loadScripts() {
    loading ??= Promise.all(scripts.map(loadScript));
    return loading;
  }

  function isDarkPage() {
    return document.body.dataset.jpThemeLight === 'false';
  }

  function loadScript(name) {
    return new Promise((loaded, failed) => {
      const script = document.createElement('script');
      script.src = new URL(name, folder).href;
      script.onload = loaded;
      script.onerror = () => failed(new Error(`${script.src} could not be loaded.`));
      document.head.append(script);
    });
  }

  function defineRenderer(Widget) {
    return class RenderedFigure extends Widget {
      constructor() {
        super();
        this.addClass('jp-RenderedPlotly');
        this.plot = this.node.appendChild(document.createElement('div'));
        this.latest = null;
        this.shown = null;
        this.drawing = null;
        this.observer = new ResizeObserver(() => this.fit());
        this.observer.observe(this.node);
        this.themes = new MutationObserver(() => this.shown && this.renderFigure(this.shown));
        this.themes.observe(document.body, { attributeFilter: ['data-jp-theme-light'] });
      }

      renderModel(model) {
        return this.renderFigure(model.data[mimeType]);
      }

      /** Draws the newest figure; those that arrive while one is being drawn are skipped but for the last. */
      renderFigure(figure) {
        this.latest = figure;
        this.drawing ??= this.draw().finally(() => (this.drawing = null));
        return this.drawing;
      }

      async draw() {
        await loadScripts();
        while (this.latest !== null && !this.isDisposed) {
          this.shown = this.latest;
          this.latest = null;
          await window.xkdDrawFigure(this.plot, this.shown, { dark: isDarkPage() });
        }
      }

      /** A hidden output has no width: what was drawn there takes its place when it is shown. */
      fit() {
        if (this.shown === null || this.drawing !== null || !window.xkdRefitFigure) return;
        void window.xkdRefitFigure(this.plot, this.shown, { dark: isDarkPage() });
      }

      dispose() {
        this.observer.disconnect();
        this.themes.disconnect();
        if (window.Plotly && this.plot._fullLayout) window.Plotly.purge(this.plot);
        super.dispose();
      }
    };
  }

  let Renderer = null;
  let packages = null;

  /** A package of JupyterLab's own. */
  async function sharedPackage(name) {
    const [version] = Object.values(packages[name]);
    return (await version.get())();
  }

  const modules = {
    './mimeExtension': async () => ({
      id: 'xkd-figures:renderer',
      rank: 0,
      dataType: 'json',
      rendererFactory: { safe: true, mimeTypes: [mimeType], createRenderer: () => new Renderer() },
    }),
    './extension': async () => {
      const { reattachPlugin } = await import(new URL('reattach/plugin.js', folder).href);
      const { longTextPlugin } = await import(new URL('longTexts.js', folder).href);
      return [
        reattachPlugin((await sharedPackage('@jupyterlab/notebook')).INotebookTracker),
        longTextPlugin((await sharedPackage('@jupyterlab/rendermime')).IRenderMimeRegistry),
      ];
    },
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB['xkd-figures'] = {
    /** JupyterLab hands over the packages it shares: the widgets' base class must be its own. */
    async init(shared) {
      packages = shared;
      Renderer = defineRenderer((await sharedPackage('@lumino/widgets')).Widget);
    },
    async get(name) {
      const extension = await modules[name]();
      return () => ({ __esModule: true, default: extension });
    },
  };
})();
