/**
 * Whose domain runs under the UUID of an order. Pure.
 *
 * It is ours if one of two things proves it:
 * - the mark in xenstore names this fleet and the VM of the order. It is written before `xl
 *   create`, so all that our create makes carries it, even if the agent died in between;
 * - the record remembers a run (`started`): our create has succeeded, or the run was proved when it
 *   was first seen. That holds without the marks, too, for instance if somebody restores a saved
 *   guest after a reboot. `started` goes once the domain was ordered off.
 *
 * A record alone proves nothing: it is written before the create, which may never have happened. A
 * domain that is not proved to be ours is foreign. It is reported, but never shut down, destroyed,
 * retired or taken over, whatever the order wants. If it is ours after all it runs on, and a person
 * can give it back by writing the mark.
 */
import type { Mark } from '../xl/mark';
import { markPath, markText } from '../xl/mark';
import type { DomainRecord } from './record';
import type { Report } from './types';

export interface Owner {
  readonly fleetID: string;
  readonly namespace: string;
  readonly name: string;
}

export const ownerOf = ({ fleetID, vm }: Pick<DomainRecord, 'fleetID' | 'vm'>): Owner => ({
  fleetID,
  namespace: vm.namespace,
  name: vm.name,
});

export function isProved(record: DomainRecord | undefined, mark: Mark | undefined, owner: Owner): boolean {
  if (record?.started !== undefined) return true;
  return (
    mark !== undefined &&
    mark.fleetID === owner.fleetID &&
    mark.namespace === owner.namespace &&
    mark.name === owner.name
  );
}

export function foreignDomain(uuid: string, record: DomainRecord, mark: Mark | undefined): Report {
  const { namespace, name } = record.vm;
  const other = mark ? `its mark names ${mark.namespace}/${mark.name} of fleet ${mark.fleetID}` : 'it carries no mark';
  const wanted = markText({ ...ownerOf(record), epoch: record.epoch });
  const message =
    `a domain of UUID ${uuid} is on the host and is not proved to be ${namespace}/${name}: ${other}; nothing is touched. ` +
    `If it is not that VM, end the domain with xl, or delete the XenVM and make it anew, without spec.identity or with another UUID there. ` +
    `If it is, run on the host: xenstore-write ${markPath(uuid)} '${wanted}'`;
  return { phase: 'Unknown', ready: 'False', reason: 'ForeignDomain', message };
}
