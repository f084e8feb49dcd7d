/** /metrics, /healthz and /readyz. */
import type { Exposition, ListenAddress } from './types';

export interface HttpOptions {
  readonly listen: ListenAddress;
  readonly metrics: () => Promise<Exposition>;
  /** What is not ready yet, in words; empty: ready. /healthz only says that the process is alive. */
  readonly notReady: () => readonly string[];
}

export interface HttpServer {
  readonly port: number;
  /** e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  stop(): Promise<void>;
}

export function startHttpServer(_options: HttpOptions): Promise<HttpServer> {
  throw new Error('to come');
}
