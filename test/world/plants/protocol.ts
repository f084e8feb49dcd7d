/** Rules of the plan of one VM. */
import type { Plants } from './plant';

export const PROTOCOL: Plants = {
  'an edit lets go of an address at once': [
    {
      file: 'operator/plan/vm/status.ts',
      from: 'if (kept !== undefined) return kept.length > 0 ? kept : undefined;',
      to: 'if (kept !== undefined) return ordered;',
    },
    {
      file: 'operator/controllers/frame/caches.ts',
      from: 'macsIn(spec.networks, status?.granted?.networks)',
      to: 'macsIn(spec.networks, status?.granted?.networks?.slice(0, 0))',
    },
  ],
  'disks of a create that was cut off are unknown': [
    {
      file: 'agents/reconcile/note.ts',
      from: 'const known = withStartedDisks(record, creating.applied?.disks);',
      to: 'const known = withStartedDisks(record, []);',
    },
    {
      file: 'agents/reconcile/step.ts',
      from: 'const told = withSeenFiles(accepted.record, input.files ?? []);',
      to: 'const told = withSeenFiles(accepted.record, []);',
    },
    {
      file: 'operator/plan/vm/claimed.ts',
      from: '(madeOn === undefined && mayHaveRun);',
      to: '(madeOn === undefined && mayHaveRun && disks.length < 0);',
    },
  ],
  'a deleted VM goes at once': [
    {
      file: 'operator/plan/vm/deletion.ts',
      from: 'const next = nextStep(f);',
      to: "const next = nextStep(f) && ({ do: 'clearFinalizer' } as Action);",
    },
  ],
  'a word about another ends the rightful copy': [
    {
      file: 'operator/plan/vm/whereabouts.ts',
      from: 'if (mayRunHere || f.vouched || others.length > 1) return MANY;',
      to: 'if (others.length > 1) return mayRunHere ? MANY : MANY;',
    },
  ],
  'strangers are one’s own': [
    {
      file: 'operator/plan/vm/facts.ts',
      from: 'owner.namespace === vm.metadata.namespace && owner.name === vm.metadata.name;',
      to: 'owner.namespace !== undefined && vm.metadata.name !== undefined;',
    },
  ],
  'a copied identity has no rival': [
    {
      file: 'operator/plan/vm/conflict.ts',
      from: 'if (!f.rivals.some((rival) => comesFirst(rival, f.vm))) return undefined;',
      to: 'if (f.rivals.length >= 0) return undefined;',
    },
    {
      file: 'operator/plan/vm/conflict.ts',
      from: 'return rivalConflict(f) ?? strangerConflict(f) ?? namesakeConflict(f);',
      to: 'return rivalConflict(f) ?? namesakeConflict(f) ?? (f.foreignOrders.length < 0 ? strangerConflict(f) : undefined);',
    },
  ],
  'an address is given twice': [
    {
      file: 'operator/plan/vm/conflict.ts',
      from: 'if (lost === undefined) return undefined;',
      to: 'if (lost === undefined || f.macUses.length > 0) return undefined;',
    },
  ],
  'an address that a host remembers is given': [
    {
      file: 'operator/plan/vm/conflict.ts',
      from: 'if (remembered === true) return !mine;',
      to: 'if (remembered === true) return false;',
    },
  ],
  'a claim is good in any boot': [
    { file: 'operator/plan/vm/order-step.ts', from: 'if (bootID !== f.hosts[host]?.bootID) return true;', to: '' },
  ],
  'claims vouch for themselves': [
    {
      file: 'operator/plan/vm/vouch.ts',
      from: 'if (claim?.bootID === undefined || view?.answered !== true || view.bootID !== claim.bootID) return false;',
      to: 'if (claim !== undefined) return true;',
    },
  ],
  'local disks are left behind': [
    {
      file: 'operator/plan/snapshot/vm.ts',
      from: 'return defined({ pool, sizeBytes, made: true, madeBytes: rest, madeOn: known && boundTo(known, madeHere) });',
      to: "return defined({ pool, sizeBytes, madeBytes: boundTo(known!, madeHere) === '' ? rest : rest });",
    },
    { file: 'operator/plan/vm/claimed.ts', from: 'if (bound.length > 0) {', to: 'if (bound.length > 99) {' },
    {
      file: 'operator/plan/vm/disks.ts',
      from: "...(disk.locality === 'local' && madeOn !== undefined && { madeOn, hosts })",
      to: "...(disk.locality === 'local' && madeOn !== undefined && disk.made === true && { madeOn, hosts })",
    },
    { file: 'agents/storage/file.ts', from: "known ? 'known' : 'make'", to: "known ? 'make' : 'make'" },
  ],
  'known disks are forgotten': [
    {
      file: 'operator/plan/snapshot/vm.ts',
      from: 'return defined({ pool, sizeBytes, made: true, madeBytes: rest, madeOn: known && boundTo(known, madeHere) });',
      to: "return defined({ pool, sizeBytes, madeBytes: boundTo(known!, madeHere) === '' ? rest : rest });",
    },
    {
      file: 'operator/plan/vm/disks.ts',
      from: 'if (first === undefined) return disk;',
      to: "if (first === undefined || first.path !== '') return disk;",
    },
    {
      file: 'operator/plan/vm/claimed.ts',
      from: 'madeOn === claim.host || made.has(name) || (madeOn === undefined && mayHaveRun);',
      to: 'madeOn === claim.host && made.has(name) && mayHaveRun;',
    },
  ],
  'kept disks go with their VM': [
    {
      file: 'operator/plan/vm/doomed-disks.ts',
      from: "if (deletionPolicy !== 'Delete') return [];",
      to: 'if (deletionPolicy === undefined) return [];',
    },
  ],
  'a guest that has done its work runs again elsewhere': [
    {
      file: 'operator/plan/vm/claimed.ts',
      from: 'if (order !== undefined && hasFinished(f, order)) {',
      to: 'if (order !== undefined && hasFinished(f, order) && order.spec.epoch < 0) {',
    },
  ],
  'hosts do not come first': [
    {
      file: 'operator/plan/vm/epoch.ts',
      from: 'if (f.fresh || f.vouched || f.unreported.length === 0) return undefined;',
      to: 'if (f.fresh || f.unreported.length >= 0) return undefined;',
    },
  ],
};
