import { deepEqual, equal, notDeepEqual } from 'node:assert/strict';
import type { XenDomain, XenVM } from '../../crds/generated/types';
import { FINALIZER } from '../../common/names';
import type { AuditEvent } from '../control-plane/types';
import { figuresOf, verdictOf } from './figures';
import { quantile } from './statistics';
import { Timeline } from './timeline';
import { workload } from './workload';
import { countWrites } from './writes';

describe('the bench', () => {
  it('takes quantiles by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    deepEqual(
      [0, 0.5, 0.99, 1].map((share) => quantile(hundred, share)),
      [1, 50, 99, 100],
    );
    equal(quantile([], 0.5), undefined);
  });

  it('makes the same VMs of the same seed, and others of another', () => {
    const of = (seed: number): XenVM[] => workload({ vms: 20, seed, prefix: 'vm', disks: false });
    deepEqual(of(1), of(1));
    notDeepEqual(of(1), of(2));
  });

  it('notes the first time of each step, and that Running counts with Ready only', () => {
    const timeline = new Timeline();
    const vm = (status: object, finalizers: string[] = [FINALIZER]): XenVM =>
      ({ metadata: { name: 'a', finalizers }, status }) as unknown as XenVM;
    const ready = (status: string): object => ({ conditions: [{ type: 'Ready', status }] });
    const placement = { host: 'h', epoch: 1 };
    timeline.mark('a', 'asked', 100);
    timeline.seeVm(vm({}, []), 101);
    timeline.seeVm(vm({}), 102);
    timeline.seeVm(vm({ placement }), 103);
    timeline.seeOrder({ spec: { vm: { name: 'a' } } } as XenDomain, 104);
    timeline.seeOrder({ spec: { vm: { name: 'a' } }, status: { phase: 'Running' } } as XenDomain, 110);
    timeline.seeVm(vm({ placement, phase: 'Running', ...ready('False') }), 111);
    equal(timeline.count('running'), 0);
    timeline.seeVm(vm({ placement, phase: 'Running', ...ready('True') }), 120);
    timeline.seeVm(vm({ placement, phase: 'Running', ...ready('True') }), 130);
    deepEqual(timeline.durationsMs('asked', 'running'), [20]);
    deepEqual(
      timeline.hops().map(({ p50Ms }) => p50Ms),
      [NaN, NaN, 1, 1, 6, 10],
    );
  });

  it('counts the writes of operator and agents within the time, Events and Leases apart', () => {
    const operator = 'system:serviceaccount:xen-fleet-system:xen-fleet-operator';
    const agent = 'system:serviceaccount:xenhost-host-1:agent';
    const event = (username: string, verb: string, resource: string, more: object = {}): AuditEvent =>
      ({
        verb,
        user: { username },
        objectRef: { resource },
        responseStatus: { code: 200 },
        requestReceivedTimestamp: '2026-01-01T00:00:05.000000Z',
        ...more,
      }) as AuditEvent;
    const log = [
      event(operator, 'patch', 'xenvms', { objectRef: { resource: 'xenvms', subresource: 'status' } }),
      event(operator, 'create', 'events'),
      event(agent, 'update', 'leases'),
      event(agent, 'patch', 'xendomains', { responseStatus: { code: 409 } }),
      event(agent, 'list', 'xendomains'),
      event('admin', 'create', 'xenvms'),
      event('system:apiserver', 'update', 'leases'),
      event(operator, 'patch', 'xenvms', { requestReceivedTimestamp: '2026-01-01T00:00:10.000000Z' }),
    ];
    deepEqual(countWrites(log, Date.parse('2026-01-01T00:00:05Z'), Date.parse('2026-01-01T00:00:10Z')), {
      objects: 2,
      events: 1,
      leases: 1,
      refused: 1,
      by: {
        'operator patch xenvms/status': 1,
        'operator create events': 1,
        'agent update leases': 1,
        'agent patch xendomains': 1,
      },
    });
  });

  it('tells a missed goal from a failure, and what was not measured is a failure', () => {
    const measured = { p50Ms: 50, p99Ms: 201, writesPerVm: 7.1, eventsPerVm: NaN, writesPerMinuteAtRest: 0 };
    const figures = figuresOf({ ...measured, operatorMiB: 150, agentMiB: 64.5 });
    deepEqual(figures.map(verdictOf), ['met', 'missed', 'FAILED', 'FAILED', 'met', 'met', 'missed']);
  });
});
