import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expiredCertificate, futureCertificate, testKey, validCertificate } from '@sealift/testkit/certificates';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { peer } from '@sealift/testkit/peers';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseThumbprint } from '../connection/thumbprint.ts';
import { findByPath, pathOf } from '../property/inventory.ts';
import { retrieve, retrieveAll, retrieveIfThere, retrieveOne } from '../property/retrieve.ts';
import { runTask } from '../property/task.ts';
import { watch } from '../property/watch.ts';
import { connectTo } from '../testing/connect.ts';
import { arrayOf, managedObject, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import { VcenterClient } from './client.ts';
import { faultOf, isFault } from './fault.ts';
import { nothing } from './result.ts';

const simulator = peer('vcenter-simulator');

async function refusal(running: Promise<unknown>): Promise<SealiftError> {
  const error = await running.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof SealiftError) return error;
  throw error instanceof Error ? error : new Error('it was accepted');
}

describe.skipIf(simulator.missing)(
  `VcenterClient${simulator.missing ? ` (${simulator.remedy})` : ''}`,
  { timeout: 60_000 },
  () => {
    let vcenter: VCenter;
    const name = { name: required(text) };

    beforeAll(async () => {
      vcenter = await startVCenter(simulator, { machines: 3 });
    }, 30_000);
    afterAll(() => vcenter.stop());
    afterEach(() => vcenter.clearFaults());
    const logins = async (): Promise<number> =>
      (await vcenter.calls()).filter(({ method }) => method === 'Login').length;

    it('verifies the certificate: by a CA file or a pin, else it names the thumbprint to compare', async () => {
      const { caFile } = vcenter;
      for (const trust of [{ caFile }, {}]) {
        await using client = await connectTo(vcenter, trust);
        expect(client.content.about.apiType).toBe('VirtualCenter');
      }
      const before = await logins();
      const { url, username } = vcenter;
      const untrusted = await refusal(
        VcenterClient.connect({ url, username, password: new Secret(vcenter.password), env: {} }),
      );
      expect([untrusted.code, untrusted.message]).toEqual([
        'VSPHERE_CERTIFICATE_UNTRUSTED',
        expect.stringContaining(vcenter.thumbprint),
      ]);
      const other = parseThumbprint('ab'.repeat(32));
      expect((await refusal(connectTo(vcenter, { thumbprint: other }))).code).toBe('VSPHERE_THUMBPRINT_MISMATCH');
      expect((await refusal(connectTo(vcenter, { caFile: '/nowhere.pem' }))).code).toBe('FILE_NOT_FOUND');
      expect(await logins()).toBe(before);
    });

    it('takes the thumbprint as openssl prints it', async () => {
      for (const lead of ['sha256 Fingerprint=', 'SHA256 Fingerprint=']) {
        await using client = await connectTo(vcenter, {
          thumbprint: parseThumbprint(`${lead}${vcenter.thumbprint}\n`),
        });
        expect(client.session).toBe(1);
      }
      expect(() => parseThumbprint(`SHA1 Fingerprint=${vcenter.thumbprintSha1}`)).toThrow('SHA-1');
    });

    it('refuses a CA file without a certificate', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sealift-ca-'));
      const caFile = join(folder, 'ca.pem');
      try {
        for (const content of ['', 'hello', '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n']) {
          writeFileSync(caFile, content);
          const error = await refusal(connectTo(vcenter, { caFile }));
          expect([error.code, error.message]).toEqual(['FILE_UNREADABLE', expect.stringContaining('no certificate')]);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('refuses SHA-1 thumbprints and addresses with a password in them', async () => {
      expect(() => parseThumbprint(vcenter.thumbprintSha1)).toThrow('SHA-1');
      const error = await refusal(connectTo(vcenter, { url: vcenter.url.replace('://', '://root:hunter2@') }));
      expect(error.code).toBe('VSPHERE_URL_INVALID');
      expect(error.message).not.toContain('hunter2');
      expect((await refusal(connectTo(vcenter, { url: 'http://vcenter.example' }))).code).toBe('VSPHERE_URL_INVALID');
    });

    it('says when the login is refused', async () => {
      const error = await refusal(connectTo(vcenter, { password: new Secret('wrong') }));
      expect(error.code).toBe('VSPHERE_LOGIN_REFUSED');
      expect(isFault(error, 'InvalidLogin')).toBe(true);
    });

    it('reads properties page by page, also when the session ends between two', async () => {
      await using client = await connectTo(vcenter);
      const all = await retrieveAll(client, client.content.rootFolder, 'VirtualMachine', name, { pageSize: 1 });
      expect(all).toHaveLength(3);
      await vcenter.fault({ method: 'ContinueRetrievePropertiesEx', expireSessions: true });
      const again = await retrieveAll(client, client.content.rootFolder, 'VirtualMachine', name, { pageSize: 1 });
      expect(again).toEqual(all);
      const known = await retrieve(
        client,
        'VirtualMachine',
        all.map(({ ref }) => ref),
        name,
      );
      expect(known.map((one) => one.name).toSorted()).toEqual(all.map((one) => one.name).toSorted());
    });

    it('logs in once when several calls find the session ended', async () => {
      await using client = await connectTo(vcenter);
      const before = await logins();
      await vcenter.expireSessions();
      const paths = await Promise.all(
        ['/DC0', '/DC0/vm', '/DC0/host', '/nowhere'].map((path) => findByPath(client, path)),
      );
      expect(paths.map((ref) => ref?.type)).toEqual(['Datacenter', 'Folder', 'Folder', undefined]);
      expect(await logins()).toBe(before + 1);
      expect(client.session).toBe(2);
    });

    it('finds objects by path and tells the path of an object', async () => {
      await using client = await connectTo(vcenter);
      const folder = await findByPath(client, '/DC0/vm');
      if (folder === undefined) throw new Error('no folder');
      expect(await pathOf(client, folder)).toBe('/DC0/vm');
      const { childEntity } = await retrieveOne(client, folder, { childEntity: required(arrayOf(managedObject)) });
      expect(childEntity).toHaveLength(3);
      expect(await retrieveIfThere(client, { type: 'Folder', value: 'group-v0' }, name)).toBeUndefined();
    });

    it('runs tasks and names what they fail with', async () => {
      await using client = await connectTo(vcenter);
      const [machine] = await retrieveAll(client, client.content.rootFolder, 'VirtualMachine', name);
      if (machine === undefined) throw new Error('no machine');
      const rename = { method: 'Rename_Task', on: machine.ref, args: [element('newName', 'a & <b>')] };
      await runTask(client, rename);
      expect((await retrieveOne(client, machine.ref, name)).name).toBe('a & <b>');
      await vcenter.fault({ method: 'Rename_Task', taskFault: { type: 'DuplicateName', fields: { name: 'taken' } } });
      const taken = await refusal(runTask(client, rename));
      expect([taken.code, taken.message]).toEqual(['VSPHERE_NAME_TAKEN', expect.stringContaining('"taken"')]);
      await vcenter.fault({
        method: 'Rename_Task',
        fault: { type: 'NoPermission', fields: { object: machine.ref, privilegeId: 'VirtualMachine.Provisioning.X' } },
      });
      const denied = await refusal(runTask(client, rename));
      expect(denied.message).toContain('VirtualMachine.Provisioning.X on VirtualMachine:');
      expect(faultOf(denied)?.type).toBe('NoPermission');
    });

    it('follows properties and is ended by its signal', async () => {
      await using client = await connectTo(vcenter);
      const [machine] = await retrieveAll(client, client.content.rootFolder, 'VirtualMachine', name);
      if (machine === undefined) throw new Error('no machine');
      const stop = new AbortController();
      const names: string[] = [];
      const following = refusal(
        (async () => {
          for await (const seen of watch(client, machine.ref, name, stop.signal)) names.push(seen.name);
        })(),
      );
      await waitUntil('the first', () => names.length === 1);
      await runTask(client, { method: 'Rename_Task', on: machine.ref, args: [element('newName', 'followed')] });
      await waitUntil('the change', () => names.includes('followed'));
      stop.abort();
      expect((await following).code).toBe('CANCELLED');
    });

    it('sends a call that changes something once, and repeats one that reads when a kept connection was closed', async () => {
      await using client = await connectTo(vcenter);
      await vcenter.fault({ method: 'CreateFolder', dropAnswer: true });
      const root = await findByPath(client, '/DC0/vm');
      if (root === undefined) throw new Error('no folder');
      const create = { method: 'CreateFolder', on: root, args: [element('name', 'once')], result: nothing };
      expect((await refusal(client.call(create))).code).toBe('VSPHERE_UNREACHABLE');
      expect((await vcenter.calls()).filter(({ method }) => method === 'CreateFolder')).toHaveLength(1);
      await vcenter.fault({ method: 'FindByInventoryPath', cut: true });
      expect((await findByPath(client, '/DC0/vm/once'))?.type).toBe('Folder');
    });

    it('gives up on an answer that does not come', async () => {
      await using client = await connectTo(vcenter);
      await vcenter.fault({ method: 'CurrentTime', delayMs: 2000 });
      const on = { type: 'ServiceInstance', value: 'ServiceInstance' };
      const call = { method: 'CurrentTime', on, result: nothing, timeoutMs: 200 };
      expect((await refusal(client.call(call))).code).toBe('VSPHERE_UNREACHABLE');
    });
  },
);

describe('a server that is not what was meant', () => {
  const peers: ReturnType<typeof createTlsServer>[] = [];
  const serve = async (cert: string, listener: RequestListener): Promise<URL> => {
    const server = createTlsServer({ key: testKey, cert }, listener);
    peers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    return new URL(`https://localhost:${typeof address === 'object' ? address?.port : 0}`);
  };
  afterAll(() => {
    for (const server of peers) server.close().closeAllConnections();
  });

  it.each([
    ['expired', expiredCertificate, 'it has expired', /Renew/],
    ['not valid yet', futureCertificate, 'it is not valid yet', /clock/],
  ])('does not answer a pinned certificate that is %s with "pin it"', async (_, cert, reason, remedy) => {
    const url = await serve(cert, (_request, response) => void response.end());
    const thumbprint = parseThumbprint(new X509Certificate(cert).fingerprint256);
    const connecting = VcenterClient.connect({
      url: url.href,
      username: 'u',
      password: new Secret('x'),
      env: {},
      thumbprint,
    });
    const error = await refusal(connecting);
    expect([error.code, error.hint]).toEqual(['VSPHERE_CERTIFICATE_UNTRUSTED', expect.stringMatching(remedy)]);
    expect(error.message).toContain(reason);
    expect(`${error.message} ${error.hint}`).not.toMatch(/thumbprint|pin it|NODE_/);
  });

  it('is refused when it is an ESXi host', async () => {
    const url = await serve(validCertificate, (request, response) => {
      request.resume();
      if (request.method === 'GET') return void response.writeHead(404).end();
      const about =
        '<fullName>VMware ESXi 8.0.3</fullName><version>8.0.3</version><apiType>HostAgent</apiType><apiVersion>8.0.3.0</apiVersion>';
      const managers =
        '<rootFolder type="Folder">ha-folder-root</rootFolder><propertyCollector type="PropertyCollector">ha-property-collector</propertyCollector>';
      response.end(
        `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>${managers}<about>${about}</about></returnval></RetrieveServiceContentResponse></Body></Envelope>`,
      );
    });
    const thumbprint = parseThumbprint(new X509Certificate(validCertificate).fingerprint256);
    const error = await refusal(
      VcenterClient.connect({ url: url.href, username: 'u', password: new Secret('x'), env: {}, thumbprint }),
    );
    expect([error.code, error.message]).toEqual(['VSPHERE_NOT_VCENTER', expect.stringContaining('VMware ESXi 8.0.3')]);
  });
});

describe('an answer that no vCenter gives', { timeout: 30_000 }, () => {
  const server = createServer();
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));
  afterEach(() => void server.removeAllListeners('request'));

  const soap = (body: string): string =>
    `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${body}</Body></Envelope>`;
  const content = (inside: string): string =>
    soap(
      `<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>${inside}</returnval></RetrieveServiceContentResponse>`,
    );
  const deep = `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`;

  it.each<[string, number, string, string]>([
    ['a sign-in page', 200, '<html><body>Sign in</body></html>', 'no SOAP answer'],
    ['HTML that is no XML', 200, '<html><br></html>', 'expected'],
    ['a redirect', 302, '', 'HTTP status 302'],
    ['nothing', 200, '', 'document must contain a root element'],
    ['a document type', 200, `<!DOCTYPE a [<!ENTITY b "c">]>${soap('<a>&b;</a>')}`, 'document type declaration'],
    ['an unknown entity', 200, soap('<a>&nbsp;</a>'), 'undefined entity'],
    ['too deep a document', 200, soap(deep), 'deeper than 64'],
    ['the answer to another call', 200, soap('<LoginResponse xmlns="urn:vim25"/>'), 'no SOAP answer'],
    [
      'an answer without what is needed',
      200,
      content('<rootFolder type="Folder">group-d1</rootFolder>'),
      'propertyCollector',
    ],
    ['a cut document', 200, soap('<a>').slice(0, -20), 'unclosed'],
    ['bytes that are no UTF-8', 200, '\u00ff', 'UTF-8'],
  ])('is refused: %s', async (_, status, body, reason) => {
    const answer: RequestListener = (request, response) => {
      request.resume();
      if (request.method === 'GET') response.writeHead(404).end();
      else response.writeHead(status).end(Buffer.from(body, 'latin1'));
    };
    server.on('request', answer);
    const error = await refusal(
      VcenterClient.connect({ url, username: 'u', password: new Secret('hunter2'), env: {} }),
    );
    expect([error.code, error.message]).toEqual(['VSPHERE_ANSWER_INVALID', expect.stringContaining(reason)]);
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('is refused: one without end', async () => {
    server.on('request', (request, response) => {
      request.resume();
      if (request.method === 'GET') return void response.writeHead(404).end();
      const chunk = '<a/>'.repeat(64 * 1024);
      const write = (): void => void response.write(chunk, (error) => (error instanceof Error ? undefined : write()));
      response.writeHead(200).write(soap('').slice(0, 60));
      write();
    });
    const error = await refusal(VcenterClient.connect({ url, username: 'u', password: new Secret('x'), env: {} }));
    expect([error.code, error.message]).toEqual([
      'VSPHERE_ANSWER_INVALID',
      expect.stringMatching(/more than|larger than|expected/),
    ]);
  });
});
