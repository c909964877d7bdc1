/* global document, structuredClone, window */
/*
 * Draws a figure into an element: fitted to its width, in colours for the page, with its text alternative. JupyterLab's
 * renderer and exported pages do it alike.
 */
(() => {
  /** Plotly paints the chosen button in a fixed light colour, on which light text is lost. */
  const darkStyle = `.xkd-dark-page .updatemenu-item-rect[style*="rgb(244, 250, 255)"],
.xkd-dark-page .updatemenu-item-rect:hover { fill: #26384c !important; }`;

  /**
   * @param plot an element that is in the page
   * @param figure data, layout and config; it stays as it is
   */
  window.xkdDrawFigure = async (plot, figure, { dark = false } = {}) => {
    const width = plot.clientWidth;
    const { data, layout, config } = window.xkdFitFigure(figure, width);
    const { meta, ...own } = layout;
    const drawn = { data, layout: { autosize: true, ...own } };
    plot.style.height = `${layout.height ?? 360}px`;
    plot.style.overflowX = (layout.width ?? 0) > width ? 'auto' : '';
    if (dark) addStyle();
    plot.classList.toggle('xkd-dark-page', dark);
    describe(plot, layout);
    const { data: traces, layout: look } = dark ? window.xkdOnDarkPage(drawn) : structuredClone(drawn);
    await window.Plotly.react(plot, traces, look, { responsive: false, ...config });
    window.xkdClipPanel(plot, meta?.clips);
  };

  /** Redraws a figure whose element has another width now. */
  window.xkdRefitFigure = async (plot, figure, options) => {
    const before = plot._fullLayout?.width;
    const width = plot.clientWidth;
    if (!before || width === 0 || Math.abs(before - width) <= 1) return;
    const isFitted = [plot.xkdDrawnWidth ?? before, width].some((each) => window.xkdIsFitted(figure, each));
    plot.xkdDrawnWidth = width;
    if (isFitted) await window.xkdDrawFigure(plot, figure, options);
    else await window.Plotly.Plots.resize(plot);
  };

  function describe(plot, { title, meta }) {
    const words = [title?.text && `${title.text}.`, meta?.alt].filter(Boolean).join(' ');
    // Not `img`, whose contents screen readers leave out: there are buttons and sliders in it.
    plot.setAttribute('role', 'figure');
    plot.setAttribute('aria-label', words.replace(/<[^>]*>/g, ' ') || 'Figure');
  }

  function addStyle() {
    if (document.getElementById('xkd-dark-page')) return;
    const style = document.createElement('style');
    style.id = 'xkd-dark-page';
    style.textContent = darkStyle;
    document.head.append(style);
  }
})();
