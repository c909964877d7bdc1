'use strict';

/** Jupyter's patterns support `*` and `?`. */
function matcher(pattern) {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
}

/**
 * Content of a `history_reply`. The history covers the lifetime of this kernel.
 *
 * @param history `[number, source]` of each cell that was run
 */
function searchHistory(
  history,
  { hist_access_type: access, n, start = 0, stop, pattern = '*', unique, output },
) {
  const number = ([of]) => of;
  let found = history;
  if (access === 'range') {
    found = history.filter((entry) => number(entry) >= start && (stop == null || number(entry) < stop));
  } else if (access === 'search') {
    const matches = matcher(pattern);
    found = history.filter(([, source]) => matches.test(source));
    if (unique) found = [...new Map(found.map(([of, source]) => [source, [of, source]])).values()];
  }
  if (access !== 'range' && n != null) found = found.slice(-n);
  return { status: 'ok', history: found.map(([of, source]) => [0, of, output ? [source, null] : source]) };
}

module.exports = { searchHistory };
