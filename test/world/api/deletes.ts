/** What a deletion makes of an object. */
import type { KubeObject } from '../../../common/kube/types';
import type { Address } from './address';
import { asSent } from './json';
import { isoSeconds } from './managers';
import { conflict, otherThanMeant } from './refusals';
import { NAMESPACES } from '../../../common/kube/resources';

interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Throws where the object is not the one that was meant. */
export function refuseAnother({ kind, name = '' }: Address, live: KubeObject, options: unknown): void {
  const { preconditions = {} } = (asSent(options ?? {}) ?? {}) as { preconditions?: Preconditions };
  const { uid, resourceVersion } = preconditions;
  const refuse = (what: string, wanted: string, found: string | undefined, why: string): never => {
    // A namespace is marked by an update.
    if (kind.type.plural === NAMESPACES.plural && kind.type.group === '') {
      const failed = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`;
      throw conflict(kind.type, name, failed);
    }
    const words = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found})`;
    throw otherThanMeant(kind.type, name, `${words}. The object might have been ${why}`);
  };
  if (uid !== undefined && uid !== live.metadata.uid)
    refuse('UID', uid, live.metadata.uid, 'deleted and then recreated');
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
    refuse('ResourceVersion', resourceVersion, live.metadata.resourceVersion, 'modified');
}

/** On its way out: what its finalizers still hold. */
export function marked(live: KubeObject, wallMs: number, isNamespace: boolean): KubeObject {
  const { generation } = live.metadata;
  const metadata = {
    ...live.metadata,
    deletionTimestamp: isoSeconds(wallMs),
    ...(!isNamespace && { deletionGracePeriodSeconds: 0 }),
    ...(generation !== undefined && { generation: generation + 1 }),
  };
  return { ...live, metadata, ...(isNamespace && { status: { phase: 'Terminating' } }) };
}

/** The answer where nothing is left. */
export function deleted({ kind, name }: Address, { metadata }: KubeObject): object {
  const { group, plural } = kind.type;
  const details = { name, ...(group !== '' && { group }), kind: plural, uid: metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
