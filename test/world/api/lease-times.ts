/** The one thing in a core kind that clients get wrong: a Lease's times have six digits. */
import { LEASES } from '../../../common/kube/lease';
import type { Kind } from './kinds';
import type { Loose } from './prepare';
import { badRequest } from './refusals';

export function checkLease({ type }: Kind, { spec }: Loose): void {
  if (type.plural !== LEASES.plural || type.group !== LEASES.group) return;
  const { acquireTime, renewTime } = (spec ?? {}) as { readonly acquireTime?: string; readonly renewTime?: string };
  for (const time of [acquireTime, renewTime]) {
    const [, rest = ''] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(.*)$/.exec(time ?? '') ?? [];
    if (time === undefined || /^\.\d{6}(Z|[+-]\d\d:\d\d)$/.test(rest)) continue;
    const why = `parsing time "${time}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${rest}" as ".000000"`;
    throw badRequest(`Lease in version "v1" cannot be handled as a Lease: ${why}`);
  }
}
