/** In the end: what is wanted runs, what is deleted is gone, and who waits is told why. */
import { XENVMS } from '../../../common/kube/resources';
import type { XenVM } from '../../../crds/generated/types';
import type { World } from '../world';
import { isMadeByHand } from '../objects';
import { liveDomains, type NewOracle } from './oracle';

type Accuse = (rule: string, what: string) => void;

/** Nothing is written for a VM at rest within this time. */
const REST_MS = 60_000;

/** What passes by itself: at the end of a long calm nobody may wait for it still. */
const PASSING = new Set([
  'AwaitingConfirmation',
  'HostNotReporting',
  'HostUnknown',
  'Pending',
  'ReportImplausible',
  'StaleEpoch',
  'Starting',
  'Stopping',
  'Terminating',
  'WaitingForReceipt',
]);

/** Guests that end by themselves are never at rest. */
const isRestless = (vm: XenVM): boolean => /sim=(crash|poweroff|reboot)/.test(vm.spec.boot?.cmdline ?? '');

const nameOf = ({ metadata }: Pick<XenVM, 'metadata'>): string => `${metadata.namespace}/${metadata.name}`;

/** What its owner reads of trouble. */
const troubles = ({ status }: XenVM): string =>
  (status?.conditions ?? [])
    .filter((c) => (c.type === 'Stalled' ? c.status === 'True' : c.status === 'False' && c.type !== 'RestartRequired'))
    .map(({ type, reason }) => `${type}=${reason}`)
    .join(' ');

/** Of a reason that passes by itself, unless somebody is told to act. */
function lingers({ status }: XenVM): string | undefined {
  const word = (type: string) => status?.conditions?.find((condition) => condition.type === type);
  const ready = word('Ready');
  const isOpen = ready !== undefined && ready.status !== 'True' && word('Stalled')?.status !== 'True';
  return isOpen && PASSING.has(ready.reason) ? `${ready.reason}: ${ready.message}` : undefined;
}

const says = (vm: XenVM): string => `phase ${vm.status?.phase}, ${troubles(vm)}`;

export const outcome: NewOracle = (world, accuse) => ({
  atEnd: () => {
    const vms = world.server.objects(XENVMS);
    for (const vm of vms) {
      judgeObject(vm, accuse);
      if (!isRestless(vm)) judgeGuest(vm, hostsOf(world, vm), accuse);
    }
    judgeRest(world, new Set(vms.filter(isRestless).map(nameOf)), accuse);
    judgeOrphans(world, vms, accuse);
    for (const fault of world.faults) accuse('exception', fault);
  },
});

function hostsOf(world: World, { status }: XenVM): string {
  const has = (machine: World['machines'][number]): boolean =>
    liveDomains(machine).some(({ config }) => config.uuid === status?.domainUUID && !isMadeByHand(config.name));
  return world.servers
    .filter(has)
    .map(({ name }) => name)
    .join(' ');
}

function judgeObject(vm: XenVM, accuse: Accuse): void {
  const { deletionTimestamp, generation } = vm.metadata;
  if (deletionTimestamp !== undefined) accuse('liveness', `${nameOf(vm)} is not gone: ${says(vm)}`);
  else if (vm.status?.observedGeneration !== generation)
    accuse('liveness', `nobody has looked at an edit of ${nameOf(vm)}: ${says(vm)}`);
}

function judgeGuest(vm: XenVM, where: string, accuse: Accuse): void {
  const { runPolicy = 'Always' } = vm.spec;
  const claimed = vm.status?.placement?.host ?? '';
  const isSaidToRun = vm.status?.phase === 'Running';
  if (runPolicy === 'Halted' && where !== '') accuse('liveness', `${nameOf(vm)} is Halted and runs on ${where}`);
  if (isSaidToRun && where !== claimed)
    accuse('truth', `${nameOf(vm)} is said to run on ${claimed}, and runs on ${where || 'no host'}`);
  judgeWord(vm, accuse);
}

/** Who does not run is told why, in a word that is true and that somebody can act on. */
function judgeWord(vm: XenVM, accuse: Accuse): void {
  const waitsFor = lingers(vm);
  if (waitsFor !== undefined) return accuse('liveness', `${nameOf(vm)} waits for ever, ${waitsFor}`);
  if ((vm.spec.runPolicy ?? 'Always') !== 'Always' || vm.status?.phase === 'Running') return;
  const words = troubles(vm);
  if (words === '') accuse('liveness', `${nameOf(vm)} does not run, and nothing says why: ${says(vm)}`);
  if (/Ready=(Crashed|Finished)/.test(words))
    accuse('policy', `${nameOf(vm)} is to run Always, and was left off: ${words}`);
}

function judgeRest({ server, time }: World, restless: ReadonlySet<string>, accuse: Accuse): void {
  const sinceMs = time.clock().wallMs() - REST_MS;
  for (const { wallMs, resource, object, user } of server.history.slice(-1000)) {
    if (wallMs < sinceMs || resource.plural !== XENVMS.plural) continue;
    const name = `${object.metadata.namespace}/${object.metadata.name}`;
    if (!restless.has(name)) accuse('rest', `${user} writes ${name} at rest`);
  }
}

/** A guest without an object is nobody's; after a restore, its owner has to be asked. */
function judgeOrphans(world: World, vms: readonly XenVM[], accuse: Accuse): void {
  if (world.notes.some(({ what }) => what === 'restored')) return;
  const known = new Set(vms.map(({ status }) => status?.domainUUID));
  for (const machine of world.servers)
    for (const { config } of liveDomains(machine))
      if (!known.has(config.uuid) && !isMadeByHand(config.name))
        accuse('orphan', `${config.name} ${config.uuid} runs on ${machine.name} for nobody`);
}
