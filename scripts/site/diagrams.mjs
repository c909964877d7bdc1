import { renderMermaidSVG } from 'beautiful-mermaid';

/** A Mermaid diagram as SVG in the page's colours. What it shows is also its label. */
export function diagramHtml(code) {
  const svg = renderMermaidSVG(code, {
    ...{ bg: 'var(--ground)', fg: 'var(--text)', accent: 'var(--link)', transparent: true },
    font: 'inherit',
  });
  const ours = svg.replace(/@import[^;]*;/g, '');
  return `<pre class="diagram" role="img" aria-label="${inWords(code)}">${ours}</pre>`;
}

/** `a["x, y"] --> b --> c` as "Diagram: x, y to b to c." */
function inWords(code) {
  const [, ...lines] = code.trim().split('\n');
  const labels = new Map();
  const named = lines.map((line) =>
    line.trim().replace(/(\w+)\["?([^"\]]*)"?\]/g, (_, id, label) => {
      labels.set(id, label);
      return id;
    }),
  );
  const words = named.map((line) =>
    line
      .split(/\s*-+>\s*/)
      .map((id) => labels.get(id) ?? id)
      .join(' to '),
  );
  return `Diagram: ${words.join('; ')}.`
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;');
}
