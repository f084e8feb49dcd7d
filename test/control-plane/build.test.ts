import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDir, ensureTools } from './build';
import type { ToolSet } from './build';
import { findGo, isNewEnough } from './go';
import { withLock } from './lock';

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

describe('building tools once', () => {
  let base: string;
  const { XDG_CACHE_HOME, GOCACHE } = process.env;

  before(() => {
    // Go's own cache also lies under XDG_CACHE_HOME: keep the warm one.
    process.env['GOCACHE'] = execFileSync(findGo('test'), ['env', 'GOCACHE'], { encoding: 'utf8' }).trim();
  });
  after(() => restore('GOCACHE', GOCACHE));
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'xen-fleet-build-'));
    process.env['XDG_CACHE_HOME'] = join(base, 'cache');
  });
  afterEach(() => {
    restore('XDG_CACHE_HOME', XDG_CACHE_HOME);
    rmSync(base, { recursive: true, force: true });
  });

  function toolSet(source: string): ToolSet {
    const moduleDir = join(base, 'module');
    mkdirSync(moduleDir, { recursive: true });
    writeFileSync(join(moduleDir, 'go.mod'), 'module hello\n\ngo 1.25.0\n');
    writeFileSync(join(moduleDir, 'go.sum'), '');
    writeFileSync(join(moduleDir, 'main.go'), source);
    return { label: 'hello', moduleDir, ldflags: '-s -w', tools: [{ name: 'hello', package: '.' }] };
  }

  it('builds what is missing, for all who ask at once, and nothing the second time', async () => {
    const set = toolSet('package main\n\nfunc main() {}\n');
    const said: string[] = [];
    const dirs = await Promise.all([1, 2].map(() => ensureTools(set, (line) => said.push(line))));
    deepEqual(dirs, [cacheDir(set), cacheDir(set)]);
    equal(said.filter((line) => line.includes('built in')).length, 1);
    deepEqual(readdirSync(cacheDir(set)), ['hello']);
    said.length = 0;
    await ensureTools(set, (line) => said.push(line));
    deepEqual(said, []);
  });

  it('leaves only the log in the cache when a build fails, and says what Go said', async () => {
    const set = toolSet('package main\n\nfunc main() { undefinedName() }\n');
    await rejects(
      ensureTools(set, () => undefined),
      /building hello failed[^]*undefinedName/,
    );
    deepEqual(readdirSync(cacheDir(set)), ['hello.log']);
  });

  it('has another folder for other flags', () => {
    const set = toolSet('');
    ok(cacheDir(set) !== cacheDir({ ...set, ldflags: '' }));
  });
});

describe('which Go is new enough', () => {
  for (const [version, expected] of [
    ['go1.19.8', false],
    ['go1.24.13', false],
    ['go1.25.0', true],
    ['go1.26.8', true],
    ['go2.0', true],
    ['devel', false],
  ] as const) {
    it(`${version}: ${expected}`, () => equal(isNewEnough(version), expected));
  }
});

describe('where Go is missing or too old', () => {
  it('says what was found and what to do next', () => {
    const base = mkdtempSync(join(tmpdir(), 'xen-fleet-go-'));
    const old = join(base, 'go');
    writeFileSync(old, '#!/bin/sh\necho go1.19.8\n', { mode: 0o755 });
    try {
      throws(() => findGo('x', ['/nowhere/go']), /Go 1\.25 or newer is needed .* no go was found\.\n {2}Next: /);
      throws(() => findGo('x', ['/nowhere/go', old]), /is go1\.19\.8/);
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});

describe('the lock', () => {
  let base: string;
  beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'xen-fleet-lock-'))));
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('lets one in at a time, and the next one after a failure', async () => {
    const dir = join(base, 'lock');
    let inside = 0;
    const work = async (): Promise<void> => {
      equal(++inside, 1);
      await sleep(50);
      inside--;
      throw new Error('work failed');
    };
    const waitedFor: string[] = [];
    const ends = await Promise.allSettled([1, 2].map(() => withLock(dir, (pid) => waitedFor.push(pid), work)));
    for (const end of ends) match(String(end.status === 'rejected' && end.reason), /work failed/);
    deepEqual(waitedFor, [String(process.pid)]);
  });

  it('is taken from a holder that has died', async () => {
    const dir = join(base, 'lock');
    mkdirSync(dir);
    writeFileSync(join(dir, 'pid'), '4194304'); // above the largest pid there can be
    equal(
      await withLock(
        dir,
        () => undefined,
        () => Promise.resolve('in'),
      ),
      'in',
    );
  });
});
