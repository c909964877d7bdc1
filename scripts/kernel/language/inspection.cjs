'use strict';

/** A longer signature gets one line per parameter. */
const lineWidth = 90;

/**
 * Information about the name at the cursor and, inside the parentheses of a call, about the function called.
 *
 * @param {0 | 1} detailLevel with 1 all overloads of a function are listed, not only the matching one
 * @returns the content of an `inspect_reply`
 */
function inspect(cell, detailLevel = 0) {
  const sections = [nameSection(cell), ...signatureSections(cell, detailLevel)].filter(
    (section) => section !== null,
  );
  if (sections.length === 0) return { status: 'ok', found: false, data: {}, metadata: {} };
  return {
    status: 'ok',
    found: true,
    data: {
      'text/markdown': sections.map(markdownOf).join('\n\n---\n\n'),
      'text/plain': sections.map(plainOf).join('\n\n'),
    },
    metadata: {},
  };
}

/** The name that the cursor touches, including one that ends at it. */
function nameSection({ service, path, source, position }) {
  const touched = [position, position - 1].find((at) => /[\p{ID_Continue}$]/u.test(source.text[at] ?? ''));
  const info = touched === undefined ? undefined : service.getQuickInfoAtPosition(path, touched);
  if (!info) return null;
  const tags = info.tags ?? [];
  return {
    // For an import TypeScript also says that it is one, and repeats its name.
    code: textOf(info.displayParts)
      .replace(/^\(alias\) /, '')
      .replace(/\n(import|export) \S+$/, ''),
    documentation: textOf(info.documentation),
    parameters: tags
      .filter(({ name }) => name === 'param')
      .map(({ text }) => ({
        name: text?.find(({ kind }) => kind === 'parameterName')?.text ?? '',
        documentation: textOf(text?.filter(({ kind }) => kind !== 'parameterName' && kind !== 'space')),
        isActive: false,
      })),
    tags: tags.filter(isShown),
  };
}

function signatureSections({ service, path, position }, detailLevel) {
  const help = service.getSignatureHelpItems(path, position, undefined);
  if (!help) return [];
  const { items, selectedItemIndex, argumentIndex } = help;
  const shown = detailLevel > 0 ? items : [items[selectedItemIndex]];
  const sections = shown.map((item) => signatureSection(item, argumentIndex));
  const more = items.length - shown.length;
  if (more > 0) sections[0].note = `and ${more} more ${more === 1 ? 'overload' : 'overloads'}`;
  return sections;
}

function signatureSection(item, argumentIndex) {
  const { parameters, isVariadic } = item;
  const active = isVariadic ? Math.min(argumentIndex, parameters.length - 1) : argumentIndex;
  return {
    code: markedSignature(item, active),
    documentation: textOf(item.documentation),
    parameters: parameters.map(({ name, documentation }, i) => ({
      name,
      documentation: textOf(documentation),
      isActive: i === active,
    })),
    tags: item.tags.filter(isShown),
  };
}

/** The signature with the name of the parameter at the cursor underlined. */
function markedSignature(item, active) {
  const [opening, closing, separator] = [
    item.prefixDisplayParts,
    item.suffixDisplayParts,
    item.separatorDisplayParts,
  ].map(textOf);
  const texts = item.parameters.map(({ displayParts }) => textOf(displayParts));
  const line = `${opening}${texts.join(separator)}${closing}`;
  const underline = (start) => `${' '.repeat(start)}${'^'.repeat(item.parameters[active].name.length)}`;
  if (line.length <= lineWidth) {
    if (active >= texts.length) return line;
    const before = texts.slice(0, active).map((text) => text + separator);
    return `${line}\n${underline(opening.length + before.join('').length)}`;
  }
  const lines = texts.flatMap((text, i) => [`  ${text},`, ...(i === active ? [underline(2)] : [])]);
  return [opening, ...lines, closing].join('\n');
}

/** Parameters are shown separately; `doc` is a tfjs tag for its own pages. */
function isShown({ name }) {
  return name !== 'param' && name !== 'doc';
}

function markdownOf({ code, documentation, parameters, tags, note }) {
  const told = parameters.filter((parameter) => parameter.documentation !== '' || parameter.isActive);
  return [
    `\`\`\`typescript\n${code}\n\`\`\``,
    documentation,
    told
      .map(({ name, documentation: text, isActive }) => {
        const term = isActive ? `**\`${name}\`**` : `\`${name}\``;
        return `- ${term}${text === '' ? '' : `: ${described(text).replaceAll('\n', '\n  ')}`}`;
      })
      .join('\n'),
    tags.map((tag) => `*${tag.name}* ${textOf(tag.text)}`.trimEnd()).join('\n\n'),
    note ? `*${note}*` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function plainOf({ code, documentation, parameters, tags, note }) {
  return [
    code,
    documentation,
    parameters
      .filter((parameter) => parameter.documentation !== '')
      .map(
        ({ name, documentation: text, isActive }) => `${isActive ? '> ' : '  '}${name}: ${described(text)}`,
      )
      .join('\n'),
    tags.map(({ name, text }) => `@${name} ${textOf(text)}`.trimEnd()).join('\n'),
    note ?? '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Some authors write a colon or a dash between a parameter and its description. */
function described(text) {
  return text.trim().replace(/^[:-]\s*/, '');
}

/** Links such as `{@link configure}` are replaced by the name of their target. */
function textOf(parts = []) {
  return (parts ?? [])
    .filter(({ kind, text }) => kind !== 'link' || !/^\{@|\}$/.test(text))
    .map(({ kind, text }) => (kind.startsWith('link') ? text.trim() : text))
    .join('');
}

module.exports = { inspect };
