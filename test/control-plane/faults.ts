// Which fault a request meets; pure.
import type { Fault, FaultMatch, FaultRule } from './types';

export type LiveRule = FaultRule & { hits: number };
export type Asked = { method: string; path: string };

export function matches(match: FaultMatch, { method, path }: Asked): boolean {
  const watch = /[?&]watch=(true|1)(&|$)/.test(path);
  return (
    (match.path === undefined || path.search(match.path) >= 0) &&
    (match.method === undefined || match.method === method) &&
    (match.watch === undefined || match.watch === watch)
  );
}

/** The first rule that matches and is not used up. */
export function pickRule(rules: readonly LiveRule[], asked: Asked): LiveRule | undefined {
  return rules.find((rule) => rule.hits < (rule.times ?? Infinity) && matches(rule.match, asked));
}

/** The metav1.Status that a client expects with an error. */
export function statusBody(code: number, reason: string): string {
  const message = `fault proxy: ${code}`;
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
}

const reasons: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

export const reasonOf = (fault: Extract<Fault, { kind: 'status' }>): string =>
  fault.reason ?? reasons[fault.code] ?? 'Unknown';

/** What a watch says when its resourceVersion is too old. */
export const expiredEvent = `${JSON.stringify({ type: 'ERROR', object: JSON.parse(statusBody(410, 'Expired')) as unknown })}\n`;

/**
 * How many bytes of the chunk belong to the first n events (one per line); -1 when it holds fewer.
 */
export function endOfEvents(chunk: Buffer, n: number): number {
  let end = 0;
  for (let left = n; left > 0; left--) {
    const newline = chunk.indexOf(0x0a, end);
    if (newline < 0) return -1;
    end = newline + 1;
  }
  return end;
}

export function countEvents(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) count++;
  return count;
}
