/** Why a text is refused before it is parsed, as the end of a sentence. */
export class JsonOutlineError extends Error {}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Walks over JSON text once, taking no memory for its values: how deeply is it nested, and which keys has its
 * outermost object? The keys come as they stand in the text, in quotes, with repetitions.
 *
 * @throws JsonOutlineError where it is nested more deeply than `maxDepth`
 */
export function outlineKeys(text: string, maxDepth: number): string[] {
  const keys: string[] = [];
  let depth = 0;
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    switch (code) {
      case quote: {
        const end = endOfString(text, at);
        if (depth === 1 && expectsKey) keys.push(JSON.stringify(JSON.parse(text.slice(at, end + 1))));
        expectsKey = false;
        at = end;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > maxDepth) throw new JsonOutlineError('its header is nested too deeply');
        expectsKey = code === 0x7b;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x2c: // ,
        expectsKey = true;
        break;
    }
  }
  return keys;
}

/** Place of the quote that ends the string beginning at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
