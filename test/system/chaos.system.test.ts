/**
 * Operators and agents killed at random under a stream of creates, edits and deletes. Afterwards:
 * the declared state, nothing lost, nothing twice; and the hosts' own record proves that no UUID
 * ever ran on two hosts, or twice on one.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { XenVM } from '../../crds/generated/types';
import { isKubeError } from '../../common/kube/errors';
import { XENDOMAINS, XENVMS } from '../../common/kube/resources';
import { startPlayground } from '../playground/playground';
import type { Playground, Program } from '../playground/types';
import { seeded } from '../seeded';
import { overlaps } from '../sim';
import { until } from './until';

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 45);
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);
const NAMESPACE = 'default';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function tiny(name: string): XenVM {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVM',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      type: 'pvh',
      resources: { vcpus: 1, memory: '512Mi' },
      runPolicy: 'Always',
      boot: { kernel: 'debian/vmlinuz' },
      disks: [{ name: 'root', device: 'xvda', size: '8Mi', pool: 'local', deletionPolicy: 'Delete' }],
      networks: [{ name: 'eth0', network: 'public' }],
      shutdown: { gracePeriodSeconds: 2 },
    },
  };
}

/** The user: what is declared, by name; undefined means deleted. */
class User {
  readonly declared = new Map<string, 'Always' | 'Halted'>();
  #count = 0;
  constructor(
    private readonly playground: Playground,
    private readonly random: () => number,
  ) {}

  async act(): Promise<void> {
    const dice = this.random();
    const names = [...this.declared.keys()];
    const name = names[Math.floor(this.random() * names.length)];
    if (name === undefined || (dice < 0.5 && names.length < 40)) return this.#create();
    if (dice < 0.75) return this.#delete(name);
    return this.#edit(name, this.declared.get(name) === 'Always' ? 'Halted' : 'Always');
  }

  async #create(): Promise<void> {
    const name = `vm-${++this.#count}`;
    await this.playground.client.create(XENVMS, tiny(name));
    this.declared.set(name, 'Always');
  }

  async #delete(name: string): Promise<void> {
    await this.playground.client.delete(XENVMS, { namespace: NAMESPACE, name });
    this.declared.delete(name);
  }

  async #edit(name: string, runPolicy: 'Always' | 'Halted'): Promise<void> {
    try {
      await this.playground.client.mergePatch(XENVMS, { namespace: NAMESPACE, name }, { spec: { runPolicy } });
      this.declared.set(name, runPolicy);
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
}

/** Names of the domains on all hosts, by what they should be: each running VM on exactly one. */
async function runningDomains(playground: Playground): Promise<string[]> {
  const found: string[] = [];
  for (const host of playground.hostNames) {
    const { stdout } = await playground.xl(host, 'list');
    found.push(...[...stdout.matchAll(/^default\.(\S+)\s/gm)].map((match) => match[1] ?? ''));
  }
  return found.sort();
}

const diskFiles = (playground: Playground, host: string): string[] =>
  readdirSync(join(playground.sim(host).root, 'var/lib/xenfleet/disks')).filter((name) => !name.startsWith('.'));

describe(`chaos for ${SECONDS} s, seed ${SEED}`, function () {
  this.timeout((SECONDS + 240) * 1000);
  let playground: Playground;
  let user: User;

  before(async () => {
    playground = await startPlayground({
      hosts: 3,
      operators: 2,
      sim: { createMs: 150, destroyMs: 80 },
      operatorArgs: ['--brake-deletions', '0'], // here VMs come and go in numbers
    });
    user = new User(playground, seeded(SEED));
  });
  after(() => playground.stop());
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.error(`logs are in ${playground.dir}/log`);
  });

  async function killer(stop: () => boolean, random: () => number): Promise<number> {
    let kills = 0;
    while (!stop()) {
      await pause(300 + random() * 1500);
      const programs = playground.programs();
      const victim = programs[Math.floor(random() * programs.length)] as Program;
      await victim.kill('SIGKILL');
      kills++;
      await pause(random() * 1500);
      victim.start();
    }
    return kills;
  }

  it('ends in the declared state', async () => {
    let over = false;
    const kills = killer(() => over, seeded(SEED + 1));
    const end = performance.now() + SECONDS * 1000;
    let acts = 0;
    while (performance.now() < end) {
      await user.act();
      acts++;
      await pause(120);
    }
    over = true;
    console.log(`      ${acts} acts of the user, ${await kills} kills`);
    const wanted = [...user.declared].filter(([, policy]) => policy === 'Always').map(([name]) => name);
    await until(async () => {
      const { items } = await playground.client.list(XENVMS, { namespace: NAMESPACE });
      deepEqual(items.map((vm) => vm.metadata.name).sort(), [...user.declared.keys()].sort());
      deepEqual(await runningDomains(playground), wanted.sort());
      const notReady = items.filter(
        (vm) => !vm.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
      );
      deepEqual(
        notReady.map((vm) => `${vm.metadata.name} ${vm.status?.phase}`),
        [],
      );
    }, 150_000);
  });

  it('never ran one UUID twice', () => {
    deepEqual(overlaps(playground.record()), []);
  });

  it('leaves an order for each VM, and none else', async () => {
    const { items } = await playground.client.list(XENDOMAINS);
    equal(items.length, user.declared.size);
  });

  it('leaves no disk of a deleted VM: they were to go with it', async () => {
    const { items } = await playground.client.list(XENVMS, { namespace: NAMESPACE });
    const alive = new Set(items.map((vm) => vm.status?.domainUUID));
    const files = playground.hostNames.flatMap((host) => diskFiles(playground, host));
    deepEqual(
      files.filter((file) => !alive.has(file.split('.')[0])),
      [],
    );
  });
});
