/* global document, window, ResizeObserver, structuredClone */
/*
 * A prebuilt JupyterLab extension, small enough to need no bundler: it renders Plotly figures with the
 * plotly.min.js beside it. The renderer in PyPI's `plotly` draws an output once and ignores later updates of it,
 * and stores a picture of every figure in the notebook; this one redraws in place and stores nothing.
 */
(() => {
  const mimeType = 'application/vnd.plotly.v1+json';
  const folder = new URL('.', document.currentScript.src);
  let plotly = null;

  /** Loads plotly.js, and the panel of clips, when the first figure is drawn. */
  function loadPlotly() {
    plotly ??= Promise.all(['plotly.min.js', 'clipPanel.js'].map(loadScript)).then(() => window.Plotly);
    return plotly;
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
        this.drawing = null;
        this.observer = new ResizeObserver(() => this.fit());
        this.observer.observe(this.node);
      }

      /** Draws the newest figure; those that arrive while one is being drawn are skipped but for the last. */
      renderModel(model) {
        this.latest = model.data[mimeType];
        this.drawing ??= this.draw().finally(() => (this.drawing = null));
        return this.drawing;
      }

      async draw() {
        const Plotly = await loadPlotly();
        while (this.latest !== null && !this.isDisposed) {
          const { data, layout: { meta, ...layout } = {}, config } = structuredClone(this.latest);
          this.latest = null;
          this.node.style.height = `${layout.height ?? 360}px`;
          this.plot.style.height = '100%';
          await Plotly.react(
            this.plot,
            data,
            { autosize: true, ...layout },
            { responsive: false, ...config },
          );
          window.xkdClipPanel(this.plot, meta?.clips);
        }
      }

      /** A hidden output has no width: what was drawn there takes its place when it is shown. */
      fit() {
        const width = this.node.clientWidth;
        if (width > 0 && this.plot._fullLayout && Math.abs(this.plot._fullLayout.width - width) > 1) {
          window.Plotly.Plots.resize(this.plot);
        }
      }

      dispose() {
        this.observer.disconnect();
        if (window.Plotly && this.plot._fullLayout) window.Plotly.purge(this.plot);
        super.dispose();
      }
    };
  }

  let Renderer = null;
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB['xkd-figures'] = {
    /** JupyterLab hands over the packages it shares: the widgets' base class must be its own. */
    async init(shared) {
      const [lumino] = Object.values(shared['@lumino/widgets']);
      Renderer = defineRenderer((await lumino.get())().Widget);
    },
    async get() {
      const extension = {
        id: 'xkd-figures:renderer',
        rank: 0,
        dataType: 'json',
        rendererFactory: { safe: true, mimeTypes: [mimeType], createRenderer: () => new Renderer() },
      };
      return () => ({ __esModule: true, default: extension });
    },
  };
})();
