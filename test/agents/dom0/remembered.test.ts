/** What an agent reads of its Dom0 when it starts, and what it makes of files that are damaged. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { Checkpoints } from '../../../agents/dom0/checkpoints';
import { HostError } from '../../../agents/host/port';
import { InProcessHost } from '../../sim/in-process-host';
import { UUID, record } from '../orders';
import { layout } from './dom0-in-memory';

const STATE = layout.stateDir;
const POOL = { name: 'local', path: '/srv/local' };

async function loaded(files: Readonly<Record<string, string>>): Promise<Checkpoints> {
  const host = new InProcessHost();
  for (const [path, text] of Object.entries(files)) await host.putFile(`${STATE}/${path}`, text);
  const checkpoints = new Checkpoints(host, layout);
  await checkpoints.load();
  return checkpoints;
}

describe('the records of a Dom0', () => {
  it('are read whole, however many there are', async () => {
    const uuids = Array.from({ length: 30 }, (_, index) => `0b6f3f6e-51ad-4b43-9f0a-0c8f1c2d3e${10 + index}`);
    const files = uuids.map((uuid) => [`domains/${uuid}.json`, JSON.stringify(record({ uuid }))] as const);
    deepEqual([...(await loaded(Object.fromEntries(files))).records.keys()].sort(), uuids);
  });

  const sound = record();
  const damaged: [string, string][] = [
    ['no JSON', '{"version":1'],
    ['an empty file', ''],
    ['no object', '1'],
    ['nothing', 'null'],
    ['a version that is not known', JSON.stringify({ ...sound, version: 2 })],
    ['the record of another domain', JSON.stringify({ ...sound, uuid: UUID.replace('0', '1') })],
    ['no epoch', JSON.stringify({ ...sound, epoch: '1' })],
    ['no order', JSON.stringify({ ...sound, order: undefined })],
    ['an order of null', JSON.stringify({ ...sound, order: null })],
    ['a list for an order', JSON.stringify({ ...sound, order: [] })],
    ['no VM', JSON.stringify({ ...sound, vm: undefined })],
    ['no word of its disks', JSON.stringify({ ...sound, disks: undefined })],
    ['a VM of null', JSON.stringify({ ...sound, vm: null })],
  ];
  for (const [what, text] of damaged)
    it(`are unreadable with ${what}: the domain is named, and has no record`, async () => {
      const { records, unreadable } = await loaded({ [`domains/${UUID}.json`]: text });
      deepEqual([[...records], [...unreadable.keys()]], [[], [UUID]]);
      match(unreadable.get(UUID) ?? '', new RegExp(`${STATE}/domains/${UUID}.json is unreadable; .* not touched`));
    });

  it('are files of a UUID: others in the folder are passed over', async () => {
    const names = [`${UUID}.json.bak`, `${UUID}`, 'notes.json', `x${UUID}.json`, `${UUID}x.json`];
    const files = names.map((name) => [`domains/${name}`, 'rubbish'] as const);
    const { records, unreadable } = await loaded(Object.fromEntries(files));
    deepEqual([records.size, unreadable.size], [0, 0]);
  });

  it('are not needed: one that is gone by now is none', async () => {
    const host = new InProcessHost();
    host.listDir = (path) => Promise.resolve(path.endsWith('/domains') ? [`${UUID}.json`] : []);
    const checkpoints = new Checkpoints(host, layout);
    await checkpoints.load();
    deepEqual([checkpoints.records.size, checkpoints.unreadable.size], [0, 0]);
  });
});

describe('the fleet of a Dom0', () => {
  const fleet = { fleetID: 'f', roster: ['h1'], rosterEpoch: 3 };

  it('is none on a new host, and afterwards what was saved', async () => {
    const host = new InProcessHost();
    const first = new Checkpoints(host, layout);
    await first.load();
    equal(first.fleet, undefined);
    await first.saveFleet(fleet);
    deepEqual(first.fleet, fleet);
    const next = new Checkpoints(host, layout);
    await next.load();
    deepEqual(next.fleet, fleet);
  });

  it('does not count before it is durable', async () => {
    const host = new InProcessHost();
    const checkpoints = new Checkpoints(host, layout);
    host.putFile = () => Promise.reject(new HostError('EROFS'));
    await rejects(checkpoints.saveFleet(fleet), /EROFS/);
    equal(checkpoints.fleet, undefined);
  });
});

describe('the pools that a Dom0 has used', () => {
  it('are known by name and path, also to the next agent', async () => {
    const host = new InProcessHost();
    const first = new Checkpoints(host, layout);
    await first.load();
    equal(first.poolID(POOL), undefined);
    await Promise.all([first.rememberPool(POOL, 'id-1'), first.rememberPool({ ...POOL, name: 'fast' }, 'id-2')]);
    const next = new Checkpoints(host, layout);
    await next.load();
    for (const checkpoints of [first, next]) {
      const ids = [POOL, { ...POOL, name: 'fast' }, { ...POOL, path: '/srv' }].map((pool) => checkpoints.poolID(pool));
      deepEqual(ids, ['id-1', 'id-2', undefined]);
    }
  });

  it('do not count before they are durable, and one that could not be written hinders no other', async () => {
    const host = new InProcessHost();
    const putFile = host.putFile.bind(host);
    const checkpoints = new Checkpoints(host, layout);
    host.putFile = () => Promise.reject(new HostError('EROFS'));
    await rejects(checkpoints.rememberPool(POOL, 'id-1'), /EROFS/);
    equal(checkpoints.poolID(POOL), undefined);
    host.putFile = putFile;
    await checkpoints.rememberPool({ ...POOL, name: 'fast' }, 'id-2');
    deepEqual([checkpoints.poolID(POOL), checkpoints.poolID({ ...POOL, name: 'fast' })], [undefined, 'id-2']);
  });

  it('stop the agent where their file is damaged: an empty mount point would be marked as the pool', async () => {
    for (const text of ['', '{', '1', 'null', '[]', '{"local /srv/local":1}'])
      await rejects(loaded({ 'pools.json': text }), /pools\.json is unreadable: restore it, or remove it/, text);
    equal((await loaded({ 'pools.json': '{}' })).poolID(POOL), undefined);
  });
});

describe('the cfg of a domain that is gone', () => {
  it('is removed, and no other file', async () => {
    const host = new InProcessHost();
    for (const name of [`cfg/${UUID}.cfg`, 'cfg/other.cfg', `domains/${UUID}.json`])
      await host.putFile(`${STATE}/${name}`, 'x');
    await new Checkpoints(host, layout).dropCfg(UUID);
    deepEqual(await host.listDir(`${STATE}/cfg`), ['other.cfg']);
    deepEqual(await host.listDir(`${STATE}/domains`), [`${UUID}.json`]);
  });
});
