/**
 * Two tenants with their own tokens, an administrator who errs, and a stolen agent's token, on a
 * real API server with the chart's own rights and policies: whoever errs, the guests of the
 * others run on. Judged by the hosts' own record and by what kubectl says.
 */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import type { XenVM } from '../../crds/generated/types';
import { KubeClient } from '../../common/kube/client';
import { createTransport } from '../../common/kube/https-transport';
import { XENAGENTS, XENHOSTS, XENVMS } from '../../common/kube/resources';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const READY_MS = 60_000;
/** Longer than it takes a host that falls silent to be judged. */
const JUDGED_MS = 90_000;
const disks = [{ name: 'root', device: 'xvda', size: '16Mi', pool: 'local', deletionPolicy: 'Delete' as const }];

function manifest(namespace: string, name: string, over: Partial<XenVM['spec']> = {}): XenVM {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVM',
    metadata: { name, namespace },
    spec: {
      type: 'pvh',
      resources: { vcpus: 1, memory: '1Gi' },
      boot: { kernel: 'debian/vmlinuz' },
      networks: [{ name: 'eth0', network: 'public' }],
      shutdown: { gracePeriodSeconds: 2 },
      ...over,
    },
  };
}

describe('tenants are strangers', function () {
  this.timeout(240_000);
  let playground: Playground;
  let evil: string;

  before(async () => {
    playground = await startPlayground({ hosts: 2 });
    for (const tenant of ['acme', 'evil']) {
      await playground.kubectl(['create', 'namespace', tenant]);
      await playground.kubectl(['create', 'serviceaccount', 'me', '-n', tenant]);
      const rights = ['--clusterrole=edit', `--serviceaccount=${tenant}:me`, '-n', tenant];
      await playground.kubectl(['create', 'rolebinding', 'me', ...rights]);
    }
    const token = await playground.plane.tokenFor('evil', 'me');
    evil = await playground.plane.writeKubeconfig({ name: 'evil', token });
    await playground.client.create(
      XENVMS,
      manifest('acme', 'web', { disks: [{ ...disks[0]!, deletionPolicy: 'Retain' }] }),
    );
    await until(async () => equal(phaseOf(await get('acme', 'web')), 'Running'), READY_MS);
  });
  after(() => playground.stop());

  const get = (namespace: string, name: string): Promise<XenVM> => playground.client.get(XENVMS, { namespace, name });
  const phaseOf = (vm: XenVM): string | undefined => vm.status?.phase;
  const reasonOf = (vm: XenVM, type: string): string | undefined =>
    vm.status?.conditions?.find((condition) => condition.type === type)?.reason;
  const asEvil = (args: string[], stdin?: object) =>
    playground.tryKubectl(args, { kubeconfig: evil, ...(stdin && { stdin: JSON.stringify(stdin) }) });
  /**
   * When the guest of acme/web began to run, by the hosts' own record: one that was ended has
   * another answer.
   */
  const life = async (): Promise<string> => {
    const { status } = await get('acme', 'web');
    const listing = await playground.xl(status?.placement?.host ?? '', 'list', '-v');
    return (
      listing.stdout
        .split('\n')
        .find((line) => line.includes(status?.domainUUID ?? '?'))
        ?.split(/\s+/)[1] ?? 'none'
    );
  };

  async function unharmed(act: () => Promise<void>): Promise<void> {
    const before = await life();
    notEqual(before, 'none');
    await act();
    equal(await life(), before, 'the guest of acme/web was ended');
    equal(phaseOf(await get('acme', 'web')), 'Running');
  }

  it('a tenant cannot name the UUID of a domain', () =>
    unharmed(async () => {
      const uuid = (await get('acme', 'web')).status?.domainUUID;
      const answer = await asEvil(['apply', '-f', '-'], manifest('evil', 'x', { identity: { uuid } as never }));
      notEqual(answer.code, 0);
      match(answer.stderr, /spec\.identity: only who has the verb setidentity/);
    }));

  it('a copy of its identity that an administrator made is refused, and goes without a trace', () =>
    unharmed(async () => {
      const uuid = (await get('acme', 'web')).status?.domainUUID;
      await playground.client.create(XENVMS, manifest('evil', 'x', { identity: { uuid } as never, disks }));
      await until(async () => equal(reasonOf(await get('evil', 'x'), 'Stalled'), 'IdentityConflict'), READY_MS);
      const { message = '' } = (await get('evil', 'x')).status?.conditions?.find((c) => c.type === 'Ready') ?? {};
      ok(!message.includes('acme'), message);
      await playground.kubectl(['delete', 'xvm', '-n', 'evil', 'x', '--timeout=30s']);
      const orders = await playground.kubectl(['get', 'xdom', '-A', '-o', 'jsonpath={.items[*].spec.desired}']);
      equal(orders, 'Running');
    }));

  it('the MAC address of a neighbour is not granted, neither to a new VM nor by an edit', () =>
    unharmed(async () => {
      const mac = (await get('acme', 'web')).status?.networks?.[0]?.mac ?? '';
      const networks = [{ name: 'eth0', network: 'public', mac }];
      equal((await asEvil(['apply', '-f', '-'], manifest('evil', 'new', { networks }))).code, 0);
      await until(async () => equal(reasonOf(await get('evil', 'new'), 'Stalled'), 'MacConflict'), READY_MS);
      equal((await asEvil(['apply', '-f', '-'], manifest('evil', 'placed'))).code, 0);
      await until(async () => equal(phaseOf(await get('evil', 'placed')), 'Running'), READY_MS);
      equal((await asEvil(['apply', '-f', '-'], manifest('evil', 'placed', { networks }))).code, 0);
      await until(async () => equal(reasonOf(await get('evil', 'placed'), 'Stalled'), 'MacConflict'), READY_MS);
      const macs = await playground.kubectl(['get', 'xdom', '-A', '-o', 'jsonpath={.items[*].spec.networks[*].mac}']);
      const all = macs.split(' ');
      deepEqual([...new Set(all)].length, all.length, macs);
      equal((await asEvil(['delete', 'xvm', '--all', '-n', 'evil', '--timeout=30s'])).code, 0);
    }));

  it('what guests depend on is not deleted by mistake', async () => {
    const uuid = (await get('acme', 'web')).status?.domainUUID ?? '';
    const host = (await get('acme', 'web')).status?.placement?.host ?? '';
    for (const args of [
      ['crd', 'xenvms.xenfleet.io'],
      ['namespace', `xenhost-${host}`],
      ['xdom', '-n', `xenhost-${host}`, uuid],
    ]) {
      const answer = await playground.tryKubectl(['delete', ...args, '--timeout=20s']);
      notEqual(answer.code, 0, args.join(' '));
      match(answer.stderr, /annotate it with xenfleet\.io\/allow-deletion=true first/, args.join(' '));
    }
  });

  it('a living host that is declared dead keeps its guests, and says so', () =>
    unharmed(async () => {
      const before = (await get('acme', 'web')).status?.placement;
      const name = before?.host ?? '';
      const { status } = await playground.client.get(XENHOSTS, { name });
      await playground.client.mergePatch(XENHOSTS, { name }, { spec: { declaredDead: status?.bootID } });
      const host = () => playground.client.get(XENHOSTS, { name });
      await until(async () => equal((await host()).status?.conditions?.[0]?.reason, 'DeclaredDeadButAlive'), READY_MS);
      deepEqual((await get('acme', 'web')).status?.placement, before);
      await playground.client.mergePatch(XENHOSTS, { name }, { spec: { declaredDead: null } });
      await playground.hostsReady();
    }));

  /**
   * Runs what is given while another host than that of acme/web reports the guest, by a stolen
   * token.
   */
  async function whileLiedAbout(act: () => Promise<void>): Promise<void> {
    const { status } = await get('acme', 'web');
    const liar = playground.hostNames.find((host) => host !== status?.placement?.host) ?? '';
    await playground.killAgent(liar);
    const stolen = await playground.plane.tokenFor(`xenhost-${liar}`, 'agent');
    const { server, caPem: ca } = playground.plane;
    const target = { server, ca, token: () => Promise.resolve(stolen) };
    const thief = new KubeClient(createTransport({ target, userAgent: 'thief' }));
    const domains = [{ uuid: status?.domainUUID, kind: 'orphan', namespace: 'acme', vmName: 'web', epoch: 99 }];
    const ref = { namespace: `xenhost-${liar}`, name: liar };
    await thief.mergePatch(XENAGENTS, ref, { status: { domains, roster: ['ghost'] } }, { subresource: 'status' });
    await until(async () => equal(reasonOf(await get('acme', 'web'), 'Stalled'), 'DuplicateDomain'), READY_MS);
    await playground.client.mergePatch(XENHOSTS, { name: liar }, { spec: { quarantined: true } });
    await act();
    await playground.client.mergePatch(XENHOSTS, { name: liar }, { spec: { quarantined: null } });
    playground.agent(liar).start();
    await playground.hostsReady();
    await until(async () => deepEqual((await playground.client.get(XENAGENTS, ref)).status?.domains, []), JUDGED_MS);
  }

  it('a host that lies about another’s guest ends nobody, and is silenced by one patch', () =>
    unharmed(() =>
      whileLiedAbout(() => until(async () => equal(reasonOf(await get('acme', 'web'), 'Ready'), 'Running'), READY_MS)),
    ));

  it('a host that lies about a guest that is off does not get it', async () => {
    const { status } = await get('acme', 'web');
    const halt = (runPolicy: 'Halted' | 'Always') =>
      playground.client.mergePatch(XENVMS, { namespace: 'acme', name: 'web' }, { spec: { runPolicy } });
    await halt('Halted');
    await until(async () => equal(phaseOf(await get('acme', 'web')), 'Stopped'), READY_MS);
    await whileLiedAbout(async () => {
      await halt('Always');
      await until(async () => equal(phaseOf(await get('acme', 'web')), 'Running'), READY_MS);
      deepEqual((await get('acme', 'web')).status?.placement, status?.placement);
    });
  });
});
