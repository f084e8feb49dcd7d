/** A disk that is wanted, and one that a host keeps. */
import type { RetainedDisk } from '../../../../operator/plan/vm/facts';
import type { WantedDisk } from '../../../../operator/plan/vm/resolve';

export const root: WantedDisk = {
  name: 'root',
  device: 'xvda',
  sizeBytes: 1,
  pool: 'ssd',
  path: '/ssd',
  driver: 'file',
  locality: 'local',
  readOnly: false,
};
export const ours = { namespace: 'acme', name: 'web' };
export const kept = (over: Partial<RetainedDisk> = {}): RetainedDisk => ({
  host: 'h1',
  disk: 'root',
  path: '/ssd',
  owner: ours,
  ...over,
});
