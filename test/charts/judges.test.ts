/** What judges from outside say of the manifests as the chart has them, and of the Dockerfile. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startHelm } from './helm';
import type { Helm } from './helm';
import { findCheckov, findKubeScore } from './judges';
import type { FoundJudge } from './judges';

const OPERATOR = 'Deployment/xen-fleet-operator';
const TEST = 'Pod/xen-fleet-test';

const WAITS_FOR_ITS_LEASE = 'a process that is throttled could not renew its Lease';
const TAGS_STAY = 'tags of releases are not moved; image.pullPolicy says otherwise';
const NEEDS_A_NETWORK = 'networkPolicy.enabled: not every network knows NetworkPolicies';
const LIVES_FOR_SECONDS = 'it asks one question, and ends';
const DIGEST = 'image.digest: there is no published image yet';

/** What a judge finds fault with and we mean, with the reason. None is here that is not found. */
const MEANT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kube-score': {
    [`container-resources ${OPERATOR}`]: WAITS_FOR_ITS_LEASE,
    [`container-image-pull-policy ${OPERATOR}`]: TAGS_STAY,
    [`container-image-pull-policy ${TEST}`]: TAGS_STAY,
    [`pod-networkpolicy ${OPERATOR}`]: NEEDS_A_NETWORK,
    [`pod-networkpolicy ${TEST}`]: LIVES_FOR_SECONDS,
    [`deployment-replicas ${OPERATOR}`]: 'one process works; replicas: 2 has another wait beside it',
  },
  checkov: {
    [`CKV_K8S_11 ${OPERATOR}`]: WAITS_FOR_ITS_LEASE,
    [`CKV_K8S_15 ${OPERATOR}`]: TAGS_STAY,
    [`CKV_K8S_15 ${TEST}`]: TAGS_STAY,
    [`CKV_K8S_43 ${OPERATOR}`]: DIGEST,
    [`CKV_K8S_43 ${TEST}`]: DIGEST,
    [`CKV_K8S_38 ${OPERATOR}`]: 'it is what it calls the API server with',
    [`CKV_K8S_8 ${TEST}`]: LIVES_FOR_SECONDS,
    [`CKV_K8S_9 ${TEST}`]: LIVES_FOR_SECONDS,
    'CKV2_K8S_6 Pod/xen-fleet-operator': NEEDS_A_NETWORK,
    [`CKV2_K8S_6 ${TEST}`]: LIVES_FOR_SECONDS,
    'CKV_DOCKER_2 Dockerfile': 'Kubernetes asks by probes, and reads no HEALTHCHECK',
    'CKV_DOCKER_7 Dockerfile': 'the base is an argument, with a version in its name',
  },
};

const JUDGES: Readonly<Record<string, () => Promise<FoundJudge>>> = {
  'kube-score': () => findKubeScore(),
  checkov: findCheckov,
};
const DOCKERFILE = path.join(__dirname, '../../Dockerfile');

describe('the chart, judged from outside', function () {
  this.timeout(120_000);

  let helm: Helm;
  let dir: string;
  let manifests: string;
  before(async function () {
    this.timeout(600_000); // the first time, helm is built
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-judges-'));
    helm = await startHelm();
    manifests = path.join(dir, 'manifests.json');
    // Neither judge knows CRDs of others.
    const items = await helm.render({ 'crds.install': false, 'podMonitor.enabled': 'always' });
    writeFileSync(manifests, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  });
  after(() => {
    helm?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const [name, find] of Object.entries(JUDGES))
    it(`has no fault in the eyes of ${name} that is not meant`, async function () {
      this.timeout(600_000); // the first time, it is built or fetched
      const found = await find();
      if ('missing' in found) {
        process.stdout.write(`    ${name} skipped: ${found.missing}\n`);
        return this.skip();
      }
      const files = name === 'checkov' ? [manifests, DOCKERFILE] : [manifests];
      const faults = (await Promise.all(files.map((file) => found.judge(file)))).flat();
      assert.deepEqual([...new Set(faults)].sort(), Object.keys(MEANT[name] ?? {}).sort());
    });
});
