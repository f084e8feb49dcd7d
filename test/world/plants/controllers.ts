/** Rules of controllers, caches and leadership. */
import type { Plants } from './plant';

export const CONTROLLERS: Plants = {
  'a claim without its resourceVersion': [
    { file: 'operator/controllers/placement/claim.ts', from: 'metadata: { resourceVersion },', to: '' },
    { file: 'operator/operator.ts', from: 'connections.client.guarded(leader.guard())', to: 'connections.client' },
  ],
  'a wish outlives its plan': [
    {
      file: 'operator/controllers/placement/placement.ts',
      from: 'if (action === undefined || action.do !== wish.kind || action.epoch !== wish.epoch) {',
      to: 'if (action === undefined && wish.epoch < 0) {',
    },
  ],
  'nobody who waits for reports is woken': [
    {
      file: 'operator/controllers/vm/report-waiters.ts',
      from: 'if (waits) this.#keys.add(key);',
      to: 'if (waits) this.#keys.delete(key);',
    },
  ],
  'reports wake nobody': [
    {
      file: 'operator/controllers/vm/watches.ts',
      from: "  watch('agents', (change, caches) => told(sides(change), caches)),\n",
      to: '',
    },
  ],
  'what a list lacks stays': [
    {
      file: 'operator/runtime/store.ts',
      from: 'if (!listing.has(key) && !this.isBeyond(key, present, resourceVersion)) changes.push(...this.objects.remove(key));',
      to: '',
    },
  ],
  'rosters are not heeded': [
    {
      file: 'operator/controllers/frame/host-directory.ts',
      from: 'missing.add(name);\n    return',
      to: 'missing.delete(name);\n    return',
    },
  ],
  'a new leader lists nothing anew': [{ file: 'operator/operator.ts', from: 'await this.#caches.renew();', to: '' }],
  'reports of other terms count': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'return status?.nonce === nonce && status.bootID !== undefined && !isOtherMachine(machineOf(host), status);',
      to: "return nonce !== '' && status?.bootID !== undefined && !isOtherMachine(machineOf(host), status);",
    },
  ],
  'everything is fresh': [
    {
      file: 'operator/controllers/frame/caches.ts',
      from: 'return vm.spec.identity === undefined && this.#fresh.has(vm.metadata.uid ??',
      to: 'return vm.spec.identity === undefined || this.#fresh.has(vm.metadata.uid ??',
    },
  ],
  'restored histories are not noticed': [
    {
      file: 'common/kube/watcher.ts',
      from: 'const wentBack = compareResourceVersions(page.resourceVersion, resourceVersion) < 0;',
      to: 'const wentBack = false;',
    },
  ],
  'a doubt is forgotten': [
    {
      file: 'operator/operator.ts',
      from: 'this.#term?.renewNonce();',
      to: '',
    },
  ],
  'edits wake nobody': [
    {
      file: 'operator/runtime/workqueue.ts',
      from: 'this.again.set(key, Math.max(priority, this.again.get(key) ?? priority));',
      to: '',
    },
  ],
  'a lost claim is not read again': [
    {
      file: 'operator/controllers/placement/claim-writer.ts',
      from: 'if (isKubeError(error) && error.mayHaveLanded) await this.#lookAgain(key, vm);',
      to: '',
    },
  ],
};
