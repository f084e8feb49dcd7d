/**
 * The contract of the API server, by the real one. `RECORD=1` writes down what it says, for the
 * model to be held to.
 */
import { deepEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createTransport } from '../../../common/kube/https-transport';
import { KubeClient } from '../../../common/kube/client';
import { startControlPlane, type ControlPlane } from '../../control-plane/control-plane';
import { adminClient } from '../../common/kube/things';
import { record, recorded, type Recorded } from './contract/recorded';
import { ROWS, namespaceOf } from './contract/rows';
import { Teller, type Side } from './contract/teller';

const CRDS = join(__dirname, '../../../crds');

/** etcd speaks JSON on its socket, too; it has no other way to forget at once. */
async function compact(plane: ControlPlane, resourceVersion: string): Promise<void> {
  const body = JSON.stringify({ revision: resourceVersion, physical: true });
  const socket = join(plane.dir, 'client:0');
  await promisify(execFile)('curl', ['-sSf', '--unix-socket', socket, '-d', body, 'http://etcd/v3/kv/compaction']);
}

describe('the contract of the API server, by the real one', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let side: Side;
  const clients: KubeClient[] = [];
  const answers: Recorded = {};

  before(async () => {
    plane = await startControlPlane();
    const files = readdirSync(CRDS).filter((file) => file.endsWith('.yaml'));
    await plane.kubectl(['apply', '--server-side', ...files.flatMap((file) => ['-f', join(CRDS, file)])]);
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const admin = adminClient(plane);
    clients.push(admin);
    side = {
      admin: () => admin,
      serviceAccount: async (namespace, name) => {
        const token = await plane.tokenFor(namespace, name);
        const target = { server: plane.server, ca: plane.caPem, token: () => Promise.resolve(token) };
        const client = new KubeClient(createTransport({ target }));
        clients.push(client);
        return client;
      },
      sleep: async (delayMs) => void (await sleep(delayMs)),
      compact: (resourceVersion) => compact(plane, resourceVersion),
    };
  });
  after(async () => {
    for (const { transport } of clients) transport.close();
    await plane.stop();
    if (process.env['RECORD'] !== undefined) record(answers, Object.keys(ROWS));
  });

  for (const [name, story] of Object.entries(ROWS)) {
    it(name, async () => {
      const namespace = namespaceOf(name);
      await plane.kubectl(['create', 'namespace', namespace]);
      const teller = new Teller(side, namespace);
      await story(teller);
      answers[name] = teller.told;
      if (process.env['RECORD'] === undefined) deepEqual(teller.told, recorded()[name]);
    });
  }
});
