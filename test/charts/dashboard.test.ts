import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { speakingMetrics } from '../operator/adapters/speaking';
import { labelsIn, metricsIn, queriesOf, readDashboard } from './dashboard';
import { seriesOf } from './exposition';
import { execute, findPrometheus } from './promtool';

describe('dashboard', () => {
  const dashboard = readDashboard();
  const queries = queriesOf(dashboard);
  let series: Map<string, Set<string>>;
  before(async () => (series = seriesOf((await speakingMetrics().expose()).body)));

  it('asks for metrics that exist, by labels that they have', () => {
    assert.ok(queries.length > 20);
    for (const { panel, expr, legendLabels } of queries) {
      const names = metricsIn(expr);
      assert.notDeepEqual(names, [], `${panel}: ${expr}`);
      for (const name of names) assert.ok(series.has(name), `${panel}: there is no metric ${name}`);
      const labels = new Set(names.flatMap((name) => [...(series.get(name) ?? [])]));
      for (const label of [...labelsIn(expr), ...legendLabels]) {
        assert.ok(labels.has(label), `${panel}: ${names.join(', ')} has no label ${label}`);
      }
    }
  });

  it('fills its variables from metrics that exist', () => {
    for (const { name, definition } of dashboard.templating.list) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
      if (definition !== undefined) assert.ok(series.get(metric)?.has(label), `variable ${name}: ${definition}`);
    }
  });

  it('shows every metric of the fleet', () => {
    const asked = new Set(
      queries.flatMap(({ expr }) => metricsIn(expr)).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    const all = [...series.keys()].filter((name) => /^xenfleet_(host|pool|vm|placement|leader|unreported)/.test(name));
    for (const name of all) assert.ok(asked.has(name.replace(/_(bucket|sum|count)$/, '')), `no panel shows ${name}`);
  });

  it('has panels that do not overlap, and ids of their own', () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          const cell = `${x},${y}`;
          assert.equal(taken.get(cell), undefined, `${title} overlaps`);
          taken.set(cell, title);
        }
      }
    }
  });
});

describe('promtool', function () {
  this.timeout(120_000);

  let promtool: string;
  let dir: string;
  before(async function () {
    const found = await findPrometheus();
    if ('missing' in found) {
      process.stdout.write(`    promtool tests skipped: ${found.missing}\n`);
      return this.skip();
    }
    promtool = found.promtool;
    dir = mkdtempSync(path.join(tmpdir(), 'xenfleet-promtool-'));
  });
  after(() => dir !== undefined && rmSync(dir, { recursive: true }));

  it("finds nothing to complain of in the operator's metrics", async () => {
    const { body } = await speakingMetrics().expose();
    const { code, text } = await execute(promtool, ['check', 'metrics'], { stdin: body });
    assert.equal(code, 0, text);
  });

  it('understands every query of the dashboard', async () => {
    const rules = queriesOf(readDashboard()).map(({ expr }, index) => ({ record: `query:${index}`, expr }));
    const file = path.join(dir, 'rules.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { code, text } = await execute(promtool, ['check', 'rules', file]);
    assert.equal(code, 0, text);
    assert.match(text, new RegExp(`SUCCESS: ${rules.length} rules found`));
  });
});
