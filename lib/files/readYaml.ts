import { parseDocument } from 'yaml';
import { UserError } from '../errors';
import { readText } from './readText';

/**
 * Reads a file of YAML, or of JSON, which is YAML as well.
 *
 * @throws UserError if it cannot be read, or is neither
 */
export function readYaml(path: string): unknown {
  const document = parseDocument(readText(path));
  const problem = [...document.errors, ...document.warnings].at(0);
  if (problem === undefined) {
    try {
      return document.toJS() as unknown;
    } catch {
      throw new UserError(`"${path}" repeats its anchors too often: write the values out.`);
    }
  }
  if (problem.code === 'MULTIPLE_DOCS')
    throw new UserError(
      `"${path}" holds several documents of YAML; leave one, without a line "---" below it.`,
    );
  const [reason] = problem.message.split('\n');
  throw new UserError(`"${path}" is neither YAML nor JSON: ${reason.replace(/:$/, '')}.`);
}
