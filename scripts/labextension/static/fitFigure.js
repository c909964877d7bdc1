/* global structuredClone, window */
/*
 * Figures are laid out for a page of about 900 pixels. Where there is less room, legends go below, panels that stand side
 * by side go below each other, long texts are broken into lines, and pictures shrink in proportion.
 */
(() => {
  const narrowPixels = 600;
  /** Of the tool bar in the upper right corner. */
  const toolBarPixels = 110;
  /** Between panels below each other: numbers and title of an axis, and the heading of the next panel. */
  const panelGapPixels = 84;
  const linePixels = 17;
  /** A table or a diagram is not legible below this width: the page scrolls to it. */
  const narrowestDiagram = 374;
  /** Of the numbers and the title of an axis. */
  const labelPixels = 68;

  /** Whether a figure looks different at this width. */
  window.xkdIsFitted = ({ layout }, width) => width < narrowPixels || (layout.width ?? 0) > width;

  /** A copy of the figure that fits into so many pixels; the figure itself where it does. */
  window.xkdFitFigure = (figure, width) => {
    if (!(width > 0) || !window.xkdIsFitted(figure, width)) return figure;
    const layout = structuredClone(figure.layout);
    layout.height ??= 360;
    layout.margin = { l: 56, r: 16, t: 44, b: 44, ...layout.margin };
    if (layout.width > width) shrink(layout, width);
    if (width < narrowPixels) {
      if (layout.meta?.clips) layout.margin.r = 8;
      stackPanels(layout);
      breakTexts(layout, width);
      roomForLabels(layout, width);
      const data = legendBelow(figure.data, layout, width);
      placeMenus(layout, width);
      return { ...figure, data, layout };
    }
    return { ...figure, layout };
  };

  /** A figure of a fixed width: pictures keep their proportions, texts of a diagram become smaller. */
  function shrink(layout, width) {
    const { l, r } = layout.margin;
    let to = width;
    if (layout.images?.length) {
      resizeAxes(layout, (axesHeight(layout) * (width - l - r)) / (layout.width - l - r));
    } else {
      to = Math.max(width, Math.min(layout.width, narrowestDiagram));
      for (const text of drawnTexts(layout)) {
        const size = text.font?.size ?? layout.font?.size ?? 12;
        text.font = { ...text.font, size: Math.max(8.5, size * Math.max(0.7, to / layout.width)) };
      }
    }
    layout.width = to;
  }

  /** Of the figure, and those that its buttons put there. */
  function drawnTexts({ annotations = [], updatemenus = [] }) {
    const others = updatemenus.flatMap(({ buttons }) =>
      buttons.map(({ args }) => args[1]?.annotations ?? []),
    );
    return [...annotations, ...others.flat()];
  }

  /** Panels that share the whole height go below each other. */
  function stackPanels(layout) {
    const panels = Object.keys(layout)
      .filter((key) => /^xaxis\d*$/.test(key) && layout[key].domain)
      .map((key) => ({ x: layout[key], y: layout[`yaxis${key.slice(5)}`] }));
    if (panels.length < 2 || panels.some(({ x, y }) => !y || y.domain || x.domain[1] - x.domain[0] > 0.8))
      return;
    const before = axesHeight(layout);
    const each = Math.max(140, Math.min(before, 0.85 * before));
    const after = panels.length * each + (panels.length - 1) * panelGapPixels;
    resizeAxes(layout, after);
    panels.forEach(({ x, y }, row) => {
      const top = 1 - (row * (each + panelGapPixels)) / after;
      x.domain = [0, 1];
      y.domain = [Math.max(0, top - each / after), top];
      const [{ y: first }] = panels;
      // What stood once at the left end is now needed in each row.
      y.title ??= first.title;
      if (y.showticklabels === false && first.showticklabels !== false) {
        y.showticklabels = true;
        if (first.ticktext) Object.assign(y, { tickvals: first.tickvals, ticktext: first.ticktext });
      }
    });
  }

  function breakTexts(layout, width) {
    const { title } = layout;
    if (title?.text) {
      const lines = broken(title.text, (width - toolBarPixels) / 7.6);
      // Plotly sets the first of several lines higher than a single one.
      const pad = { t: lines.added > 0 ? 26 : (title.pad?.t ?? 0) };
      layout.title = { ...title, text: lines.text, xref: 'container', x: 8 / width, pad };
      growTop(layout, lines.added * 19);
    }
    const across = width - layout.margin.l - layout.margin.r;
    for (const key of Object.keys(layout)) {
      const axis = layout[key];
      if (!/^[xy]axis\d*$/.test(key) || !axis?.title?.text) continue;
      const [from, to] = axis.domain ?? [0, 1];
      const pixels = (to - from) * (key.startsWith('x') ? across : axesHeight(layout));
      const lines = broken(axis.title.text, pixels / 6.6);
      axis.title = { ...axis.title, text: lines.text };
      layout.height += lines.added * (key.startsWith('x') ? linePixels : 0);
    }
    for (const text of layout.annotations ?? []) {
      if (!String(text.xref).endsWith(' domain')) continue;
      const lines = broken(text.text, across / 6.4);
      text.text = lines.text;
      growTop(layout, lines.added * linePixels);
    }
  }

  /** Names of rows are broken, and rows made as high as their names; axes keep clear of what is to their left. */
  function roomForLabels(layout, width) {
    const across = width - layout.margin.l - layout.margin.r;
    const xAxes = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key));
    for (const key of Object.keys(layout)) {
      const axis = layout[key];
      if (!/^yaxis\d*$/.test(key) || !axis?.ticktext) continue;
      const names = axis.ticktext.map((name) => broken(name, (0.4 * width) / 6.4));
      const lines = 1 + Math.max(...names.map(({ added }) => added));
      axis.ticktext = names.map(({ text }) => text);
      const [from, to] = axis.domain ?? [0, 1];
      const rowPixels = ((to - from) * axesHeight(layout)) / names.length;
      if (lines > 1 && rowPixels < lines * 15)
        resizeAxes(layout, (axesHeight(layout) * lines * 15) / rowPixels);
    }
    for (const key of xAxes) {
      const axis = layout[key];
      const ends = xAxes.map((other) => layout[other].domain?.[1] ?? 1);
      const before = Math.max(0, ...ends.filter((end) => end < (axis.domain?.[0] ?? 0)));
      const least = before + labelPixels / across;
      if (before > 0 && axis.domain[0] < least && least < 0.6) axis.domain = [least, axis.domain[1]];
    }
  }

  function legendBelow(data, layout, width) {
    const isNamed = ({ name, showlegend, visible }) => name && showlegend !== false && visible !== false;
    const named = data.filter(isNamed);
    if (!(layout.showlegend ?? named.length > 1)) return data;
    const names = named.map(({ name }) => broken(name, (width - 60) / 6.2));
    const widest = Math.max(...names.map(({ text }) => longestLine(text))) * 6.4 + 52;
    const columns = Math.max(1, Math.floor(width / widest));
    const added = names.reduce((sum, each) => sum + each.added, 0);
    const rows = Math.ceil(named.length / columns) + added;
    const pixels = rows * 20 + (layout.sliders?.length ? 24 : 8);
    const { legend = {} } = layout;
    // Room that it had below the axes is free now.
    const free = legend.y < 0 ? Math.max(0, layout.margin.b - 56) : 0;
    layout.legend = { ...legend, orientation: 'h', x: 0, xanchor: 'left', yref: 'container', y: 0, yanchor: 'bottom', font: { size: 11 } }; // prettier-ignore
    layout.height += pixels - free;
    layout.margin.b += pixels - free;
    if (added === 0) return data;
    return data.map((trace) => (isNamed(trace) ? { ...trace, name: broken(trace.name, (width - 60) / 6.2).text } : trace)); // prettier-ignore
  }

  /** Buttons that are too many for a row become a list that opens; title, buttons and headings keep rows of their own. */
  function placeMenus(layout, width) {
    const menus = layout.updatemenus ?? [];
    if (menus.length === 0) return;
    for (const menu of menus) {
      const pixels = menu.buttons.reduce((sum, { label }) => sum + label.length * 6.6 + 26, 0);
      if (menu.type === 'buttons' && pixels > width - 120) Object.assign(menu, { type: 'dropdown', direction: 'down' }); // prettier-ignore
    }
    const isAbove = ({ y, yref }) => y >= 1 && /paper|domain/.test(yref);
    const heading = (layout.annotations ?? []).some(isAbove) ? 34 : 6;
    const title = layout.title?.text ? 18 + 19 * layout.title.text.split('<br>').length : 8;
    growTop(layout, Math.max(0, title + 36 + heading - layout.margin.t));
    for (const menu of menus) menu.y = 1 + heading / axesHeight(layout);
  }

  function growTop(layout, pixels) {
    layout.margin.t += pixels;
    layout.height += pixels;
  }

  function longestLine(text) {
    return Math.max(...text.split('<br>').map((line) => line.length));
  }

  function axesHeight({ height, margin }) {
    return height - margin.t - margin.b;
  }

  /** Changes the height of the axes; what stands beyond them keeps its distance in pixels. */
  function resizeAxes(layout, pixels) {
    const share = axesHeight(layout) / pixels;
    layout.height = Math.round(layout.height - axesHeight(layout) + pixels);
    const beyond = [
      ...(layout.sliders ?? []),
      ...(layout.updatemenus ?? []),
      ...(layout.legend ? [layout.legend] : []),
      ...(layout.annotations ?? []).filter(({ yref }) => yref === 'paper'),
    ];
    for (const item of beyond) {
      if (item.y < 0) item.y *= share;
      if (item.y > 1) item.y = 1 + (item.y - 1) * share;
    }
  }

  /** A text in lines of so many characters, broken between words, and how many lines were added. */
  function broken(text, characters) {
    if (text.replace(/<[^>]*>/g, '').length <= characters || /<br>/.test(text)) return { text, added: 0 };
    const lines = [''];
    for (const word of text.split(' ')) {
      const last = lines.length - 1;
      const longer = lines[last] ? `${lines[last]} ${word}` : word;
      if (longer.length <= characters || !lines[last]) lines[last] = longer;
      else lines.push(word);
    }
    return { text: lines.join('<br>'), added: lines.length - 1 };
  }
})();
