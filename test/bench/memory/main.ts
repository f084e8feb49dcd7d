/** make bench-memory: what the operator keeps in memory for a settled fleet; see README.md. */
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KubeClient } from '../../../common/kube/client';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import type { KubeObject } from '../../../common/kube/types';
import type { KubeRequest, KubeTransport } from '../../../common/kube/transport';
import type { Metrics } from '../../../operator/adapters/types';
import { openCaches } from '../../../operator/controllers/frame/caches';
import { HostDirectory } from '../../../operator/controllers/frame/host-directory';
import { VmFactsSource } from '../../../operator/controllers/placement/facts-source';
import { Ledger } from '../../../operator/controllers/placement/ledger';
import { readOptions } from '../options';
import { settledFleet } from './fleet';

const MIB = 1024 * 1024;
const options = readOptions(process.argv.slice(2), ['hosts', 'vms', 'seed', 'snapshot']);
const [hosts, vms, seed] = [options.count('hosts', 1000), options.count('vms', 20_000), options.count('seed', 1)];
const snapshot = options.text('snapshot');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed / MIB;
}

/** Lists what it was given as text, as a server does, and tells nothing more. */
class Lists implements KubeTransport {
  #pages: Map<string, Buffer[]>;

  constructor(objects: ReadonlyMap<string, readonly KubeObject[]>) {
    this.#pages = new Map(
      [...objects].map(([plural, all]) => {
        const count = Math.max(1, Math.ceil(all.length / 500));
        const page = (index: number): Buffer => {
          const metadata = { resourceVersion: '1000000', ...(index + 1 < count && { continue: String(index + 1) }) };
          return Buffer.from(JSON.stringify({ metadata, items: all.slice(index * 500, index * 500 + 500) }));
        };
        return [plural, Array.from({ length: count }, (_, index) => page(index))];
      }),
    );
  }

  request({ resource, query }: KubeRequest): Promise<unknown> {
    const page = this.#pages.get(resource)?.[Number(query?.['continue'] ?? 0)];
    return Promise.resolve(
      page === undefined ? { metadata: { resourceVersion: '1' }, items: [] } : JSON.parse(page.toString()),
    );
  }

  stream(): Promise<never> {
    return new Promise(() => undefined);
  }

  close(): void {
    this.#pages = new Map();
  }
}

const say = (what: string, mib: number): void => {
  const each = ((mib * MIB) / (vms || 1) / 1024).toFixed(2);
  process.stdout.write(`${what.padEnd(40)}${mib.toFixed(1).padStart(8)} MiB ${each.padStart(8)} KiB per VM\n`);
};

/** On a stack of its own, so that nothing of the fleet is held but its text. */
const listsOf = (): Promise<Lists> =>
  new Promise((resolve) => setImmediate(() => resolve(new Lists(settledFleet({ hosts, vms, seed })))));

async function main(): Promise<void> {
  const silent = (): void => undefined;
  const metrics = new Proxy({}, { get: () => silent }) as Metrics;
  const transport = await listsOf();
  const before = heapMiB();
  const ports = { client: new KubeClient(transport), clock: systemClock, random: systemRandom, metrics };
  const caches = openCaches({
    ...ports,
    onDoubt: silent,
    onFault: (_where, error) => {
      throw error;
    },
  });
  const directory = new HostDirectory({
    caches,
    clock: systemClock,
    fleetID: 'b1d0a2f4-6f0e-4a53-9d0e-000000000000',
    unknownAfterMs: 25_000,
  });
  caches.start();
  await caches.synced;
  transport.close();
  const cached = heapMiB();
  say('objects and their indexes', cached - before);
  const facts = new VmFactsSource(caches, directory);
  const ledger = new Ledger(caches, directory, facts);
  ledger.flush();
  const counted = heapMiB();
  say('ledger, scheduler, resolutions', counted - cached);
  say('all of it', counted - before);
  if (snapshot !== undefined) writeHeapSnapshot(snapshot);
  process.stdout.write(
    `${caches.vms.size} VMs, ${ledger.scheduler.sizes()['placed']} counted, ${ledger.unread} unread\n`,
  );
  process.exit(0);
}

void main();
