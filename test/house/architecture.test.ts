/** The house rules that a compiler does not know: imports only go down, and the pure floors stay pure. */
import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const ROOMS = ['crds', 'common', 'scheduler', 'operator', 'agents', 'cli'];

/** Room → what it may import, as path prefixes; its own room is always allowed. The longest room that matches a file counts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  crds: [],
  common: ['crds'],
  'common/kube': ['crds', 'common'],
  scheduler: ['crds', 'common'],
  'operator/plan': ['crds', 'common', 'scheduler/index'],
  'operator/runtime': ['crds', 'common', 'common/kube'],
  'operator/adapters': ['crds', 'common', 'common/kube', 'operator/runtime', 'scheduler'],
  'operator/controllers': [
    'crds',
    'common',
    'common/kube',
    'operator/plan',
    'operator/runtime',
    'scheduler/index',
    'operator/adapters/types',
  ],
  'operator/operator': ['common', 'common/kube', 'operator'],
  'operator/main': ['common', 'common/kube', 'operator'],
  'agents/xl': ['crds', 'common'],
  'agents/reconcile': ['crds', 'common', 'agents/xl'],
  'agents/host': [],
  'agents/log': ['common/kube', 'agents/host'],
  'agents/storage': ['crds', 'common', 'agents/xl', 'agents/reconcile', 'agents/host'],
  'agents/dom0': ['crds', 'common', 'agents/xl', 'agents/reconcile', 'agents/host', 'agents/storage'],
  'agents/api': ['crds', 'common', 'common/kube'],
  'agents/status': [
    'crds',
    'common',
    'agents/xl',
    'agents/reconcile',
    'agents/storage',
    'agents/dom0',
    'agents/api',
    'agents/log',
  ],
  'agents/loop': [
    'crds',
    'common',
    'common/kube',
    'agents/xl',
    'agents/reconcile',
    'agents/host',
    'agents/dom0',
    'agents/storage',
    'agents/api',
    'agents/status',
    'agents/log',
  ],
  'agents/json-log': ['agents/log'],
  'agents/flags': ['agents/json-log', 'agents/dom0'],
  'agents/main': ['common', 'common/kube', 'agents'],
  agents: [],
  cli: ['crds', 'common', 'common/kube', 'operator/plan', 'scheduler/index'],
};
const PURE = ['crds', 'common', 'scheduler', 'operator/plan', 'agents/xl', 'agents/reconcile'];
const NOT_PURE = ['common/kube', 'crds/generate'];
/** Modules of Node that only compute. */
const HARMLESS = new Set(['node:crypto', 'node:util']);
/** Only these rooms may load these packages. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['operator/adapters'],
  'prom-client': ['operator/adapters'],
  ssh2: ['agents/host'],
};

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : files(path);
    return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : [];
  });
}

const inRoom = (path: string, room: string): boolean =>
  path === room || path.startsWith(`${room}/`) || path.startsWith(`${room}.`);

function longest(path: string, rooms: readonly string[]): string | undefined {
  return rooms.filter((room) => inRoom(path, room)).sort((a, b) => b.length - a.length)[0];
}

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (specifier && ts.isStringLiteral(specifier)) {
      const { text } = specifier;
      const target = text.startsWith('.') ? relative(ROOT, normalize(join(ROOT, dirname(file), text))) : text;
      found.push({ file, target: text.endsWith('/scheduler') && text.startsWith('.') ? `${target}/index` : target });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a pure floor must not say. Words in comments and texts do not count. */
