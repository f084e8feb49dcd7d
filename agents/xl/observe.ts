/** Takes the report of scripts/observe.sh apart. Pure. */
import { parseInfo } from './info';
import type { XenFacts } from './info';
import { parseListL, parseListV } from './list';
import type { DomainDetail, Listing } from './list';
import { parseMark } from './mark';
import type { Mark } from './mark';

export interface PoolSpace {
  readonly path: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Undefined parts could not be told this time: nothing follows from their absence. */
export interface Observation {
  readonly bootID?: string;
  readonly hostname?: string;
  readonly policyText?: string;
  readonly facts?: XenFacts;
  readonly listing?: Listing;
  readonly details?: ReadonlyMap<number, DomainDetail>;
  /** The marks in xenstore by UUID; undefined for one that is no whole mark. */
  readonly marks?: ReadonlyMap<string, Mark | undefined>;
  readonly bridges?: readonly string[];
  readonly pools?: readonly PoolSpace[];
  readonly disks?: readonly FoundFile[];
}

/** The text of each section that did not fail. */
export function sections(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/^=== /m).slice(1)) {
    const end = part.indexOf('\n');
    const head = end < 0 ? part : part.slice(0, end);
    if (/^[a-z]+$/.test(head)) found.set(head, end < 0 ? '' : part.slice(end + 1));
  }
  return found;
}

export function parseObservation(text: string): Observation {
  const found = sections(text);
  const take = <T>(name: string, read: (body: string) => T | undefined): T | undefined => {
    const body = found.get(name);
    return body === undefined ? undefined : read(body);
  };
  const parts = {
    bootID: take('bootid', word),
    hostname: take('hostname', word),
    policyText: take('policy', (body) => body),
    facts: take('info', parseInfo),
    listing: take('list', parseListV),
    details: take('domains', parseListL),
    marks: take('marks', marks),
    bridges: take('bridges', lines),
    pools: take('df', pools),
    disks: take('disks', files),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

const lines = (body: string): string[] => body.split('\n').filter((line) => line !== '');
const word = (body: string): string | undefined => (/^\S+$/.test(body.trim()) ? body.trim() : undefined);

/** More than any host holds; what goes beyond is not looked at. */
const MAX_MARKS = 8192;

function marks(body: string): Map<string, Mark | undefined> {
  const found = lines(body)
    .slice(0, MAX_MARKS)
    .flatMap((line): [string, Mark | undefined][] => {
      const [, uuid, value] = /^\/xenfleet\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) = "(.*)"$/.exec(line) ?? [];
      return uuid === undefined ? [] : [[uuid, parseMark(value ?? '')]];
    });
  return new Map(found);
}

function pools(body: string): PoolSpace[] {
  return lines(body).flatMap((line) => {
    const [, path, total, free] = /^(\/\S*) (\d+) (\d+)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, totalBytes: Number(total), freeBytes: Number(free) }];
  });
}

function files(body: string): FoundFile[] {
  return lines(body).flatMap((line) => {
    const [, size, path] = /^(\d+) (.+)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, sizeBytes: Number(size) }];
  });
}
