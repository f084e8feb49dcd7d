/** From an HTTP answer that is no success to the one error of this floor. */
import type { IncomingHttpHeaders } from 'node:http';
import { KubeError } from './errors';
import type { KubeErrorKind } from './errors';

interface Status {
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown; readonly causes?: unknown };
}

const KIND_OF_CODE: Readonly<Record<number, KubeErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'invalid',
  422: 'invalid',
  429: 'throttled',
  504: 'timeout',
};

/** Reasons that say more than their code. */
const KIND_OF_REASON: Readonly<Record<string, KubeErrorKind>> = {
  AlreadyExists: 'alreadyExists',
  Expired: 'gone',
  Gone: 'gone',
  Timeout: 'timeout',
  ServerTimeout: 'timeout',
};

export function kindOf(code: number, reason?: string): KubeErrorKind {
  const byReason = reason === undefined ? undefined : KIND_OF_REASON[reason];
  return byReason ?? KIND_OF_CODE[code] ?? (code >= 500 ? 'unavailable' : 'other');
}

function causesOf(status: Status): string[] {
  const causes: unknown = status.details?.causes;
  if (!Array.isArray(causes)) return [];
  return causes
    .map((cause: unknown) => (cause as { reason?: unknown } | null)?.reason)
    .filter((r) => typeof r === 'string');
}

/**
 * `Retry-After` is seconds or a date; API servers send seconds, things in front of them may not.
 */
export function parseRetryAfterMs(header: string | undefined, wallMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallMs);
}

function parseStatus(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

export interface Refusal {
  /** What was asked, for the message: `PATCH /apis/…`. */
  readonly what: string;
  readonly isWrite: boolean;
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The error of an answer. A 5xx to a write says nothing about whether it took effect. */
export function errorOfAnswer(refusal: Refusal): KubeError {
  const { what, code, body } = refusal;
  const status = parseStatus(body);
  const reason = typeof status.reason === 'string' ? status.reason : undefined;
  const seconds = status.details?.retryAfterSeconds;
  const retryAfterMs =
    parseRetryAfterMs(refusal.headers['retry-after'], Date.now()) ??
    (typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined);
  const text = typeof status.message === 'string' ? status.message : body.slice(0, 200);
  return new KubeError(kindOf(code, reason), `${what}: ${code}${text === '' ? '' : ` ${text}`}`, {
    code,
    causes: causesOf(status),
    mayHaveLanded: refusal.isWrite && (code >= 500 || code === 408),
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The error inside an ERROR event of a watch. */
export function errorOfStatusObject(what: string, object: unknown): KubeError {
  const status = (typeof object === 'object' && object !== null ? object : {}) as Status;
  const code = typeof status.code === 'number' ? status.code : 500;
  return errorOfAnswer({ what, isWrite: false, code, headers: {}, body: JSON.stringify(status) });
}
