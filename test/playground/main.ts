// The playground on the command line: ts-node test/playground/main.ts up | down | demo | status.
// `make help` says more.
import { adminTarget } from './admin-target';
import { demo } from './demo';
import { holderOf } from './holder';
import { placeAt } from './place';
import type { Place } from './place';
import { viewOf } from './show';
import { fleetTable } from './table';
import type { Say } from './types';
import { down, keep, up } from './up';
import type { Wish } from './up';

const help = `Usage: main.ts <command>
  demo     set everything up, apply the sample, show it until Ctrl-C
  up       the same in the background, without the sample; returns when the hosts are Ready
  down     stop what up or demo started, and forget it
  status   what runs
Environment: HOSTS (3), XEN (sim | real), DEMO_EXIT=1 (demo ends when everything runs), DEMO_SECONDS (its patience), PLAYGROUND_DIR (.local)
`;

function wishOf(env: NodeJS.ProcessEnv): Wish {
  const xen = env['XEN'] || 'sim';
  if (xen !== 'sim' && xen !== 'real')
    throw new Error(`XEN=${xen}: say XEN=real for a real Xen under QEMU, or leave it out`);
  const hosts = Number(env['HOSTS'] || (xen === 'real' ? 1 : 3));
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > 1000)
    throw new Error(`HOSTS=${env['HOSTS']}: a number from 1 to 1000`);
  return { hosts, xen };
}

async function status(place: Place): Promise<number> {
  const holder = holderOf(place);
  if (!holder) {
    process.stdout.write('No playground is running: make up, or make demo.\n');
    return 1;
  }
  const client = await adminTarget(place);
  process.stdout.write(
    `make ${holder.command}, process ${holder.pid}\n\n${fleetTable(await viewOf(client), Date.now())}\n`,
  );
  client.transport.close();
  return 0;
}

async function main([command, ...args]: string[]): Promise<number> {
  const place = placeAt(process.env['PLAYGROUND_DIR'] || '.local');
  const say = progress();
  switch (command) {
    case 'up':
      return up(place, wishOf(process.env), say);
    case 'down':
      return down(place);
    case 'demo': {
      const { DEMO_EXIT: exit, DEMO_SECONDS: patience } = process.env;
      const within = patience ? { withinSeconds: Number(patience) } : {};
      return demo(place, { ...wishOf(process.env), exit: Boolean(exit), ...within }, say);
    }
    case 'status':
      return status(place);
    case 'keep': {
      const [dir = '', hosts, xen] = args;
      return keep(placeAt(dir), { hosts: Number(hosts), xen: xen === 'real' ? 'real' : 'sim' });
    }
    default:
      process.stderr.write(help);
      return 2;
  }
}

/** Lines with the time so far. */
function progress(): Say {
  const startedMs = performance.now();
  return (line) => {
    const elapsed = Math.round((performance.now() - startedMs) / 1000);
    process.stdout.write(`${`${elapsed} s`.padStart(6)}  ${line}\n`);
  };
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
