import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createLogger } from '../../../operator/adapters/logger';
import type { LogFormat, Logger } from '../../../operator/adapters/types';

function recorded(format: LogFormat): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  return { log: createLogger({ level: 'info', format, write: (line) => void lines.push(line) }), lines };
}

describe('operator logger', () => {
  it('writes one JSON object a line, with the fields of its ancestors', () => {
    const { log, lines } = recorded('json');
    log.child({ controller: 'vm' }).info('VM placed', { key: 'shop/web', host: 'alpha' });
    log.debug('not told at this level');
    assert.equal(lines.length, 1);
    const { time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.deepEqual(line, { level: 'info', message: 'VM placed', controller: 'vm', key: 'shop/web', host: 'alpha' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('keeps what is needed of an error', () => {
    const { log, lines } = recorded('json');
    log.error('write failed', {
      error: Object.assign(new Error('no way', { cause: new Error('broken pipe') }), { code: 409 }),
    });
    const { error } = JSON.parse(lines[0] ?? '') as { error: Record<string, unknown> };
    assert.equal(error['message'], 'no way');
    assert.equal(error['code'], 409);
    assert.match(JSON.stringify(error['cause']), /broken pipe/);
    assert.match(String(error['stack']), /logger\.test/);
  });

  it('writes text for people: time, level, message, fields', () => {
    const { log, lines } = recorded('text');
    log.warn('host went silent', { host: 'alpha', seconds: 25, why: 'no lease' });
    log.error('write failed', { error: new Error('no way') });
    log.info('ready');
    const shown = lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, ''));
    assert.deepEqual(shown, [
      'WARN  host went silent  host=alpha seconds=25 why="no lease"\n',
      'ERROR write failed  error="no way"\n',
      'INFO  ready\n',
    ]);
  });

  it('goes on when nobody reads its lines any more', async () => {
    const script = `
      const { createLogger } = require(${JSON.stringify(require.resolve('../../../operator/adapters/logger'))});
      const log = createLogger({ level: 'info', format: 'text' });
      let lines = 0;
      const talking = setInterval(() => {
        log.info('still here');
        if (++lines === 20) { clearInterval(talking); process.exitCode = 7; }
      }, 5);`;
    const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 7);
  }).timeout(20_000);
});
