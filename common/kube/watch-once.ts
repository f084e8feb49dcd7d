/** One watch, from its first line to its end. */
import { isKubeError } from './errors';
import type { KubeError } from './errors';
import type { StreamEnd } from './transport';
import type { KubeObject } from './types';
import { dropUnread, parseWatchLine } from './watch-line';
import type { WatcherOptions } from './watch-types';

/** What a watch left behind. */
export interface WatchOutcome {
  /** Everything up to here was told. */
  resourceVersion: string;
  end?: StreamEnd;
  error?: KubeError;
  unreadable?: string;
}

interface WatchFrom {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Two bookmarks and a little: servers send one a minute. To be wrong costs two small requests and
 * no list.
 */
const SILENCE_MS = 130_000;

/** Rejects with what `onEvent` threw. */
export async function watchOnce<T extends KubeObject>(
  options: WatcherOptions<T>,
  { resourceVersion, timeoutSeconds, signal }: WatchFrom,
): Promise<WatchOutcome> {
  const { client, type, scope = {}, idleMs = Math.min(SILENCE_MS, (timeoutSeconds + 5) * 1000) } = options;
  const outcome: WatchOutcome = { resourceVersion };
  let bug: Error | undefined;
  const onLine = (line: string): boolean => {
    try {
      return readLine(options, line, outcome);
    } catch (thrown) {
      bug = thrown instanceof Error ? thrown : new Error(String(thrown));
      return false;
    }
  };
  try {
    outcome.end = await client.watch(type, scope, { resourceVersion, timeoutSeconds, idleMs, onLine, signal });
  } catch (error) {
    if (!isKubeError(error)) throw error;
    outcome.error = error;
  }
  if (bug !== undefined) throw bug;
  return outcome;
}

/** False ends the stream. */
function readLine<T extends KubeObject>(options: WatcherOptions<T>, line: string, outcome: WatchOutcome): boolean {
  const event = parseWatchLine<T>(line);
  const { onEvent, trim = dropUnread } = options;
  if (event.type === 'error') outcome.error = event.error;
  else if (event.type === 'unreadable') outcome.unreadable = event.why;
  else {
    outcome.resourceVersion = event.resourceVersion;
    onEvent(event.type === 'bookmark' ? event : { type: event.type, object: trim(event.object) });
    return true;
  }
  return false;
}
