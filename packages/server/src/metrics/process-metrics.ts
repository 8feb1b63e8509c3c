import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; what a person waits for, and what a scrape does. */
const buckets = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];

/** Counts what a console answers, by route, so that an address of a stranger makes no series of its own; and what its process uses. */
export class ProcessMetrics {
  readonly registry = new Registry();

  /** @param app whose routes come later */
  constructor(app: FastifyInstance) {
    const took = new Histogram({
      name: 'sealift_http_request_duration_seconds',
      help: 'How long answers took.',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers: [this.registry],
    });
    app.addHook('onResponse', (request, reply, done) => {
      const { method } = request;
      const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
      // By class: a code is seldom worth a series.
      took.observe({ method, route, status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1000);
      done();
    });
    const cpu = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of this process, in seconds.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
    this.registry.registerMetric(cpu);
    const measured = (name: string, help: string, measure: () => number): void => {
      const gauge = new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(measure());
        },
      });
      this.registry.registerMetric(gauge);
    };
    measured('process_resident_memory_bytes', 'Memory of this process.', () => process.memoryUsage.rss());
    measured('sealift_uptime_seconds', 'How long this console has been running.', () => process.uptime());
  }
}
