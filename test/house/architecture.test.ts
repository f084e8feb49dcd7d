/** The house rules that a compiler does not know: imports only go down, and the pure floors stay pure. */
import { deepEqual } from 'node:assert/strict';
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
  'operator/main': ['common', 'common/kube', 'operator'],
  'agents/xl': ['crds', 'common'],
  'agents/reconcile': ['crds', 'common', 'agents/xl'],
  'agents/host': [],
  'agents/dom0': ['crds', 'common', 'agents/xl', 'agents/reconcile', 'agents/host'],
  'agents/api': ['crds', 'common', 'common/kube', 'agents/xl', 'agents/reconcile'],
  agents: ['crds', 'common', 'common/kube', 'agents'],
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
