/** Makes gauges, counters and histograms in one registry, with name, help text and labels. */
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export class InstrumentMaker {
  private readonly registers: Registry[];

  constructor(registry: Registry) {
    this.registers = [registry];
  }

  gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: this.registers });
  }

  counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: this.registers });
  }

  histogram(name: string, help: string, buckets: readonly number[], ...labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: this.registers });
  }
}
