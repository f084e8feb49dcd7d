/**
 * The house rules that a compiler does not know: imports only go down, and the pure floors stay
 * pure.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { circles } from './circles';
import { files, importsOf, impurities, ROOT } from './sources';

const ROOMS = ['crds', 'common', 'scheduler', 'operator', 'agents', 'cli'];

/**
 * Room → what it may import, as path prefixes; its own room is always allowed. The longest room
 * that matches a file counts.
 */
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

const inRoom = (path: string, room: string): boolean =>
  path === room || path.startsWith(`${room}/`) || path.startsWith(`${room}.`);

function longest(path: string, rooms: readonly string[]): string | undefined {
  return rooms.filter((room) => inRoom(path, room)).sort((a, b) => b.length - a.length)[0];
}

/**
 * Circles that are known and wait to be opened, as `a.ts → b.ts → a.ts`. Each needs a reason here;
 * best is none.
 */
const KNOWN_CIRCLES: readonly string[] = [];

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

/**
 * `common` allows common/names, not common/kube: that is a room of its own, to be allowed by name.
 */
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
