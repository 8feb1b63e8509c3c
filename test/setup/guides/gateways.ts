import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sealift/testkit/wait-until';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { controlC, fencedIn } from '../guide.ts';
import type { Desk } from './desk.ts';

const release = fileURLToPath(new URL('../../../examples/harborview/4.2.13/release.yaml', import.meta.url));
const systemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** A gateway that is invited, registers and reports. `vendor.pub` is there. */
export function typeGateways(at: () => Desk): void {
  describe('gateways', () => {
    const listed = async () =>
      JSON.parse(await at().runs('gateways', 'list', '--json')) as {
        gateways: { name: string; seenAt: string | null }[];
      };

    it('one is invited, registers and reports', async () => {
      const invited = await at().types('gateways.md', 'sealift gateways invite');
      const token = /this once:\n(\S+)/.exec(invited)?.[1] ?? '';
      const seen = waitUntil(
        'its report',
        async () => (await listed()).gateways.some(({ seenAt }) => seenAt !== null),
        90_000,
      );
      const data = at().path('gateway');
      const { code, stdout } = await at().begins(
        'gateways.md',
        'sealift keys trust',
        {
          'https://console.example': `${at().console.url} --data ${data}`,
          'gateway run': `gateway run --data ${data}`,
        },
        [
          ['Token: ', token],
          ['is started', seen.then(() => controlC)],
        ],
      );
      expect(stdout).toContain('This machine is the gateway hamburg-1 at hamburg');
      // The shell is interrupted with it, or ends as it does.
      expect([0, 130]).toContain(code);
    });

    it('is paused at each level, and resumed', async () => {
      const said = await at().types('gateways.md', 'sealift gateways pause');
      expect(said).toContain('hamburg-1 stays held');
    });

    it.skipIf(!systemd)('has a unit that systemd takes (needs systemd-analyze: apt-get install systemd)', async () => {
      const unit = (await fencedIn('gateways.md', 'ini'))[0] ?? '';
      at().put('sealift-gateway.service', unit.replace('/usr/local/bin/sealift', at().sealift));
      const done = spawnSync('systemd-analyze', ['verify', '--man=no', at().path('sealift-gateway.service')]);
      expect([done.status, String(done.stderr)]).toEqual([0, '']);
    });

    it('belongs to a release that is written as the guide says', async () => {
      const shown = parse((await fencedIn('gateways.md', 'yaml'))[0] ?? '') as {
        spec: { gateway: object; content: object };
      };
      const sample = parse(readFileSync(release, 'utf8')) as { spec: { content: object } };
      const { gateway, content } = shown.spec;
      const spec = { ...sample.spec, gateway, content: { ...sample.spec.content, ...content } };
      mkdirSync(at().path('with-gateway'));
      writeFileSync(join(at().path('with-gateway'), 'release.yaml'), stringify({ ...sample, spec }));
      expect(await at().runs('releases', 'lint', 'with-gateway/release.yaml', '--json')).toContain('"findings":');
    });
  });
}
