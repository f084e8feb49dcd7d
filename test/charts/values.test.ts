/**
 * The chart under files of values as people write them, and as nobody should: rendered by the real
 * helm, and judged by a real API server that takes no field that it does not know.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/types';
import { readGroups } from './alerts';
import { CHART, KUBE_VERSION, manifestsIn, one, startHelm } from './helm';
import type { Helm, Manifest } from './helm';
import { illegalLabels } from './labels';
import { findMonitoringCrds } from './monitoring-crds';

const FOLDER = path.join(__dirname, 'values');
const NAMESPACE = '1234'; // as legal as any other, and a number to YAML
/** Where the cluster does not know the monitors, helm is told that it does. */
const AS_IF = [
  ...['--kube-version', KUBE_VERSION],
  ...['PodMonitor', 'ServiceMonitor', 'PrometheusRule'].flatMap((kind) => [
    ...['--api-versions', `monitoring.coreos.com/v1/${kind}`],
  ]),
];
const OPERATOR_ACCOUNT = 'xen-fleet-operator';
const OPERATOR = { 'app.kubernetes.io/name': 'xen-fleet', 'app.kubernetes.io/component': 'operator' };

type Look = (manifests: readonly Manifest[]) => void;
const kinds = (manifests: readonly Manifest[]): Set<string> => new Set(manifests.map(({ kind }) => kind));
const podOf = (manifests: readonly Manifest[], name?: string): Manifest =>
  one(manifests, 'Deployment', name)['spec'].template as Manifest;
const container = (manifests: readonly Manifest[], name?: string): Manifest =>
  podOf(manifests, name)['spec'].containers[0] as Manifest;

