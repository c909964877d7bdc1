/* global window */
/*
 * Figures are made for a white ground. On a dark page each of their colours gives way to a lighter partner; both are
 * legible as text on their ground (contrast of at least 4.5 to 1).
 */
(() => {
  const partners = {
    '#ffffff': '#111111', // the ground, and text on bars
    '#4d5865': '#c3cad3',
    '#1f6fb8': '#5aa9ee',
    '#b2540f': '#ec8b45',
    '#7350c6': '#ab95ea',
    '#0e7580': '#3fb9c4',
    '#1b7a4b': '#45bf83',
    '#c02f57': '#f07a98',
    '#846504': '#d3aa2c',
    '#9a4aa3': '#cf8bd6',
    '#4a7423': '#86bb50',
    '#3f55a5': '#8fa2ea',
    'rgba(0, 0, 0, 0.32)': 'rgba(255, 255, 255, 0.4)',
  };

  /** What is in a figure, for a dark page: a copy. Colours may end in two digits of opacity. */
  window.xkdOnDarkPage = (value) => {
    if (typeof value === 'string') return onDark(value);
    if (Array.isArray(value)) return value.map(window.xkdOnDarkPage);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, window.xkdOnDarkPage(inner)]),
    );
  };

  function onDark(text) {
    if (text.length > 32) return text;
    const known = partners[text];
    if (known !== undefined) return known;
    const opaque = text.length === 9 ? partners[text.slice(0, 7)] : undefined;
    return opaque === undefined ? text : `${opaque}${text.slice(7)}`;
  }
})();
