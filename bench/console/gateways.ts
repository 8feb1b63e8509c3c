import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { validCertificate } from '@sealift/testkit/certificates';
import { type Row, row } from '../row.ts';
import { type MeasuredProxy, startMeasuredProxy } from './measured-proxy.ts';
import { BenchConsole } from './running-console.ts';

const count = 1000;
/** What a page may take; whoever reads one stands behind the reports of all gateways. */
const reportMs = 250;
/** A wave of reports has to leave half a core to an upgrade, which is what calls it. */
const waveShare = 50;
/** What all of them cost while nothing happens. */
const steadyShare = 5;
const steadySeconds = 30;
/** The console tells gateways to report within a time that grows with their number: 20 a second. */
const waveSeconds = 120;

/**
 * The agents of 1,000 gateways at one console, over TLS as at a site: while nothing happens, and when all of them are told to report. The agents
 * run in one process, the proxy that ends TLS and takes the times in this one.
 */
export async function gatewayRows(note: (text: string) => void): Promise<Row[]> {
  const console = new BenchConsole();
  let proxy: MeasuredProxy | undefined;
  let fleet: ChildProcess | undefined;
  try {
    note('making a console, and registering gateways at it');
    await console.start();
    proxy = await startMeasuredProxy(console.url);
    const started = await startFleet(console, proxy.url);
    fleet = started.fleet;
    await started.reporting;
    await reported(proxy, count);
    note(`${count} agents have reported; nothing happens for ${steadySeconds} s`);
    const idle = console.cpuSeconds;
    await delay(steadySeconds * 1000);
    const steady = ((console.cpuSeconds - idle) / steadySeconds) * 100;
    note('all of them are told to report');
    proxy.forget();
    const [before, began] = [console.cpuSeconds, performance.now()];
    await console.call('POST', '/gateways/retry');
    await reported(proxy, count);
    const share = ((console.cpuSeconds - before) / ((performance.now() - began) / 1000)) * 100;
    const { times, refused } = proxy.reports();
    if (refused > 0) throw new Error(`${refused} reports were refused`);
    return [
      row(
        `a report of one of ${count} gateways, p99, all told at once`,
        'ms',
        percentile(times, 0.99),
        reportMs,
        'limit',
      ),
      row(`processor while ${count} gateways report`, '% of a core', share, waveShare, 'limit'),
      row(`processor while ${count} gateways wait`, '% of a core', steady, steadyShare, 'limit'),
    ];
  } finally {
    await ended(fleet);
    await proxy?.close();
    await console.stop();
  }
}

async function startFleet(console: BenchConsole, url: string) {
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const made = await console.call('POST', '/gateways/invites', { name: `gateway-${index}`, site: 'bench' });
    tokens.push((made as { readonly token: string }).token);
  }
  const folder = join(console.folder, 'gateways');
  mkdirSync(folder);
  const ca = join(console.folder, 'proxy.pem');
  writeFileSync(ca, validCertificate);
  const fleet = spawn(process.execPath, [join(import.meta.dirname, 'gateway-fleet.ts'), url, folder], {
    env: { ...process.env, SSL_CERT_FILE: ca, NO_PROXY: 'localhost' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  fleet.stdin.end(tokens.join('\n'));
  const reporting = new Promise<void>((resolve, reject) => {
    fleet.once('close', (code) => reject(new Error(`the agents ended with ${code}`)));
    createInterface(fleet.stdout).on('line', (line) => {
      if (line === 'reporting') resolve();
    });
  });
  return { fleet, reporting };
}

/** Waits until so many gateways have reported since that was forgotten last. */
async function reported(proxy: MeasuredProxy, wanted: number): Promise<void> {
  const end = performance.now() + waveSeconds * 1000;
  while (proxy.reports().gateways < wanted) {
    if (performance.now() > end) throw new Error(`only ${proxy.reports().gateways} of ${wanted} gateways reported`);
    await delay(200);
  }
}

async function ended(fleet: ChildProcess | undefined): Promise<void> {
  if (fleet === undefined || fleet.exitCode !== null) return;
  const closed = new Promise((resolve) => fleet.once('close', resolve));
  fleet.kill('SIGTERM');
  await closed;
}

function percentile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
