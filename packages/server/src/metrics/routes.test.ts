import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { RunningPlatform } from '../testing/running-platform.ts';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await RunningPlatform.start();
});
afterAll(() => platform?.stop());

const read = (headers: Record<string, string> = {}, path = '/metrics') =>
  fetch(`${platform.console.url}${path}`, { headers });
const login = () => ({ authorization: `Bearer ${platform.token}` });

const rules = new URL('../../../../deploy/prometheus/sealift.rules.yaml', import.meta.url);
const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});

describe('GET /metrics', () => {
  it('tells nothing to whoever is not signed in', async () => {
    const answer = await read();
    expect([answer.status, await answer.text()]).toEqual([401, expect.not.stringContaining('sealift_')]);
  });

  it('is what Prometheus reads, where it looks by itself and in the API', async () => {
    for (const path of ['/metrics', '/api/v1/metrics']) {
      const answer = await read(login(), path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(await answer.text()).toContain('\nsealift_upgrade_running 0\n');
    }
  });

  it('counts answers by route, and strangers’ addresses as none', async () => {
    for (const path of ['/api/v1/none/a', '/api/v1/none/b', '/wp-login.php']) await (await read({}, path)).text();
    const told = await (await read(login())).text();
    expect(told).not.toContain('wp-login');
    expect(told).toMatch(
      /sealift_http_request_duration_seconds_count\{method="GET",route="none",status="4xx"\} [23]$/m,
    );
    expect(told).toContain('route="/api/v1/metrics"');
  });

  it('has every metric that the alert rules ask for', async () => {
    const told = await (await read(login())).text();
    const { groups } = rulesSchema.parse(parse(await readFile(rules, 'utf8')));
    const asked = groups.flatMap((group) => group.rules.flatMap(({ expr }) => expr.match(/\bsealift_[a-z_]+/g) ?? []));
    expect(asked.length).toBeGreaterThan(5);
    for (const name of asked) expect(told).toContain(`# TYPE ${name} `);
  });
});
