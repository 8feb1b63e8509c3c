import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type BoundProcess, runBound } from '@sealift/testkit/bound-process';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type PostgresServer, startPostgres } from '../packages/server/src/testing/postgres-server.ts';
import { writeBaseImage } from './setup/console-pack/platform-with-console.ts';
import { controlC, fencedIn } from './setup/guide.ts';
import { Desk } from './setup/guides/desk.ts';

const [postgres, nginx, openssl] = [peer('postgres'), peer('nginx'), peer('openssl')];
const onFreePort = '--listen 127.0.0.1:0';

/**
 * Running a console, as its guide is typed. What it says of systemd is typed in `systemd-console.long.test.ts`, what it says of the platform's own
 * cluster in `guides-backup.test.ts`.
 */
describe('run the console, as it is typed', { timeout: 180_000 }, () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.sitDown();
  }, 60_000);
  afterAll(() => desk?.leave());

  it('a trial prints the link that makes the first administrator', async () => {
    const instead = { 'server run': `server run ${onFreePort}` };
    const { code, stdout } = await desk.begins('run-the-console.md', 'sealift server run', instead, [
      ['#token=', controlC],
    ]);
    expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\S*#token=\S+/);
    // The shell is interrupted with it, or ends as it does.
    expect([0, 130]).toContain(code);
  });

  describe.skipIf(postgres.missing || openssl.missing)(`to stay (${postgres.remedy}; ${openssl.remedy})`, () => {
    let database: PostgresServer;
    beforeAll(async () => {
      database = await startPostgres(postgres.path);
    });
    afterAll(() => database?.stop());

    it('its database is made, and a key that several consoles of it have', async () => {
      const password = 'a password of the database';
      const server = { PGHOST: '127.0.0.1', PGPORT: String(database.port), PGUSER: 'sealift' };
      desk.env = { ...desk.env, ...server };
      // The administrator of this server is called so already.
      await desk.types('run-the-console.md', 'createuser', { sealift: 'owner' }, [
        ['Enter password for new role: ', password],
        ['Enter it again: ', password],
      ]);
      const url = `postgres://owner:${encodeURIComponent(password)}@127.0.0.1:${database.port}/owner`;
      desk.env = { ...desk.env, DATABASE_URL: url };
      const { code, stdout } = await desk.begins(
        'run-the-console.md',
        '(umask 077',
        {
          '-o sealift': `-o ${process.getuid?.()}`,
          '/var/lib/sealift': desk.path('data'),
          '/etc/sealift/secret-key': desk.path('etc/secret-key'),
          'server run': `server run ${onFreePort}`,
        },
        [['#token=', controlC]],
      );
      expect([stdout.includes('#token='), [0, 130].includes(code ?? 1)]).toEqual([true, true]);
      for (const name of ['secret-key', 'etc/secret-key']) expect(statSync(desk.path(name)).mode & 0o777).toBe(0o600);
      expect(await database.query(url, "select to_regclass('audit_entry') is not null as made")).toEqual([
        { made: true },
      ]);
    });
  });

  describe.skipIf(nginx.missing)(`the proxy (${nginx.remedy})`, () => {
    let proxy: BoundProcess | undefined;
    afterAll(() => proxy?.stop());

    it('hands over what the console has to know, and an upload as it comes', async () => {
      const [location = ''] = await fencedIn('run-the-console.md', 'nginx');
      const seen: { headers: NodeJS.Dict<string | string[]>; bytes: number }[] = [];
      const console = createServer((request, response) => {
        const one = { headers: request.headers, bytes: 0 };
        seen.push(one);
        request.on('data', (part: Buffer) => (one.bytes += part.length));
        request.on('end', () => response.end('taken'));
      });
      await new Promise<void>((done) => console.listen(0, '127.0.0.1', done));
      const address = console.address();
      const behind = typeof address === 'object' && address !== null ? address.port : 0;
      const port = await freePort();
      const folder = desk.path('nginx');
      const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const own = kept.map((what) => `${what}_temp_path ${folder}/${what};`).join('\n');
      const server = `server { listen 127.0.0.1:${port}; ${location.replace('127.0.0.1:8480', `127.0.0.1:${behind}`)} }`;
      const main = `daemon off;\nuser root;\npid ${folder}/pid;\nevents {}`;
      desk.put('nginx/nginx.conf', `${main}\nhttp {\naccess_log off;\n${own}\n${server}\n}\n`);
      try {
        const args = ['-p', folder, '-e', 'stderr', '-c', `${folder}/nginx.conf`];
        proxy = runBound(nginx.path, args, { log: `${folder}/log` });
        const url = `http://127.0.0.1:${port}/v2/`;
        await proxy.untilReady(
          () =>
            fetch(url).then(
              () => true,
              () => false,
            ),
          30_000,
        );
        seen.length = 0;
        // More than the megabyte that nginx takes by itself.
        const body = Buffer.alloc(3_000_000);
        expect(await (await fetch(url, { method: 'PUT', body })).text()).toBe('taken');
        expect(seen).toMatchObject([
          {
            bytes: body.length,
            headers: {
              host: `127.0.0.1:${port}`,
              'x-forwarded-host': `127.0.0.1:${port}`,
              'x-forwarded-for': '127.0.0.1',
              'x-forwarded-proto': 'https',
            },
          },
        ]);
      } finally {
        console.closeAllConnections();
        console.close();
      }
    });
  });

  it('the packs of a console are made of the executable and an image', async () => {
    await writeBaseImage(desk.path('base-image'), desk.sealift);
    const said = await desk.types('run-the-console.md', 'sealift server pack');
    expect(said).toContain('sealift-console-image');
    expect(existsSync(desk.path('console/packs/sealift-console/pack.json'))).toBe(true);
  });
});
