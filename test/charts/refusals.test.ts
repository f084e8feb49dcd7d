/** What the schema refuses: before anything is rendered, naming the field. */
import assert from 'node:assert/strict';
import { CHART, KUBE_VERSION, setAll, startHelm } from './helm';
import type { Helm } from './helm';

const render = ['template', CHART, '--kube-version', KUBE_VERSION];

describe('chart', function () {
  this.timeout(60_000);

  let helm: Helm;
  before(async function () {
    this.timeout(600_000); // the first time, helm is built
    helm = await startHelm();
  });
  after(() => helm.stop());

  for (const [name, value, complaint] of [
    ['image.pullPolicy', 'Sometimes', /image[./]pullPolicy/],
    ['image.digest', 'sha256:short', /image[./]digest/],
    ['image.repository', 'Not A Name', /image[./]repository/],
    ['replicas', -1, /replicas/],
    ['replicas', '1', /replicas/],
    ['operator.workers', 0, /operator[./]workers/],
    ['operator.logLevel', 'loud', /operator[./]logLevel/],
    ['operator.leaderElectLeaseSeconds', 1, /operator[./]leaderElectLeaseSeconds/],
    ['operator.brake.percent', 101, /operator[./]brake[./]percent/],
    ['operator.hostUnknownAfterSeconds', 5, /operator[./]hostUnknownAfterSeconds/],
    ['operator.worker', 3, /'?worker'? not allowed|Additional property worker/],
    ['crds.install', 'yes', /crds[./]install/],
    ['service.port', 70000, /service[./]port/],
    ['podMonitor.enabled', true, /podMonitor[./]enabled/],
    ['podMonitor.interval', 'often', /podMonitor[./]interval/],
    ['dashboard.labels', { a: 1 }, /dashboard[./]labels/],
    ['resource', {}, /resource/],
    ['enabled', 'no', /enabled/],
    ['nameOverride', 'Upper', /nameOverride/],
    ['nameOverride', '1st', /nameOverride/],
    ['nameOverride', 'a\nb: c', /nameOverride/],
    ['commonLabels', { team: 'a b' }, /commonLabels[./]team/],
    ['commonLabels', { team: 'x'.repeat(64) }, /commonLabels[./]team/],
    ['podLabels', { a: 'ends.' }, /podLabels[./]a/],
    ['nodeSelector', { disk: true }, /nodeSelector[./]disk/],
    ['podAnnotations', { a: 1 }, /podAnnotations[./]a/],
    ['priorityClassName', 'a\nhostNetwork: true', /priorityClassName/],
    ['serviceAccount.name', "x' || true", /serviceAccount[./]name/],
    ['serviceAccount.create', 'maybe', /serviceAccount[./]create/],
    ['serviceMonitor.interval', '30', /serviceMonitor[./]interval/],
    ['prometheusRule.disabled', ['x"y'], /prometheusRule[./]disabled/],
    ['prometheusRule.runbookBaseUrl', 'docs', /prometheusRule[./]runbookBaseUrl/],
    ['extraArgs', [1], /extraArgs/],
    ['extraEnv', [{ value: 'x' }], /extraEnv/],
    ['extraVolumes', { ca: {} }, /extraVolumes/],
    ['networkPolicy.egress', 'any', /networkPolicy[./]egress/],
    ['podDisruptionBudget.enabled', true, /podDisruptionBudget[./]enabled/],
    ['openshift', 'maybe', /openshift/],
  ] as const) {
    it(`refuses ${name}=${JSON.stringify(value)}, naming the field`, async () => {
      const { code, stderr } = await helm.run([...render, ...setAll({ [name]: value })]);
      assert.notEqual(code, 0);
      assert.match(stderr, /values don't meet the specifications of the schema/);
      assert.match(stderr, complaint);
    });
  }

  it('refuses two monitors, with which every figure would be there twice', async () => {
    const both = setAll({ 'podMonitor.enabled': 'always', 'serviceMonitor.enabled': 'always' });
    const { code, stderr } = await helm.run([...render, ...both]);
    assert.notEqual(code, 0);
    assert.match(stderr, /podMonitor.enabled and serviceMonitor.enabled: .*; set one of them to never/);
  });

  it('refuses to leave out an alert that there is not', async () => {
    const values = { 'prometheusRule.enabled': 'always', 'prometheusRule.disabled': ['XenFleetHostsSilent'] };
    const { code, stderr } = await helm.run([...render, ...setAll(values)]);
    assert.notEqual(code, 0);
    assert.match(stderr, /prometheusRule.disabled: there is no alert XenFleetHostsSilent; docs.reference.alerts.md/);
  });
});
