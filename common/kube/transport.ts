/**
 * What a connection to one API server can be asked: raw JSON in and out, a deadline on everything,
 * one kind of error. https-transport.ts implements it.
 */
import type { Clock } from '../ports';
import type { KubeTarget } from './config';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** e.g. `/apis/xenfleet.io/v1alpha1/xenhosts`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Of the body; `application/json` by default. */
  readonly contentType?: string;
  /** For the whole call, waiting for a free connection included; default 15 000. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Called at the last moment before the first byte of a write leaves, when the connection stands
   * already; it may throw, and then nothing is sent and the call rejects with what it threw.
   * Leaders put their `assertLeading` here.
   */
  readonly guard?: () => void;
  /** For metrics. */
  readonly verb: string;
  readonly resource: string;
}

/**
 * How a stream ended that was not aborted and did not fail: closed by the server, silent for too
 * long, or a line too long to keep.
 */
export type StreamEnd = 'closed' | 'idle' | 'overflow';

export interface StreamRequest extends KubeRequest {
  /** Silence after which the connection is taken for dead. */
  readonly idleMs: number;
  /**
   * One line of the answer. Must be quick, must not throw. Returning false ends the stream as
   * `closed`.
   */
  readonly onLine: (line: string) => boolean;
}

export interface KubeTransport {
  /** The parsed answer. Rejects with KubeError (or with what `guard` threw). */
  request(request: KubeRequest): Promise<unknown>;
  /**
   * Resolves when the stream ends; rejects with KubeError where it did not start, broke, or was
   * aborted.
   */
  stream(request: StreamRequest): Promise<StreamEnd>;
  /** Ends every connection; calls under way reject. */
  close(): void;
}

export interface RequestReport {
  readonly verb: string;
  readonly resource: string;
  /** The HTTP code, or the error's kind where there was none. */
  readonly code: number | string;
  readonly durationMs: number;
}

export interface TransportOptions {
  readonly target: KubeTarget;
  /** Connections for calls (watches have theirs); default 16. */
  readonly maxSockets?: number;
  /** Bytes of one answer; default 16 MiB. A longer one is a KubeError `tooLong`. */
  readonly maxResponseBytes?: number;
  readonly userAgent?: string;
  /** Tells when credentials are read again; default: the system's. */
  readonly clock?: Clock;
  readonly onRequest?: (report: RequestReport) => void;
}
