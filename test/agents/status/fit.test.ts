/** A status of an agent is never refused for its size, whatever its host answers. */
import { deepEqual, ok } from 'node:assert/strict';
import Ajv from 'ajv';
import * as fc from 'fast-check';
import { domainStatus } from '../../../agents/status/domain-status';
import { xenAgentStatusBounds, xenDomainStatusBounds } from '../../../crds/generated/bounds';
import { fit } from '../../../common/fit';
import { statusSchema } from '../../crds/schemas';
import { order } from '../../operator/plan/builders';

describe('what an agent says of its host', () => {
  const ajv = new Ajv({ allErrors: true, strict: false, formats: { int64: true, 'date-time': true } });
  const domain = ajv.compile(statusSchema('XenDomain'));
  const agent = ajv.compile(statusSchema('XenAgent'));
  const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('x'.repeat(300), 'é'.repeat(9000)));
  const number = fc.oneof(fc.integer(), fc.constantFrom(-1, 2 ** 53 - 1, -(2 ** 53), 1e300));

  it('is cut to the schema, whatever the host answers', () => {
    fc.assert(
      fc.property(text, number, (word, count) => {
        const condition = {
          type: word,
          status: 'True',
          reason: word,
          message: word,
          lastTransitionTime: '2026-01-01T00:00:00Z',
        };
        const status = {
          nonce: word,
          hostname: word,
          cpus: count,
          xen: { version: word, virtCaps: word },
          memory: { totalMiB: count, freeMiB: count },
          storagePools: [{ name: word, present: true, freeBytes: count, message: word }],
          networks: [{ name: word, present: false, message: word }],
          domains: [{ uuid: word, name: word, domid: count, kind: 'foreign', state: word, memoryMiB: count }],
          records: [{ uuid: word, namespace: word, name: word, epoch: count }],
          retainedDisks: [{ uuid: word, disk: word, path: word, sizeBytes: count }],
          conditions: [condition],
        };
        ok(agent(fit(status, xenAgentStatusBounds)), JSON.stringify(agent.errors));
        const other = {
          epoch: count,
          phase: 'Running',
          domid: count,
          restarts: count,
          restartRequired: [word],
          madeDisks: [word],
          disks: [{ name: word, sizeBytes: count }],
          bootID: word,
        };
        ok(domain(fit({ ...other, conditions: [condition] }, xenDomainStatusBounds)), JSON.stringify(domain.errors));
      }),
    );
  });

  it('is left alone if it fits', () => {
    const status = { epoch: 1, phase: 'Running', domid: 7, madeDisks: ['root'], lastTermination: { reason: 'crash' } };
    deepEqual(fit(status, xenDomainStatusBounds), status);
  });

  it('is legal for a domain of which all is too long', () => {
    const status = domainStatus({
      domain: order('h1', 1),
      record: undefined,
      report: { phase: 'Failed', ready: 'False', reason: 'CreateFailed', message: 'x'.repeat(100_000) },
      bootID: 'b'.repeat(1000),
      domid: 1e9,
      nowMs: 0,
    });
    ok(domain(status), JSON.stringify(domain.errors));
  });
});
