import assert from 'node:assert/strict';
import { globSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { AGENT_LEASE, AGENT_ROLE } from '../../common/names';
import { LEADER_LEASE } from '../../common/names';
import { readConfig } from '../../operator/adapters/config';
import { version } from '../../package.json';
import { chartMetadata, staleCrds } from '../../scripts/chart';
import { KINDS } from './expected';
import { CHART, KUBE_VERSION, manifestsIn, one, startHelm } from './helm';
import type { Helm, Manifest } from './helm';

const ROOT = path.join(__dirname, '../..');
const CRDS = path.join(ROOT, 'crds');

describe('chart xen-fleet', function () {
  this.timeout(60_000);

  let helm: Helm;
  before(async function () {
    this.timeout(600_000); // the first time, helm is built
    helm = await startHelm();
  });
  after(() => helm.stop());

  const container = (manifests: readonly Manifest[]): Manifest =>
    one(manifests, 'Deployment')['spec'].template.spec.containers[0] as Manifest;

  it('passes helm lint', async () => {
    const { code, stdout, stderr } = await helm.run(['lint', '--strict', '--kube-version', KUBE_VERSION, CHART]);
    assert.equal(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/);
  });

  it('is of the version of the package', async () => {
    const chart = parse(readFileSync(path.join(CHART, 'Chart.yaml'), 'utf8')) as Record<string, string>;
    assert.equal(chart['appVersion'], version);
    assert.equal(chart['version'], version);
    assert.equal(container(await helm.render())['image'], `xen-fleet:${version}`);
  });

  it('tells Artifact Hub of its CRDs, by examples of ours, and of its image', async () => {
    const { annotations } = parse(readFileSync(path.join(CHART, 'Chart.yaml'), 'utf8')) as Manifest['metadata'];
    const told = (what: string): unknown => parse(annotations?.[`artifacthub.io/${what}`] ?? '');
    assert.equal(readFileSync(path.join(CHART, 'Chart.yaml'), 'utf8'), chartMetadata(), 'npm run generate:chart');
    const described = told('crds') as { kind: string; description: string }[];
    assert.equal(described.length, KINDS.length);
    assert.match(described.find(({ kind }) => kind === 'XenVM')?.description ?? '', /one virtual machine/);
    const examples = globSync('examples/*/*.yaml', { cwd: ROOT }).flatMap((file) =>
      manifestsIn(readFileSync(path.join(ROOT, file), 'utf8')).map((object) => JSON.stringify(object)),
    );
    for (const object of told('crdsExamples') as object[]) assert.ok(examples.includes(JSON.stringify(object)));
    assert.deepEqual(told('images'), [{ name: 'operator', image: container(await helm.render())['image'] as string }]);
  });

  it('puts everything that has a namespace into the namespace of the release', async () => {
    const manifests = await helm.render();
    assert.doesNotMatch(JSON.stringify(manifests), /xen-fleet-system/);
    const elsewhere = manifests.filter(
      ({ metadata }) => metadata.namespace !== undefined && metadata.namespace !== 'fleet',
    );
    assert.deepEqual(elsewhere, []);
    for (const kind of ['ServiceAccount', 'Deployment', 'Service']) {
      assert.equal(one(manifests, kind).metadata.namespace, 'fleet');
    }
  });

  it('starts the operator with options that it takes', async () => {
    const values = { 'operator.workers': 3, 'operator.logLevel': 'debug', 'operator.hostUnknownAfterSeconds': 60 };
    const brake = { 'operator.brake.deletions': 1_000_000, 'operator.brake.percent': 0 };
    const outcome = readConfig(container(await helm.render({ ...values, ...brake }))['args'] as string[], {
      POD_NAMESPACE: 'fleet',
    });
    if (outcome.kind === 'exit') assert.fail(outcome.text);
    const { workers, logLevel, hostUnknownAfterMs, namespace, listen } = outcome.config;
    assert.deepEqual(outcome.config.brake, { deletions: 1_000_000, percent: 0, windowMs: 300_000 });
    assert.deepEqual(
      { workers, logLevel, hostUnknownAfterMs, namespace },
      {
        workers: 3,
        logLevel: 'debug',
        hostUnknownAfterMs: 60_000,
        namespace: 'fleet',
      },
    );
    const { ports } = container(await helm.render());
    assert.deepEqual(ports, [{ name: 'metrics', containerPort: listen.port, protocol: 'TCP' }]);
  });

  it("has the operator's own defaults as its values", async () => {
    const plain = readConfig(['--identity=me'], {});
    const asInstalled = readConfig([...(container(await helm.render())['args'] as string[]), '--identity=me'], {});
    assert.deepEqual(asInstalled, plain);
  });

  it('runs the operator as nobody, without rights on its node', async () => {
    const manifests = await helm.render();
    const { securityContext } = one(manifests, 'Deployment')['spec'].template.spec;
    assert.equal(securityContext.runAsNonRoot, true);
    assert.equal(securityContext.runAsUser, 65532);
    assert.equal(securityContext.seccompProfile.type, 'RuntimeDefault');
    assert.deepEqual(container(manifests)['securityContext'], {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('takes an image by tag, and before it by digest', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    assert.match(container(await helm.render({ 'image.tag': 'v9' }))['image'] as string, /:v9$/);
    assert.match(
      container(await helm.render({ 'image.tag': 'v9', 'image.digest': digest }))['image'] as string,
      /xen-fleet@sha256:0+$/,
    );
  });

  it('selects its own pods, by what no upgrade changes', async () => {
    const manifests = await helm.render({ 'podMonitor.enabled': 'always', 'networkPolicy.enabled': true });
    const deployment = one(manifests, 'Deployment')['spec'];
    const selector = { 'app.kubernetes.io/name': 'xen-fleet', 'app.kubernetes.io/component': 'operator' };
    assert.deepEqual(deployment.selector.matchLabels, selector);
    assert.deepEqual(one(manifests, 'Service')['spec'].selector, selector);
    assert.deepEqual(one(manifests, 'PodMonitor')['spec'].selector.matchLabels, selector);
    const ports = [
      ...one(manifests, 'Service')['spec'].ports,
      ...one(manifests, 'NetworkPolicy')['spec'].ingress[0].ports,
    ];
    assert.deepEqual(
      ports.map(({ targetPort, port }: Manifest) => (targetPort ?? port) as string),
      ['metrics', 'metrics'],
    );
    for (const [label, value] of Object.entries(selector))
      assert.equal(deployment.template.metadata.labels[label], value);
  });

  it('makes a PodMonitor where the cluster knows them, or where told to', async () => {
    const kinds = async (values: Record<string, unknown>, ...more: string[]): Promise<boolean> =>
      (await helm.render(values, more)).some(({ kind }) => kind === 'PodMonitor');
    const known = ['--api-versions', 'monitoring.coreos.com/v1/PodMonitor'];
    assert.equal(await kinds({}), false);
    assert.equal(await kinds({}, ...known), true);
    assert.equal(await kinds({ 'podMonitor.enabled': 'never' }, ...known), false);
    assert.equal(await kinds({ 'podMonitor.enabled': 'always' }), true);
  });

  it('brings the dashboard along as it is', async () => {
    const { data } = one(await helm.render(), 'ConfigMap', 'xen-fleet-dashboard');
    const file = readFileSync(path.join(CHART, 'dashboards/xen-fleet.json'), 'utf8');
    assert.deepEqual(JSON.parse(data['xen-fleet.json'] as string), JSON.parse(file));
    const without = await helm.render({ 'dashboard.enabled': false });
    assert.ok(!without.some(({ kind }) => kind === 'ConfigMap'));
  });

  it('brings the CRDs of crds/, which outlive it', async () => {
    assert.deepEqual(staleCrds(), [], 'npm run generate:chart');
    const rendered = (await helm.render()).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const originals = readdirSync(CRDS)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => parse(readFileSync(path.join(CRDS, file), 'utf8'), { version: '1.1', merge: true }) as Manifest);
    assert.equal(rendered.length, originals.length);
    for (const { metadata, ...original } of originals) {
      const { metadata: renderedMetadata, ...copy } = one(rendered, 'CustomResourceDefinition', metadata.name);
      assert.deepEqual(copy, original);
      assert.equal(renderedMetadata.annotations?.['helm.sh/resource-policy'], 'keep');
    }
    const without = await helm.render({ 'crds.install': false });
    assert.ok(!without.some(({ kind }) => kind === 'CustomResourceDefinition'));
  });

  it('names the role, the leases and the account that the code names', async () => {
    const manifests = await helm.render();
    const leases = (role: Manifest): string[] =>
      (role['rules'] as { resources: string[]; resourceNames?: string[] }[])
        .filter((rule) => rule.resources.includes('leases'))
        .flatMap((rule) => rule.resourceNames ?? []);
    assert.deepEqual(leases(one(manifests, 'ClusterRole')), [LEADER_LEASE]);
    assert.deepEqual(leases(one(manifests, 'ClusterRole', AGENT_ROLE)), [AGENT_LEASE]);
    const bound = (one(manifests, 'ClusterRole')['rules'] as { verbs: string[]; resourceNames?: string[] }[]).find(
      (rule) => rule.verbs.includes('bind'),
    );
    assert.deepEqual(bound?.resourceNames, [AGENT_ROLE]);
    const { serviceAccountName } = one(manifests, 'Deployment')['spec'].template.spec;
    assert.equal(serviceAccountName, one(manifests, 'ServiceAccount').metadata.name);
  });

  it('gives what tenants may do to whoever may edit a namespace', async () => {
    const { labels } = one(await helm.render(), 'ClusterRole', 'xen-fleet-tenant').metadata;
    assert.equal(labels?.['rbac.authorization.k8s.io/aggregate-to-edit'], 'true');
  });

  it('has rights and policies as rbac/ and admission/ say them', async () => {
    const manifests = await helm.render();
    const files = globSync('{rbac,admission}/*.yaml', { cwd: CHART });
    const plain = files.flatMap((file) => {
      const text = readFileSync(path.join(CHART, file), 'utf8').replaceAll('xen-fleet-system', 'fleet');
      return manifestsIn(text);
    });
    assert.ok(plain.length >= 13);
    for (const { metadata, ...object } of plain) {
      const { metadata: _, ...rendered } = one(manifests, object['kind'], metadata.name);
      assert.deepEqual(rendered, object);
    }
  });

  it('lets the operator and administrators see every kind of crds/', async () => {
    const manifests = await helm.render();
    for (const role of ['xen-fleet-operator', 'xen-fleet-admin']) {
      const rules = one(manifests, 'ClusterRole', role)['rules'] as { resources: string[]; verbs: string[] }[];
      const watching = rules.filter(({ verbs }) => ['get', 'list', 'watch'].every((verb) => verbs.includes(verb)));
      const seen = new Set(watching.flatMap(({ resources }) => resources));
      const unseen = KINDS.filter((kind) => !seen.has(kind));
      assert.deepEqual(unseen, [], `${role} may not get, list and watch these: charts/xen-fleet/rbac`);
    }
  });

  it('grants no wildcard, and no right on secrets or pods', async () => {
    for (const { rules = [] } of await helm.render()) {
      for (const rule of rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[]) {
        const words = [...rule.apiGroups, ...rule.resources, ...rule.verbs];
        assert.ok(!words.some((word) => word.includes('*')), JSON.stringify(rule));
        assert.ok(
          !rule.resources.some((resource) => /^(secrets|pods|configmaps|nodes)/.test(resource)),
          JSON.stringify(rule),
        );
        assert.ok(!rule.verbs.some((verb) => ['escalate', 'impersonate', 'deletecollection'].includes(verb)));
      }
    }
  });

  it('refuses a cluster that is too old', async () => {
    const { code, stderr } = await helm.run(['template', CHART, '--kube-version', '1.29.0']);
    assert.notEqual(code, 0);
    assert.match(stderr, /requires kubeVersion/);
  });
});
