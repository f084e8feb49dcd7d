import { deepEqual, equal } from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import { Watcher } from '../../../common/kube/watcher';
import type { RelistCause } from '../../../common/kube/watcher';
import { Store } from '../../../operator/runtime/store';
import { CONFIGMAPS, adminClient, configMap, eventually } from '../../common/kube/things';
import type { ConfigMap } from '../../common/kube/things';
import { startControlPlane } from '../../control-plane/control-plane';

describe('a cluster restored from an older backup', function () {
  this.timeout(900_000);
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'restore-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('is noticed: a watch from the lost future is not believed, everything is listed anew', async () => {
    const live = path.join(dir, 'live');
    const backup = path.join(dir, 'backup');
    let plane = await startControlPlane({ dataDir: live });
    let client = adminClient(plane);
    await client.create(CONFIGMAPS, configMap('before'));
    await plane.stop();
    client.transport.close();
    await cp(live, backup, { recursive: true });

    plane = await startControlPlane({ dataDir: live });
    client = adminClient(plane);
    const causes: RelistCause[] = [];
    const store = new Store<ConfigMap>();
    const watcher = new Watcher({
      client,
      type: CONFIGMAPS,
      scope: { namespace: 'default', fieldSelector: 'metadata.name!=kube-root-ca.crt' },
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        if (event.type === 'initDone') causes.push(event.cause);
        store.apply(event);
      },
    });
    void watcher.run();
    try {
      await store.synced;
      for (let n = 0; n < 50; n += 1) await client.create(CONFIGMAPS, configMap(`lost-${n}`));
      await eventually(() => equal(store.size, 51));
      await plane.stop();
      await rm(live, { recursive: true });
      await cp(backup, live, { recursive: true });
      plane = await startControlPlane({ dataDir: live });
      const names = (): string[] => store.all().map((object) => object.metadata.name);
      await eventually(() => deepEqual(names(), ['before']), 60_000);
      equal(causes.at(-1), 'wentBack');
      await client.create(CONFIGMAPS, configMap('after'));
      await eventually(() => deepEqual(names(), ['before', 'after']));
    } finally {
      await watcher.stop();
      client.transport.close();
      await plane.stop();
    }
  });
});
