/** Reason for rejecting a text before it is parsed, as the end of a sentence. */
export class JsonOutlineError extends Error {}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Scans JSON text once, without using memory for its values, to find the nesting depth and the keys of the
 * outermost object. The keys are returned as they appear in the text, in quotes, with repetitions.
 *
 * @throws JsonOutlineError if the nesting is deeper than `maxDepth`
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

/** Position of the quote that ends the string beginning at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
