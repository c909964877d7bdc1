/* global document, ResizeObserver, window */
/*
 * Draws the figures of an exported page once it has loaded. Each is an element `.xkd-figure` followed by its data as JSON.
 */
(() => {
  const figures = new Map();
  const options = () => ({ dark: document.documentElement.dataset.theme === 'dark' });

  /** Draws all figures, or draws them again after the page has become dark or light. */
  window.xkdDrawFigures = async () => {
    for (const [plot, figure] of figures) await window.xkdDrawFigure(plot, figure, options());
  };

  document.addEventListener('DOMContentLoaded', async () => {
    for (const plot of document.querySelectorAll('.xkd-figure'))
      figures.set(plot, JSON.parse(plot.nextElementSibling.textContent));
    await window.xkdDrawFigures();
    const refit = new ResizeObserver((entries) => {
      for (const { target } of entries) window.xkdRefitFigure(target, figures.get(target), options());
    });
    for (const plot of figures.keys()) refit.observe(plot);
  });
})();
