import { deepEqual, equal } from 'node:assert/strict';
import { markText, parseMark } from '../../../agents/xl/mark';
import { parseObservation } from '../../../agents/xl/observe';
import { MARK, UUID } from '../orders';

describe('a mark in xenstore', () => {
  it('is read back as it was written', () =>
    deepEqual(parseMark(markText({ ...MARK, name: 'web.eu-1' })), { ...MARK, name: 'web.eu-1' }));

  const BAD = [
    '',
    'fleet-1 1 tenant',
    'fleet-1 1 tenant/',
    'fleet-1 0 tenant/web',
    'fleet-1 -1 tenant/web',
    'fleet-1 9999999999999999 tenant/web',
    'fleet-1 1 tenant/web more',
    ' fleet-1 1 tenant/web',
    'fleet-1 1 Tenant/web',
    'fleet-1 1 tenant/web/x',
    'fleet_1 1 tenant/web',
    'fleet-1 1 tenant/web\nx',
    `${'f'.repeat(65)} 1 tenant/web`,
    `fleet-1 1 ${'t'.repeat(64)}/web`,
    `fleet-1 1 tenant/${'w'.repeat(64)}`,
  ];
  for (const text of BAD)
    it(`proves nothing if it is ${JSON.stringify(text.slice(0, 40))}`, () => equal(parseMark(text), undefined));

  it('is found among others in an observation; one that is not whole is told as none', () => {
    const other = '11111111-2222-4333-8444-555555555555';
    const text = `=== marks
/xenfleet = ""
/xenfleet/${UUID} = "fleet-1 1 tenant/web"
/xenfleet/${other} = "rubbish"
/xenfleet/short = "fleet-1 1 tenant/web"
/other/${UUID} = "fleet-2 1 tenant/web"
`;
    deepEqual(
      [...(parseObservation(text).marks ?? [])],
      [
        [UUID, MARK],
        [other, undefined],
      ],
    );
  });
});
