import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, ScriptedConsole } from '../../testing/scripted-console.ts';

let site: ScriptedConsole;
beforeEach(async () => {
  site = await ScriptedConsole.start();
});
afterEach(() => site.stop());

const node = {
  name: 'node-1',
  role: 'worker',
  version: '1.36.3',
  template: 'r_u-2204-0-k-1363-0',
  ready: false,
  message: 'kubelet stopped posting node status',
  machine: 'md-1-x7k2p',
  phase: 'Running',
  since: '2026-11-23T10:00:00.000Z',
};
const event = {
  type: 'Warning',
  reason: 'BackOff',
  message: 'restarting failed container',
  object: { kind: 'Pod', namespace: 'default', name: 'app' },
  reporter: 'kubelet',
  count: 12,
  firstAt: null,
  lastAt: '2026-11-23T10:00:00.000Z',
};

describe('sealift cluster', () => {
  it('nodes: tells the machine behind each, its phase and since when', async () => {
    site.answers.set('GET /api/v1/cluster/nodes', { status: 200, body: { nodes: [node] } });
    expect((await site.sealift(['cluster', 'nodes'])).out).toBe(
      'node-1  worker  1.36.3  not ready: kubelet stopped posting node status  (machine md-1-x7k2p, Running, r_u-2204-0-k-1363-0, since 2026-11-23T10:00:00.000Z)',
    );
    expect(JSON.parse((await site.sealift(['cluster', 'nodes', '--json'])).out)).toEqual({ nodes: [node] });
  });

  it('layers: tells what runs beside what is recorded', async () => {
    const layers = [
      { layer: 'cni', pack: 'cni-calico', version: '3.26.1', recorded: '3.26.1', wait: null },
      { layer: 'csi', pack: 'csi', version: null, recorded: '3.0.2', wait: null },
    ];
    site.answers.set('GET /api/v1/cluster/layers', { status: 200, body: { layers } });
    expect((await site.sealift(['cluster', 'layers'])).out.split('\n')).toEqual([
      'cni/cni-calico  3.26.1  healthy',
      'csi/csi  is not there  (recorded: 3.0.2)  missing',
    ]);
  });

  it('events: come one a line, and what they are not is said apart', async () => {
    site.answers.set('GET /api/v1/cluster/events', { status: 200, body: { events: [event], more: true, note: null } });
    const { out, notes } = await site.sealift(['cluster', 'events']);
    expect(out).toBe(
      '2026-11-23T10:00:00.000Z  Warning  BackOff  Pod default/app: restarting failed container (12 times)',
    );
    expect(notes).toContain('There are more');
  });

  it('kubeconfig: is saved for its reader alone, and not shown', async () => {
    const issued = {
      kubeconfig: '{"s3cr3t":1}\n',
      fileName: 'x',
      server: 'https://10.0.0.5:6443',
      expiresAt: '2026-11-23T11:00:00.000Z',
    };
    site.answers.set('POST /api/v1/cluster/kubeconfig', { status: 200, body: issued });
    const path = join(site.folder, 'kubeconfig');
    const { out, notes } = await site.sealift(['cluster', 'kubeconfig', '-o', path, '--hours', '1']);
    expect(out).toBe(`${path}  https://10.0.0.5:6443, until 2026-11-23T11:00:00.000Z`);
    expect(out + notes).not.toContain('s3cr3t');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([issued.kubeconfig, 0o600]);
    expect(site.asked.at(-1)?.body).toEqual({ hours: 1 });
  });

  it('kubeconfig: with a life that is none asks nobody, and a refusal is shown as it is', async () => {
    for (const hours of ['0', '25', '1.5', 'x', '-1']) {
      const { code, notes } = await site.sealift(['cluster', 'kubeconfig', '-o', 'x', `--hours=${hours}`]);
      expect([code, notes.includes('code: USAGE')]).toEqual([1, true]);
    }
    expect(site.asked).toEqual([]);
    site.answers.set('POST /api/v1/cluster/kubeconfig', {
      status: 409,
      body: problem('CLUSTER_SIMULATED', 409),
    });
    expect((await site.sealift(['cluster', 'kubeconfig', '-o', 'x'])).notes).toContain('CLUSTER_SIMULATED');
  });
});
