/**
 * Faults that are planted to see whether the world finds them: each takes one rule out of the code,
 * as its module is loaded. A plant that nothing finds is a hole in the net.
 */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** More than one edit if the rule is kept twice. */
export type Plant = readonly Edit[];

const KNOWN_DISKS_ARE_MADE: Edit = {
  file: 'agents/storage/file.ts',
  from: "known ? 'known' : 'make'",
  to: "known ? 'make' : 'make'",
};

export const PLANTS: Readonly<Record<string, Plant>> = {
  'hosts do not come first': [
    {
      file: 'operator/plan/vm/epoch.ts',
      from: 'if (f.fresh || f.vouched || f.unreported.length === 0) return undefined;',
      to: 'if (f.fresh || f.unreported.length >= 0) return undefined;',
    },
  ],
  'everything is fresh': [
    {
      file: 'operator/controllers/frame/caches.ts',
      from: 'return vm.spec.identity === undefined && this.#fresh.has(vm.metadata.uid ??',
      to: 'return vm.spec.identity === undefined || this.#fresh.has(vm.metadata.uid ??',
    },
  ],
  'a declaration outranks signs of life': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'return isSilent(facts) || (facts.beatBootID !== undefined && facts.beatBootID !== boot);',
      to: 'return true;',
    },
  ],
  'a refuted declaration counts later': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'if (isRefuted(host, facts)) return false;',
      to: '',
    },
  ],
  'silence is death': [
    {
      file: 'operator/plan/host/view.ts',
      from: 'if (host.spec.declaredDead === undefined || host.spec.declaredDead !== boot) return false;',
      to: '',
    },
  ],
  'local disks are left behind': [
    {
      file: 'operator/plan/vm/claimed.ts',
      from: 'if (bound.length > 0) {',
      to: 'if (bound.length > 99) {',
    },
    KNOWN_DISKS_ARE_MADE,
  ],
  'no receipt is awaited': [
    {
      file: 'operator/plan/vm/strays.ts',
      from: "return hold('WaitingForReceipt', owed ?? receipt);",
      to: 'return owed === undefined && receipt ? undefined : undefined;',
    },
  ],
  'a claim without its resourceVersion': [
    {
      file: 'operator/controllers/placement/claim.ts',
      from: 'metadata: { resourceVersion },',
      to: '',
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
  'an older epoch is obeyed': [
    {
      file: 'agents/reconcile/accept.ts',
      from: "if (record && epoch < record.epoch && !(desired === 'Absent' && isRetired(record)))",
      to: 'if (record && epoch < 0)',
    },
  ],
  'a refused epoch is obeyed': [
    {
      file: 'agents/reconcile/accept.ts',
      from: "if (epoch <= refused && desired !== 'Absent')",
      to: 'if (epoch < 0 && refused)',
    },
  ],
  'boots need no confirmation': [
    {
      file: 'agents/reconcile/run.ts',
      from: 'if (startUnconfirmed) return undefined;',
      to: 'if (!startUnconfirmed) return undefined;',
    },
  ],
  'a copied identity has no rival': [
    {
      file: 'operator/plan/vm/conflict.ts',
      from: 'if (!f.rivals.some((rival) => comesFirst(rival, f.vm))) return undefined;',
      to: 'if (f.rivals.length >= 0) return undefined;',
    },
  ],
  'guests without an order are ended': [
    {
      file: 'agents/reconcile/step.ts',
      from: "return { record: change(record, { frozen: true }), act: { do: 'idle' } };",
      to: "return { act: { do: 'destroy' } } as never;",
    },
  ],
  'Once runs again': [
    {
      file: 'agents/reconcile/run.ts',
      from: "if (clean) return 'finished';",
      to: "if (clean) return 'again';",
    },
  ],
  'a clean end is final': [
    {
      file: 'agents/reconcile/run.ts',
      from: "if (order.runPolicy === 'Always') return 'again';",
      to: "if (order.runPolicy === 'Always') return 'finished';",
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
