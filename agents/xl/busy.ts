/** What is said where a lock on the Dom0 was not had, so that nothing was begun. */
import type { Failure } from './errors';

const REMEDY = {
  domain:
    'If an xl hangs there (ps ax | grep xl), end that process; what it had begun is then looked at anew. An image that is still copied takes its time',
  pool: 'If a command hangs there (ps ax), look for a mount whose server is away',
  host: 'If a command hangs there (ps ax), look for an xl that has no end and for a mount whose server is away',
} as const;

/** An earlier call, of this agent or another, has not ended; it holds the lock until it does. */
export function busy(what: string, lockOf: keyof typeof REMEDY): Failure {
  const message = `${what} was not begun: an earlier call for this ${lockOf} has not ended on the host. ${REMEDY[lockOf]}`;
  return { reason: 'ToolstackHung', message };
}
