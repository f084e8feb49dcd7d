/** What an administrator keeps back on a host. Pure. */
import type { XenHost } from '../../crds/generated/types';
import { parseBytes, QuantityError, type QuantityBounds } from '../../common/quantity';

/** The bounds of the schema once more, since an object may be older than they are. */
const BOUNDS: QuantityBounds = { min: '0', max: '64Ti' };

/** Bytes that are never sold. Undefined if none are named, an error if they cannot be read. */
export function reservedBytes({ spec }: XenHost): number | QuantityError | undefined {
  const memory = spec.reserved?.memory;
  try {
    return memory === undefined ? undefined : parseBytes(memory, BOUNDS);
  } catch (error) {
    if (error instanceof QuantityError) return error;
    throw error;
  }
}
