/* global document, location, MiniSearch, window */
/* Search: the index is loaded when the field is used for the first time. */
(() => {
  const mostResults = 12;
  const { root } = document.documentElement.dataset;
  let index;

  document.addEventListener('DOMContentLoaded', () => {
    const form = document.getElementById('search');
    const field = document.getElementById('words');
    const list = document.getElementById('found');
    const count = document.getElementById('found-count');
    form.hidden = false;

    field.addEventListener('focus', load, { once: true });
    field.addEventListener('input', show);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      await show();
      const first = list.querySelector('a');
      if (first) location.href = first.href;
    });
    document.addEventListener('keydown', (event) => {
      const inField = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key === '/' && !inField) {
        event.preventDefault();
        field.focus();
      }
    });
    form.addEventListener('keydown', move);
    document.addEventListener('click', ({ target }) => {
      if (!form.contains(target)) close();
    });

    async function show() {
      const search = await load();
      const words = field.value.trim();
      const results = words ? search.search(words).slice(0, mostResults) : [];
      list.replaceChildren(...results.map(item));
      list.hidden = results.length === 0;
      count.textContent = words
        ? `${results.length || 'No'} ${results.length === 1 ? 'result' : 'results'}`
        : '';
      count.className = words && results.length === 0 ? 'none' : 'spoken';
    }

    function item({ url, heading, page, start }) {
      const link = element('a', '');
      link.href = `${root}${url}`;
      link.append(element('b', heading), ` ${page}`, element('span', start));
      link.addEventListener('click', close);
      const row = element('li', '');
      row.append(link);
      return row;
    }

    /** Arrows go through the field and what was found, Escape back to the field. */
    function move(event) {
      const stops = [field, ...(list.hidden ? [] : list.querySelectorAll('a'))];
      const place = stops.indexOf(document.activeElement);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') {
        close();
        field.focus();
      } else if (step && stops[place + step]) {
        event.preventDefault();
        stops[place + step].focus();
      }
    }

    function close() {
      list.hidden = true;
      count.textContent = '';
      count.className = 'spoken';
    }
  });

  function load() {
    index ??= Promise.all(['minisearch.js', 'searchIndex.js'].map(script)).then(() =>
      MiniSearch.loadJSON(window.xkdSearchIndex, {
        fields: ['heading', 'page', 'text'],
        storeFields: ['url', 'heading', 'page', 'start'],
        searchOptions: {
          boost: { heading: 4, page: 1.5 },
          prefix: true,
          fuzzy: (word) => (word.length > 4 ? 0.2 : 0),
          combineWith: 'AND',
        },
      }),
    );
    index.catch(() => (index = undefined));
    return index;
  }

  function script(name) {
    return new Promise((resolve, reject) => {
      const tag = element('script', '');
      Object.assign(tag, { src: `${root}assets/${name}`, onload: resolve, onerror: reject });
      document.head.append(tag);
    });
  }

  function element(name, text) {
    const node = document.createElement(name);
    node.textContent = text;
    return node;
  }
})();
