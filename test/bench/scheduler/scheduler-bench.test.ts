import { deepEqual, equal } from 'node:assert/strict';
import { difference, writeCounters } from './counters';
import { inParallel } from './parallel';
import { ALONE, failures, figuresOf, OURS, PEER } from './result';
import type { Run } from './result';
import { podsOf, SCENES, violations, vmsOf, zoneOf } from './scenes';
import type { Scene } from './scenes';

const sceneNamed = (name: Scene['name']): Scene => SCENES.find((scene) => scene.name === name) ?? fail(name);
const fail = (name: string): never => {
  throw new Error(`no scene ${name}`);
};

describe('the bench beside kube-scheduler', () => {
  it('asks for the same sizes, groups and rules as pods and as VMs, the same for the same seed', () => {
    const batch = { scene: sceneNamed('antiAffinity'), count: 12, seed: 1, prefix: 'vm' };
    deepEqual(vmsOf(batch), vmsOf(batch));
    const [vm, pod] = [vmsOf(batch)[11], podsOf(batch)[11]];
    deepEqual(pod?.metadata.labels, { group: 'vm-1' });
    deepEqual(vm?.metadata.labels, pod?.metadata.labels);
    deepEqual(pod?.spec['affinity'], { podAntiAffinity: vm?.spec.placement?.antiAffinity });
    deepEqual(Object.keys(vmsOf({ ...batch, scene: sceneNamed('plain') })[0]?.spec ?? {}).includes('placement'), false);
  });

  it('sees a group that lies as its rule forbids', () => {
    const on = (...hosts: number[]) => hosts.map((index) => ({ group: 'a', host: `h${index}` }));
    const zone = (host: string): string => zoneOf(Number(host.slice(1)));
    const wrong = (name: Scene['name'], ...hosts: number[]): string[] =>
      violations(sceneNamed(name), on(...hosts), zone);
    deepEqual(wrong('plain', 1, 1), []);
    deepEqual(wrong('antiAffinity', 1, 2), []);
    deepEqual(wrong('antiAffinity', 1, 2, 1), ['2 of a in h1']);
    deepEqual(wrong('topologySpread', 1, 6, 2), []);
    deepEqual(wrong('topologySpread', 1, 6, 11), ['3 of a in z1']);
  });

  it('counts writes by verb, kind and code, and leaves out what is not of the work', () => {
    const line = (verb: string, resource: string, value: number, subresource = ''): string =>
      `apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="${resource}",scope="resource",subresource="${subresource}",verb="${verb}",version="v1"} ${value}`;
    const before = writeCounters([line('PATCH', 'xenvms', 5), line('PATCH', 'xenvms', 1, 'status')].join('\n'));
    const after = writeCounters(
      [
        line('PATCH', 'xenvms', 7),
        line('PATCH', 'xenvms', 5, 'status'),
        line('LIST', 'xenvms', 9),
        line('PATCH', 'leases', 9),
      ].join('\n'),
    );
    deepEqual(difference(before, after), { 'PATCH xenvms/status 200': 4, 'PATCH xenvms 200': 2 });
  });

  it('has so many under way at a time, and does each once', async () => {
    let under = 0;
    let most = 0;
    const done: number[] = [];
    await inParallel([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
      most = Math.max(most, (under += 1));
      await new Promise(setImmediate);
      under -= 1;
      done.push(item);
    });
    equal(most, 3);
    deepEqual(done, [0, 1, 2, 3, 4, 5, 6]);
  });

  it('takes ratios within a round, and fails below the floors only', () => {
    const run = (scene: string, contender: string, round: number, perSecond: number): Run => ({
      scene,
      contender,
      round,
      perSecond,
      writes: {},
      cpuMs: {},
    });
    const scene = (name: string, ...rounds: [peer: number, ours: number, alone: number][]): Run[] =>
      rounds.flatMap(([peer, ours, alone], index) => [
        run(name, PEER, index, peer),
        run(name, OURS, index, ours),
        run(name, ALONE, index, alone),
      ]);
    const runs = [...scene('plain', [400, 200, 200], [200, 90, 100], [100, 40, 50]), ...scene('hard', [300, 200, 210])];
    const [plain, hard] = figuresOf(runs);
    equal(plain?.oursToAlone, 0.9);
    equal(plain?.perSecond[OURS], 90);
    equal(hard?.toPlain[PEER], 0.75);
    deepEqual(failures(figuresOf(runs)), []);
    deepEqual(failures(figuresOf(scene('plain', [100, 40, 100]))), ['plain: ours ÷ alone 0.40']);
    deepEqual(failures(figuresOf([run('plain', OURS, 0, 1)])), ['plain: ours ÷ alone NaN']);
  });
});
