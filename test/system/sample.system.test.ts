import { deepEqual, doesNotMatch, equal, match, notEqual, ok } from 'node:assert/strict';
import { overlaps } from '../sim';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/playground';
import { until } from './until';

describe('the sample on three hosts', function () {
  this.timeout(60_000);
  let playground: Playground;
  const kubectl = (...args: string[]): Promise<string> => playground.kubectl(args);
  const xvm = (name: string, path: string): Promise<string> =>
    kubectl('get', 'xvm', '-n', 'acme', name, '-o', `jsonpath={${path}}`);
  /** Rows of `xl list` by domain name. */
  async function domainsOf(host: string): Promise<Map<string, string>> {
    const { stdout } = await playground.xl(host, 'list');
    const rows = stdout.trimEnd().split('\n').slice(1);
    return new Map(rows.map((row) => [row.split(/\s+/)[0] ?? '', row]));
  }

  before(async function () {
    this.timeout(120_000);
    playground = await startPlayground({ hosts: 3 });
  });
  after(() => playground?.stop());

  it('has its hosts Ready before there is any VM', async () => {
    const hosts = await kubectl('get', 'xh', '--no-headers');
    equal(hosts.match(/Ready/g)?.length, 3);
    match(hosts, /host-1 +Ready +default +16 +65536Mi/);
  });

  it('runs whole after one kubectl apply, and kubectl wait returns', async () => {
    await kubectl('apply', '-f', 'examples/vps');
    const waited = await kubectl('wait', '--for=condition=Ready', 'xvm', '--all', '-n', 'acme', '--timeout=30s');
    equal(waited.match(/condition met/g)?.length, 4);
    const phases = await kubectl('get', 'xvm', '-n', 'acme', '-o', 'jsonpath={.items[*].status.phase}');
    equal(phases, 'Running Running Running Running');
  });

  it('shows each VM on the host that says so, with the memory of its plan', async () => {
    for (const name of ['linux-pvh', 'windows', 'linux-pv', 'freebsd']) {
      const row = (await domainsOf(await xvm(name, '.status.placement.host'))).get(`acme.${name}`);
      match(row ?? '', /16384 +4 /, name);
    }
  });

  it('spreads what does not fit on one host', async () => {
    const hosts = await kubectl('get', 'xvm', '-n', 'acme', '-o', 'jsonpath={.items[*].status.placement.host}');
    ok(new Set(hosts.split(' ')).size > 1, hosts);
  });

  it('leaves nothing to kubectl diff', async () => {
    deepEqual(await playground.tryKubectl(['diff', '-f', 'examples/vps']), { code: 0, stdout: '', stderr: '' });
  });

  it('repairs an xl destroy behind its back: the same identity in a new domain', async () => {
    const host = await xvm('linux-pvh', '.status.placement.host');
    const domid = (row = ''): number => Number(row.split(/\s+/)[1]);
    const before = domid((await domainsOf(host)).get('acme.linux-pvh'));
    equal((await playground.xl(host, 'destroy', 'acme.linux-pvh')).code, 0);
    await until(async () => {
      const row = (await domainsOf(host)).get('acme.linux-pvh');
      ok(row, 'the domain is not back');
      notEqual(domid(row), before);
    }, 15_000);
    await kubectl('wait', '--for=condition=Ready', 'xvm/linux-pvh', '-n', 'acme', '--timeout=15s');
  });

  it('removes domain and object on kubectl delete, and lets the guest shut down first', async () => {
    const host = await xvm('linux-pv', '.status.placement.host');
    const uuid = await xvm('linux-pv', '.status.domainUUID');
    await kubectl('delete', 'xvm', '-n', 'acme', 'linux-pv', '--timeout=30s');
    equal((await playground.tryKubectl(['get', 'xvm', '-n', 'acme', 'linux-pv'])).code, 1);
    ok(!(await domainsOf(host)).has('acme.linux-pv'), 'the domain is still there');
    const ends = playground.record().filter((event) => event.uuid === uuid && event.what === 'shutdown');
    equal(ends.at(-1)?.reason, 'poweroff');
    equal(
      await kubectl('get', 'xdom', '-A', '-o', `jsonpath={.items[?(@.metadata.name=="${uuid}")].metadata.name}`),
      '',
    );
  });

  it('stops a deaf HVM guest too, once its grace period is over', async () => {
    await kubectl('delete', 'xvm', '-n', 'acme', 'windows', '--timeout=40s');
    equal((await playground.tryKubectl(['get', 'xvm', '-n', 'acme', 'windows'])).code, 1);
  });

  it('brings back what is applied again, as a new identity', async () => {
    await kubectl('apply', '-f', 'examples/vps');
    await kubectl('wait', '--for=condition=Ready', 'xvm', '--all', '-n', 'acme', '--timeout=30s');
  });

  it('refuses what cannot be, naming the field', async () => {
    const manifest = (spec: object): string =>
      JSON.stringify({
        apiVersion: 'xenfleet.io/v1alpha1',
        kind: 'XenVM',
        metadata: { name: 'bad', namespace: 'acme' },
        spec,
      });
    const good = { className: 'vps-16g', type: 'pvh', boot: { kernel: 'debian/vmlinuz' } };
    const bad: [object, RegExp][] = [
      [{ ...good, type: 'kvm' }, /spec\.type: Unsupported value: "kvm"/],
      [{ ...good, className: undefined }, /spec\.className/],
      [{ ...good, boot: { kernel: '/etc/passwd' } }, /spec\.boot\.kernel/],
      [{ ...good, boot: { kernel: 'a/../b' } }, /spec\.boot\.kernel.*'\.\.'/],
      [{ ...good, className: undefined, resources: { vcpus: 1, memory: '4Mi' } }, /spec\.resources\.memory.*8Mi/],
      [
        { ...good, networks: [{ name: 'eth0', network: 'public', mac: '01:00:5e:00:00:01' }] },
        /spec\.networks\[0\]\.mac/,
      ],
      [{ ...good, colour: 'red' }, /unknown field "spec\.colour"/],
    ];
    for (const [spec, words] of bad) {
      const { code, stderr } = await playground.tryKubectl(['apply', '-f', '-'], { stdin: manifest(spec) });
      equal(code, 1, JSON.stringify(spec));
      match(stderr, words);
    }
  });

  it('explains its fields', async () => {
    const boot = await kubectl('explain', 'xvm.spec.boot');
    match(boot, /kernel\s+<string>\s+pv, pvh: name of the kernel under the image directory/);
    doesNotMatch(await kubectl('explain', 'xvm.spec', '--recursive'), /<no description>/);
  });

  it('never ran one identity twice at once', () => {
    deepEqual(overlaps(playground.record()), []);
  });
});
