import { dirname, join } from 'node:path';
import { UserError } from '../../errors';
import { lookAt } from '../../files/folder';
import type { Layout } from './layout';
import { namesIn } from './places';

const mostNamed = 6;

/**
 * Checks that a folder is the one in which a data set was unpacked.
 *
 * @throws UserError that says what was expected and what was found, and names the right folder if it is near
 */
export function requireLayout(layout: Layout, root: string, folder: string): void {
  const lacking = layout.lacks(folder);
  if (lacking !== null) throw wrongRoot(layout, root, folder, `there is no ${lacking} in it`);
}

/**
 * Checks that one of a data set's lists exists.
 *
 * @throws UserError that names it
 */
export function requireList(layout: Layout, path: string): void {
  if (lookAt(path) !== null) return;
  throw new UserError(
    `${layout.title} is incomplete, because there is no ${path}: unpack its lists again; all of them are needed.`,
  );
}

/** Message for a folder that does not hold the data set. */
export function wrongRoot(layout: Layout, root: string, folder: string, reason: string): UserError {
  const near = nearby(layout, folder);
  const wayOut = near ? `it seems to be ${near}: give that folder` : 'give the folder in which these lie';
  return unfitting(layout, root, `${reason} (it ${there(folder)})`, wayOut);
}

/** Message for a folder that holds the lists of a data set but none of its clips. */
export function noClips(layout: Layout, root: string, folder: string, reason: string): UserError {
  // If the user gives the folder of the lists, the one above is meant.
  const above = aboveOf(folder).find((path) => layout.lacks(path) === null);
  const wayOut = above ? `it seems to be ${above}: give that folder` : 'unpack its clips there too';
  return unfitting(layout, root, `${reason} (it ${there(folder)})`, wayOut);
}

function unfitting(layout: Layout, root: string, reason: string, wayOut: string): UserError {
  return new UserError(
    `${root} is not the folder of ${layout.title}: ${reason}; expected: ${layout.expected}; ${wayOut}.`,
  );
}

function there(folder: string): string {
  const names = namesIn(folder);
  if (names.length === 0) return 'is empty';
  return `holds ${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ', ...' : ''}`;
}

/** A folder above or below with the layout. */
function nearby(layout: Layout, folder: string): string | null {
  const below = foldersIn(folder);
  const further = below.flatMap(foldersIn);
  const candidates = [...aboveOf(folder), ...below, ...further].filter((path) => path !== folder);
  return candidates.find((path) => layout.lacks(path) === null) ?? null;
}

function aboveOf(folder: string): string[] {
  return [dirname(folder), dirname(dirname(folder))];
}

/** Largest number of folders searched, since a folder of clips may hold hundreds of thousands of names. */
const mostSearched = 500;

function foldersIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => !/\.\w{2,4}$/.test(name))
    .slice(0, mostSearched)
    .map((name) => join(folder, name));
}
