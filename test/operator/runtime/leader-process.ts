/**
 * A process that wants to lead and, while it leads, computes and writes without pause.
 * leader.system.test.ts starts it and stops it with SIGSTOP. That is most likely in the middle of a
 * computation, so that on waking up it writes at once, before any timer could tell it the time.
 */
import { systemClock, systemRandom } from '../../../common/kube/clock';
import { KubeClient } from '../../../common/kube/client';
import { createTransport } from '../../../common/kube/https-transport';
import { LeaderElector, NotLeading } from '../../../operator/runtime/leader';
import { CONFIGMAPS } from '../../common/kube/things';

export interface LeaderProcessSettings {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
  readonly identity: string;
}
export type LeaderProcessWord = 'candidate' | 'started' | 'stopped' | 'refused';

function think(): void {
  const untilMs = performance.now() + 15;
  while (performance.now() < untilMs);
}

function main(settings: LeaderProcessSettings): void {
  const { server, ca, token, identity } = settings;
  const client = new KubeClient(createTransport({ target: { server, ca, token: () => Promise.resolve(token) } }));
  const say = (word: LeaderProcessWord): void => void process.send?.(word);
  let work: Promise<void> = Promise.resolve();

  const writeUntil = async (signal: AbortSignal): Promise<void> => {
    const guarded = client.guarded(elector.guard());
    while (!signal.aborted) {
      think();
      await guarded
        .mergePatch(
          CONFIGMAPS,
          { namespace: 'default', name: 'written' },
          { data: { writer: identity, at: `${performance.now()}` } },
        )
        .catch((error: unknown) => {
          if (error instanceof NotLeading) say('refused');
          return new Promise((resolve) => setTimeout(resolve, 20));
        });
    }
  };
  const elector = new LeaderElector({
    client,
    lease: { namespace: 'default', name: 'leader' },
    identity,
    clock: systemClock,
    random: systemRandom,
    leaseDurationMs: 3000,
    renewDeadlineMs: 2000,
    retryPeriodMs: 400,
    onState: (state) => void (state === 'candidate' && say(state)),
    onStarted: (_term, signal) => {
      say('started');
      work = writeUntil(signal);
    },
    onStopped: async () => {
      await work;
      say('stopped');
    },
  });
  elector.start();
  process.once('SIGTERM', () => {
    void elector.stop().then(() => {
      client.transport.close();
      process.disconnect();
    });
  });
}

if (process.argv[2] !== undefined) main(JSON.parse(process.argv[2]) as LeaderProcessSettings);
