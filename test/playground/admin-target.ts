/** A client for a playground that another process holds. */
import { KubeClient } from '../../common/kube/client';
import { loadKubeconfig } from '../../common/kube/config';
import { createTransport } from '../../common/kube/https-transport';
import type { Place } from './place';

export async function adminTarget(place: Place): Promise<KubeClient> {
  return new KubeClient(createTransport({ target: await loadKubeconfig(place.kubeconfig) }));
}
