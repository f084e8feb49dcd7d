/** A story told by a fresh model, on a time of its own. */
import { loadCrds } from '../../../../crds/generate';
import { KubeClient } from '../../../../common/kube/client';
import { NAMESPACES, SERVICEACCOUNTS } from '../../../../common/kube/resources';
import { seeded } from '../../../seeded';
import { WorldTime } from '../../time';
import { createAdmission } from '../admission/admission';
import type { Crd } from '../admission/custom-resource';
import { ModelServer } from '../server';
import { namespaceOf } from './rows';
import type { Story } from './stories';
import { object } from './things';
import { Teller, type Side, type Told } from './teller';

const admission = createAdmission(loadCrds() as unknown as Crd[]);
const HOUR_MS = 3_600_000;

export async function toldByModel(name: string, story: Story): Promise<readonly Told[]> {
  const random = { next: seeded(1) };
  const time = new WorldTime(random);
  const server = new ModelServer({ clock: time.clock(), random, admission });
  const admin = new KubeClient(
    server.transport({ name: 'admin', groups: ['system:masters', 'system:authenticated'], agent: 'xenfleet' }),
  );
  const side: Side = {
    admin: () => admin,
    serviceAccount: async (namespace, account) => {
      const { uid = '' } = (await admin.get(SERVICEACCOUNTS, { namespace, name: account })).metadata;
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
      const user = { name: `system:serviceaccount:${namespace}:${account}`, uid, groups, agent: 'xenfleet' };
      return new KubeClient(server.transport(user));
    },
    sleep: (delayMs) => new Promise((resolve) => void time.after(delayMs, resolve)),
    compact: (resourceVersion) => Promise.resolve(server.compact(Number(resourceVersion))),
  };
  const teller = new Teller(side, namespaceOf(name));
  const whole = async (): Promise<void> => {
    for (const namespace of ['default', teller.namespace])
      await admin.create(NAMESPACES, object(NAMESPACES, { name: namespace }));
    await story(teller);
  };
  let isOver = false;
  const over = whole().finally(() => (isOver = true));
  over.catch(() => undefined);
  await time.run(HOUR_MS, () => !isOver);
  await over;
  return teller.told;
}
