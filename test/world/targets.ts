/** How acts name machines: by a number, so that they mean something in a smaller fleet, too. */
import type { Args, Draw } from './act';
import type { Machine } from './machine';
import type { World } from './world';

export const onMachine = (draw: Draw): Args => ({ machine: draw.int(0, 63) });

export const machineOf = ({ machines }: World, args: Args): Machine =>
  machines[Number(args['machine']) % machines.length]!;
