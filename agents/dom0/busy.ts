/** What is said where the lock of a domain was not had. */
import type { Failure } from '../xl/errors';

/** An earlier call, of this agent or another, has not ended; it holds the lock until it does. */
export function busy(what: string): Failure {
  const message = `${what} was not begun: an earlier call for this domain has not ended on the host. If an xl hangs there (ps ax | grep xl), end that process; what it had begun is then looked at anew`;
  return { reason: 'ToolstackHung', message };
}
