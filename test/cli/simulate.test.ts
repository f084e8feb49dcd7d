import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { after, before, describe, it } from 'mocha';
import type { Fleet } from '../../cli/fleet';
import { FLEET, NODE } from './small-fleet';

describe('xenfleet simulate', function () {
  this.timeout(30_000);
  let folder = '';
  let file = '';
  let bundle = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'xenfleet-'));
    file = join(folder, 'fleet.json');
    bundle = join(folder, 'xenfleet.cjs');
    buildSync({ entryPoints: [join(__dirname, '../../cli/main.ts')], bundle: true, platform: 'node', outfile: bundle });
    writeFileSync(file, JSON.stringify(FLEET));
  });
  after(() => rmSync(folder, { recursive: true }));

  function written(name: string, fleet: object): string {
    writeFileSync(join(folder, name), JSON.stringify(fleet));
    return join(folder, name);
  }

  function xenfleet(...args: string[]): { code: number | null; out: string; err: string } {
    const run = spawnSync(process.execPath, [bundle, 'simulate', ...args], { encoding: 'utf8' });
    return { code: run.status, out: run.stdout, err: run.stderr };
  }

  it('places what fits, keeps unknown fields, and gives reasons for the rest', () => {
    const out = join(folder, 'out.json');
    const { code } = xenfleet('place', '--fleet', file, '--out', out);
    const result = JSON.parse(readFileSync(out, 'utf8')) as Fleet & {
      format: string;
      refused: { vm: string; reason: string }[];
      stats: { cpuMs: number };
    };
    assert.equal(code, 0);
    assert.deepEqual(
      result.vms.map(({ node }) => node),
      ['h1', 'h1', 'h2', null],
    );
    assert.equal(result.format, FLEET.format);
    assert.deepEqual(
      result.refused.map(({ vm }) => vm),
      ['d'],
    );
    assert.match(
      result.refused[0]?.reason ?? '',
      /^0 of 2 hosts fit: memory 1 \(h1 nearest, 30720 MiB short\); anti-affinity 2/,
    );
    assert.ok(result.stats.cpuMs > 0);
  });

  it('evacuates, as JSON on standard output', () => {
    const { code, out } = xenfleet('evacuate', '--fleet', file, '--hosts', 'h1', '-o', 'json');
    const result = JSON.parse(out) as { moves: unknown[]; refused: unknown[] };
    assert.equal(code, 0);
    assert.deepEqual(result.moves, [
      { vm: 'a', from: 'h1', to: 'h2' },
      { vm: 'b', from: 'h1', to: 'h2' },
    ]);
    assert.deepEqual(result.refused, []);
  });

  it('answers from manifests what would happen if they were applied', () => {
    const manifests = join(folder, 'manifests.yaml');
    const status =
      'status: {memory: {totalMiB: 65536}, dom0: {memoryMiB: 4096, vcpus: 2}, cpus: 16, xen: {guestTypes: [pvh]}}';
    writeFileSync(
      manifests,
      `
kind: List
items:
  - {kind: XenHost, metadata: {name: h1}, spec: {}, status: {conditions: [{type: Ready, status: "True"}]}}
  - {kind: XenAgent, metadata: {name: h1, namespace: xenhost-h1}, spec: {}, ${status}}
---
kind: XenVM
metadata: {name: web, namespace: acme}
spec: {type: pvh, resources: {vcpus: 2, memory: 8Gi}}
---
kind: XenVM
metadata: {name: large, namespace: acme}
spec: {type: pvh, resources: {vcpus: 2, memory: 60Gi}}
`,
    );
    const { code, out, err } = xenfleet('place', '-f', manifests, '--offline', '-o', 'json');
    assert.equal(code, 0, err);
    const result = JSON.parse(out) as { placed: unknown[]; refused: { vm: string; reason: string }[] };
    assert.deepEqual(result.placed, [{ vm: 'acme/web', host: 'h1' }]);
    assert.equal(result.refused[0]?.vm, 'acme/large');
    assert.match(result.refused[0]?.reason ?? '', /memory 1 \(h1 nearest, \d+ MiB short\)/);
  });

  it('says of a pending VM what would help', () => {
    const { code, out } = xenfleet('explain', '--fleet', file, '--vm', 'd');
    assert.equal(code, 0);
    assert.match(out, /^d fits: best on h2|^d: 0 of 2 hosts fit/);
  });

  it('says so where a wanted score was not reached', () => {
    // One VM on two hosts: as uneven on the one as on the other.
    const odd = written('odd-one.json', { ...FLEET, vms: FLEET.vms.slice(0, 1) });
    const wanted = (score: string): string => xenfleet('rebalance', '--fleet', odd, '--until-score', score).out;
    assert.match(wanted('0'), /^score wanted +0, not reached$/m);
    assert.doesNotMatch(wanted('9'), /not reached/);
  });

  it('moves a VM once, however often its host is named', () => {
    const { code, out } = xenfleet('evacuate', '--fleet', file, '--hosts', 'h1, h1,', '-o', 'json');
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as { moves: unknown[] }).moves.length, 2);
  });

  it('has an answer for fleets without hosts, without VMs, and with no host online', () => {
    const { nodes, vms } = FLEET;
    const offline = nodes.map((node) => ({ ...node, offline: true }));
    const fleets: [object, RegExp][] = [
      [{ ...FLEET, nodes: [], vms: vms.map((vm) => ({ ...vm, node: null })) }, /there are no hosts/],
      [{ ...FLEET, vms: [] }, /^placed +0$/m],
      [{ ...FLEET, nodes: offline }, /not ready 2 \(offline\)/],
    ];
    for (const [fleet, expected] of fleets) {
      const { code, out, err } = xenfleet('place', '--fleet', written('odd.json', fleet));
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, expected);
    }
  });

  it('exits with 2 and names the option where the command line is wrong', () => {
    const many = Array.from({ length: 257 }, (_, index) => ({ name: `h${index}`, ...NODE }));
    const two = written('two.json', { policy: { vcpuRatio: 4, hostFailuresToTolerate: 2 }, nodes: many, vms: [] });
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"nodes": [');
    const cases: [string[], RegExp][] = [
      [['rebalance', '--fleet', two], /policy\.hostFailuresToTolerate: is 2, .* up to 256 nodes; set it to 0 or 1/],
      [['place', '--fleet', broken], /--fleet: .*broken\.json is not JSON \(.*\); give a fleet file/],
      [
        ['place', '--fleet', file, '--out', join(folder, 'none/out.json')],
        /--out: cannot write .* \(ENOENT\); give a path/,
      ],
      [['place', '--fleet', file, '--frob'], /unknown option '--frob'/],
      [['evacuate', '--fleet', file, '--hosts', ','], /--hosts: "," names no node; give one or more/],
      [['rebalance', '--fleet', file, '--until-score', 'abc'], /--until-score.*'abc' is invalid/],
      [['rebalance', '--fleet', file, '--prefer', 'hosts'], /--prefer.*choices are moves, bytes/],
      [['place', '--offline'], /--offline: give the objects with -f/],
      [['place', '--kubeconfig', join(folder, 'none')], /cannot read the cluster: .*set KUBECONFIG/],
      [['place', '-f', join(folder, 'none.yaml'), '--offline'], /-f: cannot read/],
      [['place', '--fleet', join(folder, 'none.json')], /--fleet: cannot read/],
      [['evacuate', '--fleet', file, '--hosts', 'h9'], /--hosts: there is no node "h9"/],
      [['rebalance', '--fleet', file, '--min-gain', 'much'], /--min-gain/],
      [['explain', '--fleet', file, '--vm', 'z'], /--vm: there is no VM "z"/],
    ];
    for (const [args, expected] of cases) {
      const { code, err } = xenfleet(...args);
      assert.equal(code, 2, err);
      assert.match(err, expected);
      assert.equal(err.trim().split('\n').length, 1);
    }
  });
});
