import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWindow, type Window } from './setup/browser.ts';
import { clusterNodes, makeCluster } from './setup/cluster-objects.ts';
import { built } from './setup/environment.ts';

const chromium = peer('chromium');
const names = ['etcd', 'kube-apiserver', 'cluster-api-core', 'vcenter-simulator'] as const;
const absent = [...names.map(peer), chromium].find(({ missing }) => missing);

describe.skipIf(absent !== undefined)(
  `a console that is told of its site in the browser${absent === undefined ? '' : ` (${absent.remedy})`}`,
  { timeout: 300_000 },
  () => {
    let folder: string;
    let vcenter: VCenter;
    let kubernetes: Kubernetes;
    let console: RunningConsole;
    let window: Window;
    let api: KubeApi;
    const lines: string[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sealift-settings-'));
      [vcenter, kubernetes] = await Promise.all([
        startVCenter(peer('vcenter-simulator'), { folder: 'spectro-templates' }),
        startKubernetes(peer('etcd'), peer('kube-apiserver')),
      ]);
      api = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
      await makeCluster(api);
      const log = (line: string): void => void lines.push(line);
      console = await startConsole({ dataDir: join(folder, 'data'), assetsDir: built().pages, log });
      window = await openWindow(chromium.path, console.url);
      window.page.setDefaultTimeout(90_000);
    }, 900_000);
    afterAll(async () => {
      await window?.close();
      await console?.close();
      api?.close();
      await Promise.all([vcenter?.stop(), kubernetes?.stop()]);
      await rm(folder, { recursive: true, force: true });
    }, 120_000);

    it('finds nothing wrong with the settings of the site, and says what is wrong with others', async () => {
      const { page } = window;
      await page.goto(console.setupUrl ?? '');
      await page.getByLabel('User name').fill('admin');
      await page.getByLabel(/^Password(?! again)/).fill('four random words here');
      await page.getByLabel('Password again').fill('four random words here');
      await page.getByRole('button', { name: 'Create administrator' }).click();
      await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
      await page.goto('/administration/site');
      const { url, username, password, caFile } = vcenter;
      await page.getByRole('textbox', { name: 'Address' }).fill(url);
      await page.getByRole('textbox', { name: 'Account' }).fill(username);
      await page.getByLabel('Password').fill('wrong');
      await page.getByLabel('These too').check();
      await page.locator('input[type=file]').first().setInputFiles(caFile);
      await page.locator('input[type=file]').nth(1).setInputFiles(kubernetes.kubeconfig);
      await page.getByRole('radio', { name: 'A kubeconfig', exact: true }).nth(1).check();
      await page.locator('input[type=file]').nth(2).setInputFiles(kubernetes.kubeconfig);
      // That of the console itself: it lets nobody pull without a login.
      const registry = new URL(console.url).host;
      await page.getByRole('textbox', { name: 'Image registry', exact: true }).fill(`${registry}/sealift/images`);
      await page.getByRole('radio', { name: 'Others, given whole' }).check();
      await page.getByLabel('Variables', { exact: true }).fill('domain: site.example\npassword: hunter2\n');
      await page.getByRole('button', { name: 'Try and save' }).click();
      const found = page.getByRole('list', { name: 'What was found at the site' });
      await found.waitFor();
      await found.scrollIntoViewIfNeeded();
      await window.picture('site-settings-refused');
      expect(await found.textContent()).toContain('vCenter does not accept this user name and password');
      expect(await found.textContent()).toContain('the registry asks for a valid login');
      await page.getByRole('textbox', { name: 'Login of the image registry' }).scrollIntoViewIfNeeded();
      await window.picture('site-settings-packs');
      await makePullSecret(api, registry, await tokenOf(window));
      await page.getByRole('textbox', { name: 'Login of the image registry' }).fill('default/site-registry');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Ask vCenter what there is' }).click();
      await page.getByRole('combobox', { name: 'Datacenter' }).selectOption('DC0');
      await page.getByRole('combobox', { name: 'Network' }).selectOption('VM Network');
      await window.picture('site-settings-places');
      await page.getByRole('button', { name: 'Try and save' }).click();
      await page.getByRole('button', { name: 'Try these settings' }).click();
      await page.getByText('The machines are nodes of the enterprise cluster').waitFor();
      const stored = page.getByLabel('Settings of the site');
      for (const text of [`${registry}/sealift/images`, 'the Secret default/site-registry', 'domain, password'])
        await stored.getByText(text).waitFor();
      await page.getByText('The image registry answers and accepts the login').waitFor();
      await window.picture('site-settings-stored');
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('radio', { name: 'The stored ones: domain, password' }).waitFor();
      expect(await page.content()).not.toMatch(/hunter2|site\.example/);
      await page.getByRole('button', { name: 'Cancel' }).click();
    });

    it('shows the nodes, the events and the layers of the cluster at once', async () => {
      const { page } = window;
      await page.goto('/cluster/nodes');
      for (const name of clusterNodes) await page.getByText(name).first().waitFor();
      await window.picture('site-nodes');
      await api.create('/api/v1/namespaces/default/events', {
        metadata: { name: 'told-by-a-test' },
        type: 'Warning',
        reason: 'FailedMount',
        message: 'the volume is still attached to another node',
        involvedObject: { kind: 'Pod', namespace: 'default', name: 'mongo-1' },
        source: { component: 'kubelet' },
        lastTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      });
      await page.goto('/cluster/events');
      await page.getByText('the volume is still attached to another node').waitFor();
      await window.picture('site-events');
      await page.goto('/cluster/overview');
      await page.getByText('The cluster runs no layer that a console has applied.').waitFor();
      await window.picture('site-overview');
    });

    it('hands out a kubeconfig with which the cluster answers, and writes down who took it', async () => {
      const { page } = window;
      await page.goto('/cluster/kubeconfig');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download' }).click();
      const path = join(folder, 'kubeconfig');
      await (await download).saveAs(path);
      await page.getByText(/was made/).waitFor();
      await window.picture('site-kubeconfig');
      const client = await KubernetesClient.connect({ kubeconfig: path });
      expect(await new Objects(client).list({ apiVersion: 'v1', kind: 'Node' })).toHaveLength(clusterNodes.length);
      client.close();
      await page.goto('/administration/audit');
      await page.getByText('cluster.kubeconfig').waitFor();
      await page.getByText('site.change').waitFor();
    });

    it('showed no secret to the browser or the log, and met no error', () => {
      expect(window.foreignRequests).toEqual([]);
      // Before the sign-in; the settings that were refused; the questions to a cluster that was not there yet.
      expect(window.errors.filter((error) => !/status of (?:401|422|503)/.test(error))).toEqual([]);
      for (const secret of [vcenter.password, 'hunter2']) expect(lines.join('\n')).not.toContain(secret);
    });
  },
);

/** An API token of the person who is signed in. */
async function tokenOf({ page }: Window): Promise<string> {
  const answer: unknown = await page.evaluate(async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"nodes"}' };
    return (await fetch('/api/v1/tokens', init)).json();
  });
  const { secret } = answer as { readonly secret: string };
  return secret;
}

/** The login of pods to the console's registry, as `kubectl create secret docker-registry` makes it. */
async function makePullSecret(api: KubeApi, registry: string, token: string): Promise<void> {
  const auth = Buffer.from(`nodes:${token}`).toString('base64');
  const config = Buffer.from(JSON.stringify({ auths: { [registry]: { auth } } })).toString('base64');
  await api.create('/api/v1/namespaces/default/secrets', {
    metadata: { name: 'site-registry' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': config },
  });
}
