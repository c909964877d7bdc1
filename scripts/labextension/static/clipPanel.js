/* global document, window */
/*
 * A panel beside a figure in which the clip of a point plays: pointing at a point shows it, a click plays it with its
 * sound. In JupyterLab the renderer calls it, in an exported page the script that draws the figure.
 */
(() => {
  const style = {
    panel: 'position: absolute; right: 8px; top: 56px; width: 192px; margin: 0; font: 12px sans-serif;',
    video:
      'width: 192px; height: 192px; object-fit: contain; background: rgba(125, 135, 148, 0.14); display: block;',
    caption:
      'padding: 6px 0; color: var(--jp-content-font-color1, #4d5865); line-height: 1.4; overflow-wrap: anywhere;',
    below: 'position: relative; width: 192px; margin: 8px auto; font: 12px sans-serif;',
  };
  /** Where the figure has less, the panel stands below it. */
  const besidePixels = 600;
  const invitation = 'Point at one of the larger points to see its clip; click to hear it as well.';

  /**
   * @param plot the element in which Plotly has drawn
   * @param clips what is played: the points' `customdata` are places in this list
   */
  window.xkdClipPanel = (plot, clips) => {
    plot.parentElement.querySelector(':scope > .xkd-clip-panel')?.remove();
    if (!clips?.length) return;
    const isBelow = plot.clientWidth < besidePixels;
    const panel = element('figure', isBelow ? style.below : style.panel);
    panel.className = 'xkd-clip-panel';
    const video = element('video', style.video);
    const caption = element('figcaption', style.caption);
    Object.assign(video, { loop: true, muted: true, playsInline: true, controls: true });
    caption.textContent = invitation;
    panel.append(video, caption);
    plot.parentElement.style.position = 'relative';
    plot.parentElement.append(panel);
    let shown = null;
    const choose = ({ points: [point] }, withSound) => {
      const clip = clips[point?.customdata];
      // Nothing but a video that came with the figure.
      if (!clip?.source.startsWith('data:video/')) return;
      if (shown !== clip) {
        shown = clip;
        video.src = clip.source;
        caption.textContent = clip.caption;
        video.muted = true;
      }
      if (withSound) {
        video.muted = false;
        video.currentTime = 0;
      }
      // Browsers may refuse to play before the page was clicked.
      video.play().catch(() => undefined);
    };
    plot.removeAllListeners?.('plotly_hover').removeAllListeners('plotly_click');
    plot.on('plotly_hover', (event) => choose(event, false));
    plot.on('plotly_click', (event) => choose(event, true));
  };

  function element(tag, css) {
    const node = document.createElement(tag);
    node.style.cssText = css;
    return node;
  }
})();
