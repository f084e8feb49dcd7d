/** Splits the report of scripts/observe.sh into parts and reads them. Pure. */
import { autoballoons, parseCpuPools, parseInfo } from './info';
import type { XenFacts } from './info';
import { parseListL, parseListV } from './list';
import type { DomainDetail, Listing } from './list';
import { parseMark } from './mark';
import type { Mark } from './mark';
import { parseMarker } from './marker';
import type { Marker } from './marker';

/** The form that make-disk.sh writes. */
const OWNER =
  /^(\/\S*\.owner) \{"fleet":"[A-Za-z0-9-]*","namespace":"([a-z0-9-]{1,63})","name":"([a-z0-9.-]{1,63})"\}$/;

export interface PoolSpace {
  readonly path: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export interface FoundDisk {
  readonly path: string;
  readonly sizeBytes: number;
  /** What it occupies now, which is less than its size while it is sparse. */
  readonly usedBytes: number;
}

export interface DiskOwner {
  readonly namespace: string;
  readonly name: string;
}

/** Parts that could not be told this time are undefined. Their absence proves nothing. */
export interface Observation {
  readonly bootID?: string;
  readonly hostname?: string;
  readonly policyText?: string;
  readonly facts?: XenFacts;
  /** CPUs of the cpupool that guests are made in. */
  readonly poolCpus?: number;
  /** Whether xl may take memory from Dom0 for a guest. */
  readonly autoballoons?: boolean;
  readonly listing?: Listing;
  readonly details?: ReadonlyMap<number, DomainDetail>;
  /** The marks in xenstore by UUID. Undefined for one that is no whole mark. */
  readonly marks?: ReadonlyMap<string, Mark | undefined>;
  readonly bridges?: readonly string[];
  /** Bridges of Open vSwitch. Our guests are never attached to one. */
  readonly openVSwitches?: readonly string[];
  readonly pools?: readonly PoolSpace[];
  readonly disks?: readonly FoundDisk[];
  /** Markers of pools by the path of the folder. A folder with no readable marker is left out. */
  readonly markers?: ReadonlyMap<string, Marker>;
  /** Owners of disks by the path of the owner file. An unreadable file has no entry. */
  readonly owners?: ReadonlyMap<string, DiskOwner>;
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
    poolCpus: take('cpupools', parseCpuPools),
    autoballoons: take('xlconf', autoballoons),
    listing: take('list', parseListV),
    details: take('domains', parseListL),
    marks: take('marks', marks),
    bridges: take('bridges', (body) => lines(body).filter((line) => !line.includes(' '))),
    openVSwitches: take('bridges', openVSwitches),
    pools: take('df', pools),
    disks: take('disks', disks),
    markers: take('markers', markers),
    owners: take('owners', owners),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

const lines = (body: string): string[] => body.split('\n').filter((line) => line !== '');
const openVSwitches = (body: string): string[] =>
  lines(body).flatMap((line) => /^(\S+) openvswitch$/.exec(line)?.[1] ?? []);
const word = (body: string): string | undefined => (/^\S+$/.test(body.trim()) ? body.trim() : undefined);

/** More than any host holds. Further lines are not read. */
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

function disks(body: string): FoundDisk[] {
  return lines(body).flatMap((line) => {
    const [, size, used, path] = /^(\d+) (\d+) (.+)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, sizeBytes: Number(size), usedBytes: Number(used) }];
  });
}

function markers(body: string): Map<string, Marker> {
  const found = new Map<string, Marker>();
  for (const line of lines(body)) {
    const [, path, text = ''] = /^(\/\S*)\/\.xenfleet-pool (.*)$/.exec(line) ?? [];
    const marker = parseMarker(text);
    if (path !== undefined && marker) found.set(path, marker);
  }
  return found;
}

function owners(body: string): Map<string, DiskOwner> {
  const found = new Map<string, DiskOwner>();
  for (const line of lines(body)) {
    const [, path, namespace, name] = OWNER.exec(line) ?? [];
    if (path !== undefined && namespace !== undefined && name !== undefined) found.set(path, { namespace, name });
  }
  return found;
}
