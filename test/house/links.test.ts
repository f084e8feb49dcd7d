/** What a page points at is there: links, anchors, and the paths that it names. */
import { deepEqual } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import { anchorsIn, expanded, linksIn, pathsIn } from './markdown';

const ROOT = join(__dirname, '../..');
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.local']);

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return NOT_OURS.has(entry.name) ? [] : filesIn(path);
  });
}

const FILES = filesIn('');
const FOLDERS = [...new Set(FILES.filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? ''))];
const PAGES = FILES.filter((file) => file.endsWith('.md'));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Undefined if the link leads somewhere. */
function brokenLink(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return `${page}: ${target}: there is no ${file}`;
  if (anchor === undefined || anchor === '') return undefined;
  if (statSync(join(ROOT, file)).isDirectory()) return `${page}: ${target}: a folder has no anchors`;
  return anchorsIn(read(file)).has(anchor) ? undefined : `${page}: ${target}: ${file} has no heading of that id`;
}

/** What is made, here or on a Dom0, and is in no copy of the sources. */
const MADE = /^(dist|\.local|node_modules)\//;

/**
 * From the root, from the page's own folder, or by its end within a folder that the page speaks of.
 */
function isThere(page: string, path: string): boolean {
  const near = normalize(join(dirname(page), path));
  if ([path, near].some((one) => !one.startsWith('..') && existsSync(join(ROOT, one)))) return true;
  if (path.includes('*')) return FILES.some((file) => [path, near, `**/${path}`].some((one) => matchesGlob(file, one)));
  const isWhole = FOLDERS.some((folder) => path.startsWith(`${folder}/`));
  return !isWhole && FILES.some((file) => file.endsWith(`/${path}`));
}

describe('every page', () => {
  it('links only to what is there', () =>
    deepEqual(
      PAGES.flatMap((page) => linksIn(read(page)).flatMap((target) => brokenLink(page, target) ?? [])),
      [],
    ));

  it('names only paths that are there', () =>
    deepEqual(
      PAGES.flatMap((page) =>
        pathsIn(read(page), FOLDERS)
          .filter((path) => !MADE.test(path) && !isThere(page, path))
          .map((path) => `${page}: ${path}`),
      ),
      [],
    ));
});

describe('what a page points at', () => {
  it('is found in text, and not in code', () => {
    const text =
      '[a](b.md#c) `[no](x.md)` ![i](p.png)\n\n    [no](y.md)\n\n```sh\n[no](z.md)\n```\n[d]: e.md\n[w](https://x.y)';
    deepEqual(linksIn(text), ['b.md#c', 'p.png', 'e.md']);
  });

  it('has the ids of its headings, the second of one name with a number', () =>
    deepEqual(
      [...anchorsIn('# A `b` (c)!\n## Twice\n## Twice\n```\n# no\n```\n<a id="own"></a>')],
      ['a-b-c', 'twice', 'twice-1', 'own'],
    ));

  it('is a path where it looks like one of ours', () => {
    const text = 'see `plan.ts`, docs/a.md, `x y.ts`, /docs/no.md and test/{a,b}.test.ts.';
    deepEqual(pathsIn(text, ['docs', 'test']), ['plan.ts', 'docs/a.md', 'test/a.test.ts', 'test/b.test.ts']);
    deepEqual(expanded('a/{b,c}/{d,e}'), ['a/b/d', 'a/b/e', 'a/c/d', 'a/c/e']);
  });
});
