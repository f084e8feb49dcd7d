import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDir, ensureTools } from './build';
import type { ToolSet } from './build';
import { isNewEnough } from './go';
import { withLock } from './lock';

describe('building tools once', () => {
  let base: string;
  const cacheHome = process.env['XDG_CACHE_HOME'];

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'xen-fleet-build-'));
    process.env['XDG_CACHE_HOME'] = join(base, 'cache');
  });
  afterEach(() => {
    if (cacheHome === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = cacheHome;
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
