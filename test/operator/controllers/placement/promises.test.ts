/** Whatever tenants ask and hosts report, in any order: no host is promised more than it has. */
import { ok } from 'node:assert/strict';
import { domainOverheadBytes, hypervisorBytes, MIB } from '../../../../common/memory';
import { hostNamespace } from '../../../../common/names';
import { seeded } from '../../../seeded';
import { OperatorInMemory } from '../operator-in-memory';

const HOSTS = ['h1', 'h2'];
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const GUEST_BYTES = (16384 - 1024) * MIB - hypervisorBytes(16384 * MIB);
/** A ratio of 4 on 8 CPUs, of which Dom0 uses one. */
const GUEST_VCPUS = 8 * 4 - 1;

interface Size {
  readonly uuid: string;
  readonly vcpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
}

/** All that is said of the size of a domain on a host: by claims, orders and the host itself. */
function sizesOn(here: OperatorInMemory, host: string): Size[] {
  const orders = here.caches.domains.byIndex('namespace', hostNamespace(host));
  return [
    ...orders.map(({ metadata: { name: uuid }, spec: { vcpus, memory } }) => ({
      uuid,
      vcpus: vcpus?.max,
      memoryMiB: memory?.maxMiB,
    })),
    ...here.caches.vms
      .byIndex('host', host)
      .map(({ status }) => ({ uuid: status?.domainUUID ?? '', ...status?.reserved })),
    ...(here.directory.agent(host)?.status?.domains ?? []),
  ];
}

/** What a host may have to give at once: of each domain the most that is said of it. */
function promised(here: OperatorInMemory, host: string): { bytes: number; vcpus: number } {
  const most = new Map<string, { vcpus: number; memoryMiB: number }>();
  for (const { uuid, vcpus = 0, memoryMiB = 0 } of sizesOn(here, host)) {
    const known = most.get(uuid) ?? { vcpus: 0, memoryMiB: 0 };
    most.set(uuid, { vcpus: Math.max(known.vcpus, vcpus), memoryMiB: Math.max(known.memoryMiB, memoryMiB) });
  }
  const sum = { bytes: 0, vcpus: 0 };
  for (const { vcpus, memoryMiB } of most.values()) {
    const memoryBytes = memoryMiB * MIB;
    sum.bytes += memoryBytes + domainOverheadBytes({ type: 'pvh', vcpus, memoryBytes });
    sum.vcpus += vcpus;
  }
  return sum;
}

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** In words: a tenant creates or edits a VM, a host obeys and reports, or a VM ends. */
function act(here: OperatorInMemory, random: () => number): string {
  const name = pick(random, NAMES);
  const dice = random();
  if (dice < 0.6) {
    const vcpus = pick(random, [1, 2, 4, 16]);
    const memory = pick(random, ['512Mi', '1Gi', '4Gi', '8Gi', '20Gi']);
    const runPolicy = pick(random, ['Always', 'Halted'] as const);
    here.wants(name, vcpus, memory, { runPolicy });
    return `${name} wants ${vcpus} vCPUs and ${memory}, ${runPolicy}`;
  }
  if (dice < 0.9) {
    const host = pick(random, HOSTS);
    const starts = random() < 0.5;
    here.follow(host, starts);
    return `${host} follows${starts ? ' and starts' : ''}`;
  }
  const { placement, domainUUID } = here.caches.vms.get(`acme/${name}`)?.status ?? {};
  if (placement === undefined) return '';
  const left = (here.directory.agent(placement.host)?.status?.domains ?? []).filter(({ uuid }) => uuid !== domainUUID);
  here.gone(name);
  here.report(placement.host, { domains: left });
  return `${name} is gone`;
}

function check(here: OperatorInMemory, history: string): void {
  for (const host of HOSTS) {
    const { bytes, vcpus } = promised(here, host);
    ok(bytes <= GUEST_BYTES, `${Math.ceil((bytes - GUEST_BYTES) / MIB)} MiB too many on ${host}: ${history}`);
    ok(vcpus <= GUEST_VCPUS, `${vcpus} vCPUs on ${host}: ${history}`);
  }
}

describe('what hosts are promised', () => {
  it('is never more than they have, whatever is created, edited, ended and reported', async function () {
    this.timeout(60_000);
    const seen = { placed: 0, grown: 0, unschedulable: 0, shrunk: 0 };
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed);
      const here = new OperatorInMemory(HOSTS);
      const trail: string[] = [`seed ${seed}`];
      const reserved = (): number =>
        here.caches.vms.all().reduce((sum, vm) => sum + (vm.status?.reserved?.memoryMiB ?? 0), 0);
      for (let step = 0; step < 25; step++) {
        trail.push(act(here, random));
        const before = reserved();
        await here.work();
        if (reserved() < before) seen.shrunk += 1;
        check(here, trail.join('; '));
      }
      for (const result of ['placed', 'grown', 'unschedulable'] as const)
        seen[result] += here.results.filter((one) => one === result).length;
    }
    for (const [what, count] of Object.entries(seen)) ok(count >= 15, `${what}: only ${count} times`);
  });
});
