/** The alerts: each fires when it should and stays quiet when not, as the real promtool judges. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { HOST_WORDS } from '../../common/reason-words/host';
import { isVMReason } from '../../common/vm-reasons';
import { NEEDS_SOMEBODY } from '../../operator/plan/vm/status';
import { speakingMetrics } from '../operator/adapters/speaking';
import { ALERT_CASES } from './alert-cases';
import { RUNBOOKS, alertFiles, readAlerts, readGroups } from './alerts';
import { labelsIn, metricsIn } from './dashboard';
import { seriesOf } from './exposition';
import { execute, findPrometheus } from './promtool';

describe('alerts', () => {
  const alerts = readAlerts();

  it('have a case each', () =>
    assert.deepEqual(alerts.map(({ alert }) => alert).sort(), Object.keys(ALERT_CASES).sort()));

  it('ask for metrics that exist, by labels that they have', async () => {
    const series = seriesOf((await speakingMetrics().expose()).body);
    for (const { alert, expr } of alerts) {
      const names = metricsIn(expr);
      assert.notDeepEqual(names, [], alert);
      for (const name of names) assert.ok(series.has(name), `${alert}: there is no metric ${name}`);
      const labels = new Set(['cluster', ...names.flatMap((name) => [...(series.get(name) ?? [])])]);
      for (const label of labelsIn(expr)) assert.ok(labels.has(label), `${alert}: no label ${label}`);
    }
  });

  it('name only reasons that are said', () => {
    const unknown = alerts.flatMap(({ alert, expr }) =>
      [...expr.matchAll(/(xenfleet_\w+)\{reason[!=]~?"([^"]*)"/g)].flatMap(([, metric = '', reasons = '']) =>
        reasons
          .split('|')
          .filter((reason) => !(metric === 'xenfleet_host_not_ready' ? reason in HOST_WORDS : isVMReason(reason)))
          .map((reason) => `${alert}: ${metric} has no reason ${reason}`),
      ),
    );
    assert.deepEqual(unknown, []);
  });

  it('tell of each reason for which a VM needs somebody, but for what its owner chose himself', () => {
    const owners = ['ImageMissing', 'ImageTooLarge', 'ImageNotRaw', 'KernelMissing'];
    const told = new Set(alerts.flatMap(({ expr }) => expr.split(/[^A-Za-z]+/)));
    assert.deepEqual([...NEEDS_SOMEBODY].filter((reason) => !told.has(reason)).sort(), owners.sort());
  });

  it('have a page each, which says what it means, who is hurt, what to look at and how to mend it', () => {
    const pages = alerts.map(({ alert, annotations }) => {
      assert.equal(annotations.runbook, `docs/runbooks/${alert}.md`);
      return `${alert}.md`;
    });
    assert.deepEqual(readdirSync(RUNBOOKS).sort(), pages.sort());
    for (const { alert, labels, for: wait = '0s' } of alerts) {
      const page = readFileSync(path.join(RUNBOOKS, `${alert}.md`), 'utf8');
      const heads = [...page.matchAll(/^#+ .*/gm)].map(([line]) => line);
      const wanted = ['What it means', 'Who is hurt', 'What to look at', 'How to mend it'];
      assert.deepEqual(heads, [`# ${alert}`, ...wanted.map((head) => `## ${head}`)]);
      assert.ok(page.includes(`\n${labels.severity}, after ${wait}\n`), `${alert}: severity and time are others`);
      assert.match(page, /^ {4}\S/m, `${alert}: no command to look with`);
    }
  });

  it('are of three severities', () => {
    const severities = new Set(alerts.map(({ labels }) => labels.severity));
    assert.deepEqual([...severities].sort(), ['critical', 'info', 'warning']);
  });
});

describe('alerts, asked of promtool', function () {
  this.timeout(60_000);

  let promtool: string;
  let dir: string;
  before(async function () {
    this.timeout(120_000);
    const found = await findPrometheus();
    if ('missing' in found) {
      process.stdout.write(`    skipped: ${found.missing}\n`);
      return this.skip();
    }
    promtool = found.promtool;
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-alerts-'));
    // promtool compares every annotation: the summary is enough.
    const groups = readGroups().map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => ({ ...rule, annotations: { summary: rule.annotations.summary } })),
    }));
    writeFileSync(path.join(dir, 'rules.yaml'), stringify({ groups }));
  });
  after(() => dir !== undefined && existsSync(dir) && rmSync(dir, { recursive: true }));

  it('are rules without fault', async () => {
    const { code, text } = await execute(promtool, ['check', 'rules', ...alertFiles()]);
    assert.equal(code, 0, text);
  });

  const test = (
    series: readonly string[],
    alert: string,
    expected: readonly [minute: number, alerts: object[]][],
  ): object => ({
    interval: '1m',
    input_series: series.map((line) => {
      const [name = '', ...values] = line.split(' ');
      return { series: name, values: values.join(' ') };
    }),
    alert_rule_test: expected.map(([minute, exp_alerts]) => ({
      eval_time: `${minute}m`,
      alertname: alert,
      exp_alerts,
    })),
  });

  for (const { alert, labels: own } of readAlerts())
    it(alert, async () => {
      const { when, minutes, labels, summary, quiet } = ALERT_CASES[alert] ?? assert.fail('no case');
      const [notYet, fires] = minutes;
      const firing = [{ exp_labels: { ...own, ...labels }, exp_annotations: { summary } }];
      // absent() fires where nothing at all is scraped.
      const leading = alert === 'XenFleetNoLeader' ? [] : ['xenfleet_leader{pod="z"} 1x60'];
      const tests = [
        test(when, alert, [
          [notYet, []],
          [fires, firing],
        ]),
        ...quiet.map((series) =>
          test(
            [...leading, ...series],
            alert,
            [1, fires, 45].map((minute) => [minute, []]),
          ),
        ),
      ];
      const file = path.join(dir, `${alert}.yaml`);
      writeFileSync(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
      const { code, text } = await execute(promtool, ['test', 'rules', file]);
      assert.equal(code, 0, text);
    });
});
