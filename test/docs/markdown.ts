import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectPath } from 'xkd';

/** A Markdown file without its code blocks. */
export interface Document {
  /** Relative to the project folder. */
  readonly name: string;
  readonly text: string;
}

/** A link to a place in the project. */
export interface Link {
  readonly text: string;
  /** Absolute path of the target. */
  readonly file: string;
  /** Without `#`; empty if there is none. */
  readonly heading: string;
}

export function readDocument(name: string): Document {
  return { name, text: readFileSync(projectPath(name), 'utf8').replace(/^```[\s\S]*?^```/gm, '') };
}

/** Every document for users: those in the project folder, `docs` and `data`. */
export function userDocuments(): Document[] {
  return ['', 'docs', 'data'].flatMap((folder) =>
    readdirSync(projectPath(folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => readDocument(join(folder, name))),
  );
}

/** Links and pictures with targets in the project. */
export function linksOf({ name, text }: Document): Link[] {
  return [...text.matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)]
    .filter(([, , target]) => !/^[a-z]+:/.test(target))
    .map(([, label, target]) => {
      const [path, heading = ''] = target.split('#');
      const file = path === '' ? projectPath(name) : resolve(dirname(projectPath(name)), path);
      return { text: label, file, heading };
    });
}

/** Anchors of a document's headings, as GitHub creates them. */
export function headingNames({ text }: Document): string[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
}

/** A path as shown in messages. */
export function shortName(file: string): string {
  return relative(projectPath(), file);
}