/** What is to be seen in what a file renders to. Each file has a line here. */
const LOOKS: Readonly<Record<string, Look>> = {
  'production.yaml': (all) => {
    assert.equal(one(all, 'PodDisruptionBudget')['spec'].maxUnavailable, 1);
    const spread = podOf(all)['spec'].topologySpreadConstraints as Manifest[];
    assert.deepEqual(
      spread.map(({ topologyKey, labelSelector }): unknown[] => [topologyKey, labelSelector.matchLabels]),
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((key) => [key, OPERATOR]),
    );
    assert.equal(one(all, 'NetworkPolicy')['spec'].ingress[0].from.length, 2);
    const unlabelled = all.filter(({ metadata }) => metadata.labels?.['team'] !== 'virtualization');
    assert.deepEqual(
      unlabelled.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [],
    );
    assert.equal(podOf(all).metadata.labels?.['cost-center'], '4711');
    assert.equal(podOf(all).metadata.annotations?.['example.com/text'], 'two\nlines, and {{ braces }}');
    assert.equal(podOf(all)['spec'].priorityClassName, 'system-cluster-critical');
  },
  'monitoring.yaml': (all) => {
    assert.deepEqual([kinds(all).has('ServiceMonitor'), kinds(all).has('PodMonitor')], [true, false]);
    assert.equal(one(all, 'ServiceMonitor').metadata.labels?.['release'], 'kube-prometheus-stack');
    assert.equal(one(all, 'ServiceMonitor')['spec'].endpoints[0].interval, '15s');
    assert.deepEqual(one(all, 'PrometheusRule')['spec'].groups, expectedGroups());
  },
  'pod-monitor.yaml': (all) =>
    assert.equal(['PodMonitor', 'ServiceMonitor'].filter((kind) => kinds(all).has(kind)).length, 1),
  'openshift.yaml': (all) => {
    for (const { securityContext } of [podOf(all)['spec'], one(all, 'Pod', 'xen-fleet-test')['spec']] as Manifest[])
      assert.deepEqual(securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    assert.equal(podOf(all)['spec'].topologySpreadConstraints, undefined);
  },
  'account.yaml': (all) => {
    assert.ok(!kinds(all).has('ServiceAccount'));
    assert.equal(podOf(all)['spec'].serviceAccountName, 'platform.xen-operator');
    const subject = { kind: 'ServiceAccount', name: 'platform.xen-operator', namespace: NAMESPACE };
    assert.deepEqual(one(all, 'ClusterRoleBinding')['subjects'], [subject]);
    const admission = JSON.stringify(all.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy'));
    const named = new Set([...admission.matchAll(/system:serviceaccount:[^']+/g)].map(([name]) => name));
    assert.deepEqual([...named], [`system:serviceaccount:${NAMESPACE}:platform.xen-operator`]);
  },
  'proxy.yaml': (all) => {
    const arn = one(all, 'ServiceAccount', 'xen').metadata.annotations?.['eks.amazonaws.com/role-arn'];
    assert.equal(arn, 'arn:aws:iam::1:role/xen');
    assert.deepEqual((container(all)['args'] as string[]).slice(-2), ['--log-level=warn', '--context=fleet']);
    const names = (container(all)['env'] as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ['POD_NAME', 'POD_NAMESPACE', 'HTTPS_PROXY', 'NODE_EXTRA_CA_CERTS', 'TOKEN']);
    assert.deepEqual(container(all)['volumeMounts'], [{ name: 'ca', mountPath: '/etc/ca', readOnly: true }]);
    assert.deepEqual(podOf(all)['spec'].volumes, [{ name: 'ca', configMap: { name: 'ca' } }]);
    assert.equal(podOf(all)['spec'].topologySpreadConstraints[0].topologyKey, 'rack');
  },
  'umbrella.yaml': (all) =>
    assert.deepEqual(podOf(all)['spec'].imagePullSecrets, [{ name: 'pull' }, { name: 'other' }]),
  'bare.yaml': (all) => {
    const left = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Service', 'Deployment', 'Pod'];
    assert.deepEqual([...kinds(all)].sort(), left.sort());
    assert.equal(podOf(all)['spec'].securityContext, undefined);
  },
  'hostile-names.yaml': (all) => {
    const name = 'on1f-a-name-that-is-far-beyond-the-63-characters';
    assert.equal(one(all, 'Service', `${name}-operator`)['spec'].selector['app.kubernetes.io/name'], name);
    assert.equal(podOf(all, `${name}-operator`).metadata.labels?.['null'], 'null');
    assert.deepEqual((container(all, `${name}-operator`)['args'] as string[]).slice(-2), [
      '--identity=a b',
      '--namespace=fleet\n',
    ]);
    assert.equal(container(all, `${name}-operator`)['image'], 'registry.example:5000/1/2:1.10');
    assert.ok(!kinds(all).has('Secret'));
  },
  'hostile-clash.yaml': (all) => {
    const common = (kind: string, name?: string): unknown => {
      const { labels = {} } = one(all, kind, name).metadata;
      assert.equal(labels['app.kubernetes.io/name'], 'xen-fleet', kind);
      assert.equal(labels['app.kubernetes.io/managed-by'], 'Helm', kind);
      return labels['common'];
    };
    assert.deepEqual(
      [common('Deployment'), common('PodMonitor'), common('ConfigMap', 'xen-fleet-dashboard')],
      ['1', '3', '4'],
    );
    for (const [label, value] of Object.entries(OPERATOR)) assert.equal(podOf(all).metadata.labels?.[label], value);
    assert.equal(podOf(all).metadata.labels?.['common'], '2');
  },
  'hostile-nulls.yaml': (all) => {
    assert.deepEqual(podOf(all)['spec'].securityContext, {
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(one(all, 'NetworkPolicy')['spec'].policyTypes, ['Ingress']);
  },
};

/** What monitoring.yaml makes of alerts/: one left out, labels and addresses of pages added. */
function expectedGroups(): unknown[] {
  const more = { team: 'virtualization', note: 'any text, even {{ $labels.host }}' };
  const url = (alert: string): string => `https://docs.example/xen-fleet/runbooks/${alert}.md`;
  return readGroups().map(({ name, rules }) => ({
    name,
    rules: rules
      .filter(({ alert }) => alert !== 'XenFleetHostMemoryUnaccounted')
      .map((rule) => ({
        ...rule,
        labels: { ...more, ...rule.labels },
        annotations: { ...rule.annotations, runbook_url: url(rule.alert) },
      })),
  }));
}

describe('chart with the values of', function () {
  this.timeout(120_000);

  let helm: Helm;
  let plane: ControlPlane;
  let withMonitoring = false;
  before(async function () {
    this.timeout(900_000); // the first time, the control plane and helm are built
    helm = await startHelm();
    plane = await startControlPlane();
    await plane.kubectl(['create', 'namespace', NAMESPACE]);
    const crds = await findMonitoringCrds();
    if ('missing' in crds) process.stdout.write(`    monitors and rules are not judged: ${crds.missing}\n`);
    else {
      for (const file of crds.files) await plane.kubectl(['apply', '--server-side', '-f', file]);
      await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
      withMonitoring = true;
    }
  });
  after(async () => {
    helm?.stop();
    await plane?.stop();
  });

  it('all files', () => assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(LOOKS).sort()));

  for (const [file, look] of Object.entries(LOOKS))
    it(`${file}: renders, is well-formed and is accepted`, async () => {
      const values = ['--namespace', NAMESPACE, '--values', path.join(FOLDER, file)];
      const lint = await helm.run(['lint', '--strict', '--kube-version', KUBE_VERSION, CHART, ...values]);
      assert.equal(lint.code, 0, lint.stdout + lint.stderr);
      const { code, stdout, stderr } = await helm.run(
        ['template', 'xen-fleet', CHART, ...(withMonitoring ? ['--validate'] : AS_IF), ...values],
        {
          kubeconfig: plane.kubeconfigPath,
        },
      );
      assert.equal(code, 0, stderr);
      const all = manifestsIn(stdout);
      look(all);
      assert.deepEqual(all.flatMap(illegalLabels), []);
      const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.equal(new Set(names).size, names.length, 'two objects of one name');
      const judged = all.filter(({ apiVersion }) => withMonitoring || !/^monitoring/.test(apiVersion as string));
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: judged });
      const apply = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
      await plane.kubectl(apply, { stdin: list });
    });

  it('nobody: has pods that the strictest Pod Security Standard takes', async () => {
    const labels = 'pod-security.kubernetes.io/enforce=restricted';
    await plane.kubectl(['create', 'namespace', 'strict']);
    await plane.kubectl(['create', 'serviceaccount', '-n', 'strict', OPERATOR_ACCOUNT]);
    await plane.kubectl(['label', 'namespace', 'strict', labels]);
    const judged = async (values: Readonly<Record<string, unknown>>): Promise<string[]> => {
      const all = await helm.render(values);
      const pods = [podOf(all)['spec'], one(all, 'Pod', 'xen-fleet-test')['spec']] as object[];
      const verdicts = pods.map((spec, number) => {
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${number}`, namespace: 'strict' }, spec };
        return plane.tryKubectl(['create', '--dry-run=server', '-f', '-'], { stdin: JSON.stringify(pod) });
      });
      return (await Promise.all(verdicts)).map(({ code, stderr }) => (code === 0 ? 'taken' : stderr));
    };
    assert.deepEqual(await judged({}), ['taken', 'taken']);
    assert.deepEqual(await judged({ openshift: 'always' }), ['taken', 'taken']);
    for (const verdict of await judged({ securityContext: null }))
      assert.match(verdict, /violates PodSecurity "restricted/);
  });

  it('nobody: goes to a cluster by kubectl as well, without Helm', async () => {
    const args = ['template', 'xen-fleet', CHART, '--namespace', NAMESPACE, '--skip-tests'];
    const { code, stdout, stderr } = await helm.run(args, { kubeconfig: plane.kubeconfigPath });
    assert.equal(code, 0, stderr);
    await plane.kubectl(['apply', '--server-side', '-f', '-'], { stdin: stdout });
    assert.doesNotMatch(stdout, /^kind: Pod$/m);
    assert.match(await plane.kubectl(['get', 'deploy,xvm', '-n', NAMESPACE]), /xen-fleet-operator/);
  });

  it('the chart alone: each value has a place in the schema', () => {
    const schema = parse(readFileSync(path.join(CHART, 'values.schema.json'), 'utf8')) as { properties: object };
    const values = parse(readFileSync(path.join(CHART, 'values.yaml'), 'utf8')) as object;
    assert.deepEqual(Object.keys(schema.properties), ['enabled', ...Object.keys(values)]);
  });
});
