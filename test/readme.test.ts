import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peer } from '@sealift/testkit/peers';
import { validCertificate } from '@sealift/testkit/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { Person } from './setup/person.ts';
import { startTlsProxy, type TlsProxy } from './setup/tls-proxy.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const minisign = peer('minisign');
const password = 'four random words here';

/** The blocks of commands of "A first real upgrade", each by its place in the text. */
async function readBlocks(): Promise<string[]> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  const section = text.slice(text.indexOf('## A first real upgrade'));
  const end = section.indexOf('\n## ', 4);
  return [...section.slice(0, end).matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block.trim());
}

/**
 * The README's first real upgrade as it is typed: a vendor and a support host, neither with a checkout, neither as root, and a console that is
 * the executable out of the bundle, behind a proxy that ends TLS. Nothing is left out but what only root does, and what needs a cluster.
 */
describe.skipIf(minisign.missing)(
  `a first real upgrade, as the README says it (${minisign.remedy})`,
  { timeout: 240_000 },
  () => {
    let vendor: Person;
    let operator: Person;
    let blocks: string[];
    let console: { readonly url: string; stop(): Promise<number | null> } | undefined;
    let proxy: TlsProxy | undefined;

    beforeAll(async () => {
      blocks = await readBlocks();
      vendor = await Person.arrive();
      operator = await Person.arrive();
      const bin = join(vendor.home, 'bin');
      await mkdir(bin);
      await unpackExecutable(join(bin, 'sealift'));
      vendor.set('PATH', `${bin}:/usr/bin:/bin`);
      await cp(join(root, 'examples', 'harborview'), join(vendor.home, 'examples', 'harborview'), { recursive: true });
      await writeFile(join(operator.home, 'ca.pem'), validCertificate);
      await operator.own(join(operator.home, 'ca.pem'));
    });
    afterAll(async () => {
      await proxy?.close();
      await console?.stop();
      for (const person of [vendor, operator]) await person?.leave();
    });

    /** The one block that has these words. */
    function block(words: string): string {
      const found = blocks.filter((one) => one.includes(words));
      expect([words, found.length]).toEqual([words, 1]);
      return found[0] ?? '';
    }

    async function types(person: Person, words: string, answer?: string): Promise<string> {
      const text = block(words).replaceAll('https://console.example', proxy?.url ?? 'https://console.example');
      const { code, stdout, stderr } = await person.types(text, answer);
      expect(`${text}\nexit ${code}\n${stdout}\n${stderr}`).toContain('\nexit 0\n');
      return stdout + stderr;
    }

    it('has these blocks', () => {
      const first = blocks.map((one) => one.split('\n')[0]?.split(/ {2,}/)[0]);
      expect(first).toEqual([
        'sealift keys generate --out vendor',
        'minisign -Vm airgap-v4.2.13.bin -p vendor.pub',
        'sealift server run --data ~/sealift-console',
        'sudo sh airgap-v4.2.13.bin --install --public-key vendor.pub',
        'sealift login https://console.example --username admin',
        'chmod +x airgap-v4.2.12.bin && ./airgap-v4.2.12.bin',
        'sealift server run --data /var/lib/sealift --vcenter https://vcenter.example --vcenter-username sealift@vsphere.local \\',
        'sealift sync',
      ]);
    });

    it('the vendor makes a key and the bundles', async () => {
      await types(vendor, 'sealift keys generate');
      const carried = ['12.bin', '12.bin.minisig', '13.bin', '13.bin.minisig'].map((end) => `airgap-v4.2.${end}`);
      for (const name of [...carried, 'vendor.pub']) {
        await cp(join(vendor.home, name), join(operator.home, name));
        await operator.own(join(operator.home, name));
      }
      // Of the site, and not of the vendor.
      const values = join(operator.home, 'cni-cni-calico.yaml');
      await cp(join(root, 'examples', 'harborview', 'site', 'cni-cni-calico.yaml'), values);
    });

    it('the support host checks the file and sets sealift up', async () => {
      const said = await types(operator, 'minisign -Vm');
      expect(said).toContain('Signature and comment signature verified');
      expect(said).toContain(`sealift is set up: ${join(operator.home, '.local/bin/sealift')}`);
    });

    // A vCenter and a cluster are not started here; the whole upgrade on them has a test of its own.
    it('the console for a real site is given options that it has', async () => {
      const options = block('--vcenter https://vcenter.example').match(/--[a-z-]+/g) ?? [];
      const { stdout } = await operator.types('sealift server run --help');
      expect(options.length).toBeGreaterThan(5);
      expect(options.filter((option) => !stdout.includes(`${option} `))).toEqual([]);
    });

    it('the console runs out of the same program', async () => {
      const typed = block('--data ~/sealift-console').replace('~', operator.home);
      const child = operator.begins(`exec ${typed} --listen 127.0.0.1:0 --trusted-proxy 127.0.0.1`);
      const ended = once(child, 'close').then(([code]) => code as number | null);
      console = { url: '', stop: () => (child.kill('SIGTERM'), ended) };
      const said: string[] = [];
      child.stderr?.on('data', (part: Buffer) => said.push(part.toString()));
      const link = await new Promise<string>((found, failed) => {
        if (child.stdout === null) throw new Error('it has no output');
        createInterface(child.stdout).on('line', (line) => {
          const url = /http:\S+#token=\S+/.exec(line)?.[0];
          if (url !== undefined) found(url);
        });
        void ended.then((code) => failed(new Error(`it ended with ${code}: ${said.join('')}`)));
      });
      console = { ...console, url: new URL(link).origin };
      expect(said.join('')).not.toContain('Warning');
      proxy = await startTlsProxy(console.url);
      const token = link.split('#token=')[1];
      const made = await fetch(`${console.url}/api/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, username: 'admin', password }),
      });
      expect(made.status).toBe(201);
      operator.set('NODE_EXTRA_CA_CERTS', join(operator.home, 'ca.pem'));
    });

    it('the support host logs in and uploads', async () => {
      const [login = '', ...rest] = block('sealift login').split('\n');
      blocks.splice(blocks.indexOf(block('sealift login')), 1, login, rest.join('\n'));
      const said = await types(operator, 'sealift login', password);
      expect(said).toContain(`Logged in to ${proxy?.url} as admin.`);
      expect(said).not.toContain(password);
      expect(await types(operator, 'keys trust vendor.pub --console')).toContain('Setup Completed');
    });

    it('the console is told what the platform runs', async () => {
      expect(await types(operator, 'platform adopt')).toContain('Harborview 4.2.12 is recorded as installed');
    });

    it('an upgrade is begun, with the values of the site merged', async () => {
      const shown = await types(operator, 'sealift upgrade start');
      expect(shown).toContain('4.2.13');
      expect(shown).toContain('cni-calico');
    });

    it('the console ends in order', async () => {
      expect(await console?.stop()).toBe(0);
    });
  },
);
