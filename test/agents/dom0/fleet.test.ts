import { deepEqual, equal, throws } from 'node:assert/strict';
import { fleetToRemember, parseFleet } from '../../../agents/dom0/fleet';

const KNOWN = { fleetID: 'f', roster: ['h1', 'h9'], rosterEpoch: 5 };

describe('the fleet that a Dom0 remembers', () => {
  it('is the first that it is told of', () => {
    deepEqual(fleetToRemember(undefined, { fleetID: 'f' }), { fleetID: 'f', roster: [], rosterEpoch: 0 });
  });

  it('gets a roster of a higher epoch only', () => {
    const told = (rosterEpoch: number): unknown =>
      fleetToRemember(KNOWN, { fleetID: 'f', roster: ['h1'], rosterEpoch });
    deepEqual(told(6), { fleetID: 'f', roster: ['h1'], rosterEpoch: 6 });
    deepEqual([told(5), told(4)], [undefined, undefined]);
  });

  it('is never exchanged for another one', () => {
    equal(fleetToRemember(KNOWN, { fleetID: 'other', roster: [], rosterEpoch: 99 }), undefined);
  });

  it('is not taken for absent where its file is unreadable', () => {
    for (const text of [
      '',
      '{}',
      '{"fleetID":"f"}',
      '{"fleetID":1,"roster":[]}',
      '{"fleetID":"f","roster":[],"rosterEpoch":"5"}',
      '[]',
    ])
      throws(() => parseFleet(text), /unreadable/, text);
    deepEqual(parseFleet('{"fleetID":"f","roster":["h1",2]}'), { fleetID: 'f', roster: ['h1'], rosterEpoch: 0 });
  });
});
