import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fencedIn, guideText } from '../guide.ts';
import type { Desk } from './desk.ts';

const prometheus = z.object({
  scrape_configs: z.tuple([
    z.object({
      job_name: z.string(),
      scheme: z.literal('https'),
      authorization: z.object({ credentials_file: z.string() }),
      static_configs: z.tuple([z.object({ targets: z.tuple([z.string()]) })]),
    }),
  ]),
  rule_files: z.tuple([z.string()]),
});
const rules = z.object({ groups: z.tuple([z.object({ name: z.string() })]) });

/** What Prometheus reads, once an upgrade has ended. */
export function typeMonitor(at: () => Desk): void {
  describe('monitor', () => {
    it('the token that is made for Prometheus reads what the guide says there is', async () => {
      const [configuration = ''] = await fencedIn('monitor.md', 'yaml');
      const { scrape_configs: jobs, rule_files: files } = prometheus.parse(parse(configuration));
      const [{ authorization, job_name: job }] = jobs;
      const file = authorization.credentials_file;
      const owner = String(process.getuid?.());
      const instead = { [file]: 'prometheus-token', 'chown prometheus': `chown ${owner}` };
      await at().types('monitor.md', 'sealift tokens create prometheus', instead);

      const authorized = { headers: { authorization: `Bearer ${at().read('prometheus-token').trim()}` } };
      const answer = await fetch(`${at().console.url}/metrics`, authorized);
      const told = await answer.text();
      expect(answer.status).toBe(200);
      const named = [...(await guideText('monitor.md')).matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`(\w+)(?:\{([\w,]+)\})?`/g)].map(([, name = '', labels = '']) => ({ name, labels })),
      );
      expect(named.length).toBeGreaterThan(15);
      for (const { name, labels } of named) {
        expect(told).toContain(`# TYPE ${name} `);
        const [, sample] = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(told) ?? [];
        const has = [...(sample ?? '').matchAll(/(\w+)="/g)].map(([, label = '']) => label);
        if (sample !== undefined)
          expect({ name, has: has.toSorted() }).toEqual({ name, has: labels.split(',').toSorted() });
      }
      const ofRules = readFileSync(new URL(`../../../deploy/prometheus/${files[0]}`, import.meta.url), 'utf8');
      expect(rules.parse(parse(ofRules)).groups[0].name).toBe('sealift');
      expect(ofRules).toContain(`job="${job}"`);
    });
  });
}
