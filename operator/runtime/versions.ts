/** Which of two states of one object is the newer. Pure. */
import { compareResourceVersions, type KubeObject } from '../../common/kube/types';

export const versionOf = (object: KubeObject | undefined): string | undefined => object?.metadata.resourceVersion;

export const isNewer = (a: KubeObject, b: KubeObject): boolean =>
  compareResourceVersions(versionOf(a), versionOf(b)) > 0;

/**
 * Whether what is kept is what the server lists, so that it may stay in its place. An answer to a
 * write is not: it still has the managedFields that a list loses on arrival.
 */
export function isSameState({ metadata: kept }: KubeObject, { metadata: listed }: KubeObject): boolean {
  const { uid, resourceVersion, managedFields } = kept;
  return (
    managedFields === undefined &&
    uid === listed.uid &&
    resourceVersion !== undefined &&
    resourceVersion === listed.resourceVersion
  );
}
