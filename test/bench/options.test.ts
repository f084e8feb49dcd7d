import { deepEqual, throws } from 'node:assert/strict';
import { readOptions } from './options';

describe('the command line of a bench', () => {
  const read = (...args: string[]) => readOptions(args, ['vms', 'rate', 'out']);

  it('has what is given, else what is usual', () => {
    const options = read('--vms', '20', '--out', 'x.json');
    deepEqual([options.count('vms', 100), options.number('rate', 10), options.text('out')], [20, 10, 'x.json']);
    deepEqual([read('--rate', '0.5').number('rate', 10), read().text('out')], [0.5, undefined]);
  });

  it('refuses what is no number above 0, with the name of the option', () => {
    for (const bad of ['0', '-1', 'many', '', 'Infinity'])
      throws(
        () => read(`--rate=${bad}`).number('rate', 10),
        /^Error: --rate: give a number above 0, e\.g\. 10; it is "/,
      );
    throws(() => read('--vms', '1.5').count('vms', 100), /^Error: --vms: give a whole number above 0, e\.g\. 100/);
    throws(() => read('--frob', '1'), /--frob/);
  });
});
