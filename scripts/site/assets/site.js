/* global document, localStorage, matchMedia, window */
/* Runs in each page: light or dark, the list of pages on narrow screens, and boxes that scroll by keyboard. */
(() => {
  const { documentElement: html } = document;
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
  const narrow = matchMedia('(max-width: 760px)');

  applyTheme(chosenTheme() ?? systemTheme());
  systemIsDark.addEventListener('change', () => {
    if (chosenTheme() === null) applyTheme(systemTheme());
  });

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    button.hidden = false;
    button.addEventListener('click', () => {
      const theme = html.dataset.theme === 'dark' ? 'light' : 'dark';
      keepTheme(theme);
      applyTheme(theme);
    });
    nameButton();
    document.getElementById('pages').open = !narrow.matches;
    narrow.addEventListener('change', () => (document.getElementById('pages').open = !narrow.matches));
    document.querySelector('.pages [aria-current]')?.scrollIntoView({ block: 'nearest' });
    reachScrollers();
    window.addEventListener('resize', reachScrollers);
    window.addEventListener('load', reachScrollers);
  });

  function applyTheme(theme) {
    if (html.dataset.theme === theme) return;
    html.dataset.theme = theme;
    nameButton();
    window.xkdDrawFigures?.();
  }

  /** The button says what it leads to. */
  function nameButton() {
    const button = document.getElementById('theme');
    if (button) button.textContent = html.dataset.theme === 'dark' ? 'Light' : 'Dark';
  }

  function systemTheme() {
    return systemIsDark.matches ? 'dark' : 'light';
  }

  /** Browsers may refuse storage to pages that are files. */
  function chosenTheme() {
    try {
      return localStorage.getItem('xkd-theme');
    } catch {
      return null;
    }
  }

  function keepTheme(theme) {
    try {
      localStorage.setItem('xkd-theme', theme);
    } catch {
      // Then it holds for this page.
    }
  }

  /** What is wider than its box can be reached, and so scrolled, by keyboard. */
  function reachScrollers() {
    for (const box of document.querySelectorAll('main pre, .scroll, .katex-display, .output_html div')) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls && !box.hasAttribute('tabindex')) box.setAttribute('tabindex', '0');
      if (!scrolls && box.getAttribute('tabindex') === '0') box.removeAttribute('tabindex');
    }
  }
})();