function impurities(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AsyncKeyword) found.push(`${file}: async`);
    if (ts.isPropertyAccessExpression(node)) {
      const text = node.getText(source);
      if (/^(Date\.now|Math\.random|process\.\w+|performance\.now)$/.test(text)) found.push(`${file}: ${text}`);
    }
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && (node.arguments?.length ?? 0) === 0) {
      found.push(`${file}: new Date()`);
    }
    if (ts.isCallExpression(node) && /^(setTimeout|setInterval|fetch|require)$/.test(node.expression.getText(source))) {
      found.push(`${file}: ${node.expression.getText(source)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Circles that are known and wait to be opened, as `a.ts → b.ts → a.ts`. Each needs a reason here; best is none. */
const KNOWN_CIRCLES: readonly string[] = [];

/**
 * Every import circle once, the shortest way round, beginning with its first file by name. Imports of types count too:
 * two files that need each other's types cannot be read one after the other.
 */
function circles(imports: readonly Import[], all: readonly string[]): string[] {
  const known = new Set(all);
  const fileOf = (target: string): string | undefined =>
    [target, `${target}.ts`, `${target}/index.ts`].find((path) => known.has(path));
  const next = new Map<string, string[]>();
  for (const { file, target } of imports) {
    const path = fileOf(target);
    if (path !== undefined) next.set(file, [...(next.get(file) ?? []), path]);
  }
  return all.flatMap((start) => {
    const way = shortestWayBack(start, next);
    return way && start === [...way].sort()[0] ? [[...way, start].join(' → ')] : [];
  });
}

/** The files of the shortest circle through one, which comes first; undefined if there is none. */
function shortestWayBack(start: string, next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const file of next.get(way.at(-1) ?? '') ?? []) {
      if (file === start) return way;
      if (!seen.has(file)) ways.push([...way, file]);
      seen.add(file);
    }
  }
  return undefined;
}

describe('the house', () => {
  const all = ROOMS.flatMap(files);
  const imports = all.flatMap(importsOf);

  it('imports only go down', () => {
    const wrong = imports.filter(({ file, target }) => {
      const room = longest(file, Object.keys(MAY_IMPORT));
      if (!ROOMS.some((name) => inRoom(target, name)) || room === undefined) return false;
      if (longest(target, Object.keys(MAY_IMPORT)) === room) return false;
      return !(MAY_IMPORT[room] ?? []).some((allowed) => inRoom(target, allowed) && !isDeeper(target, allowed));
    });
    deepEqual(
      wrong.map(({ file, target }) => `${file} → ${target}`),
      [],
    );
  });

  it('imports run in no circle', () => {
    const found = circles(imports, all).filter((circle) => !KNOWN_CIRCLES.includes(circle));
    const remedy = 'Files import each other in a circle; move what both need into a file below them';
    equal(found.length, 0, `${remedy}:\n  ${found.join('\n  ')}`);
    deepEqual(
      KNOWN_CIRCLES.filter((circle) => !circles(imports, all).includes(circle)),
      [],
      'KNOWN_CIRCLES names circles that are open by now: take them out',
    );
  });

  it('a circle is found, whatever its length', () => {
    const lines = (...pairs: [string, string][]): Import[] => pairs.map(([file, target]) => ({ file, target }));
    const some = lines(['b.ts', 'a'], ['a.ts', 'c'], ['c.ts', 'b'], ['c.ts', 'd'], ['d.ts', 'd'], ['e.ts', 'a']);
    deepEqual(circles(some, ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts']), ['a.ts → c.ts → b.ts → a.ts', 'd.ts → d.ts']);
  });

  it('what a disk is in its pool, only the storage drivers know', () => {
    const others = files('agents').filter((file) => !/^agents\/storage\/|\.generated\.ts$/.test(file));
    deepEqual(
      others.filter((file) => /\.raw\b|format=raw/.test(readFileSync(join(ROOT, file), 'utf8'))),
      [],
    );
  });

  it('packages are loaded only where they belong', () => {
    const wrong = imports.filter(({ file, target }) => {
      const rooms = PACKAGES[target];
      return rooms !== undefined && !rooms.some((room) => inRoom(file, room));
    });
    deepEqual(wrong, []);
  });

  it('pure floors have no async, clock, chance, environment or I/O', () => {
    const pure = all.filter((file) => PURE.some((r) => inRoom(file, r)) && !NOT_PURE.some((r) => inRoom(file, r)));
    const modules = imports.filter(
      ({ file, target }) => pure.includes(file) && target.startsWith('node:') && !HARMLESS.has(target),
    );
    deepEqual([...pure.flatMap(impurities), ...modules.map(({ file, target }) => `${file}: ${target}`)], []);
  });
});

/** `common` allows common/names, not common/kube: that is a room of its own, to be allowed by name. */
function isDeeper(target: string, allowed: string): boolean {
  const room = longest(target, Object.keys(MAY_IMPORT));
  return (
    room !== undefined &&
    room !== allowed &&
    room.startsWith(`${allowed}/`) &&
    allowed !== 'operator' &&
    allowed !== 'agents'
  );
}
