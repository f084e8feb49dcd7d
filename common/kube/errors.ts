/**
 * The one error of all calls to the API server. Callers switch on `kind`; nobody reads HTTP codes
 * elsewhere.
 */

export type KubeErrorKind =
  | 'conflict' // 409: the resourceVersion is not the newest, or a field belongs to another manager
  | 'alreadyExists' // 409 at create
  | 'notFound'
  | 'gone' // 410: this resourceVersion or continue token is forgotten; list anew
  | 'throttled' // 429
  | 'invalid' // 400, 422: the object itself is wrong, repeating does not help
  | 'forbidden'
  | 'unauthorized'
  | 'timeout' // our deadline, or the server's own
  | 'network' // no connection, or one that broke
  | 'unavailable' // 5xx
  | 'tooLong' // the answer is longer than we keep; a list can be asked for in smaller pages
  | 'aborted' // the caller's signal
  | 'other';

export interface KubeErrorDetail {
  /** HTTP code, where there was an answer. */
  readonly code?: number;
  /** The `reason` of the server's Status object. */
  readonly reason?: string;
  /** Reasons of `details.causes`, e.g. `NamespaceTerminating`. */
  readonly causes?: readonly string[];
  readonly retryAfterMs?: number;
  readonly mayHaveLanded?: boolean;
  readonly cause?: unknown;
}

export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly kind: KubeErrorKind;
  readonly code: number | undefined;
  readonly reason: string | undefined;
  readonly causes: readonly string[];
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /**
   * A write whose answer was lost: it may have taken effect, now or later. Read again before
   * deciding anything.
   */
  readonly mayHaveLanded: boolean;

  constructor(kind: KubeErrorKind, message: string, detail: KubeErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.kind = kind;
    this.code = detail.code;
    this.reason = detail.reason;
    this.causes = detail.causes ?? [];
    this.retryAfterMs = detail.retryAfterMs;
    this.mayHaveLanded = detail.mayHaveLanded ?? false;
  }
}

/** True where `error` is a KubeError of one of these kinds. */
export function isKubeError(error: unknown, ...kinds: readonly KubeErrorKind[]): error is KubeError {
  return error instanceof KubeError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Nothing can be created there: the namespace is on its way out. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  isKubeError(error, 'forbidden') && error.causes.includes('NamespaceTerminating');
