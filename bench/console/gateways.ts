import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { validCertificate } from '@sealift/testkit/certificates';
import { startTlsProxy, type TlsProxy } from '@sealift/testkit/tls-proxy';
import { type Row, row } from '../row.ts';
import { percentile } from '../percentile.ts';
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
  // Without this all gateways are one address to it, which may hold 500 connections.
  const console = new BenchConsole(['--trusted-proxy', '127.0.0.1']);
  const reports = new Reports();
  let proxy: TlsProxy | undefined;
  let fleet: ChildProcess | undefined;
  try {
    note('making a console, and registering gateways at it');
    await console.start();
    proxy = await startTlsProxy(console.url, { keepAlive: true, onEnd: reports.add });
    const started = await startFleet(console, proxy.url);
    fleet = started.fleet;
    await started.reporting;
    await reported(reports, count);
    note(`${count} agents have reported; nothing happens for ${steadySeconds} s`);
    const idle = console.cpuSeconds;
    await delay(steadySeconds * 1000);
    const steady = ((console.cpuSeconds - idle) / steadySeconds) * 100;
    note('all of them are told to report');
    reports.forget();
    const [before, began] = [console.cpuSeconds, performance.now()];
    await console.call('POST', '/gateways/retry');
    await reported(reports, count);
    const share = ((console.cpuSeconds - before) / ((performance.now() - began) / 1000)) * 100;
    if (reports.refused > 0) throw new Error(`${reports.refused} reports were refused`);
    return [
      row(
        `a report of one of ${count} gateways, p99, all told at once`,
        'ms',
        percentile(reports.times, 0.99),
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
async function reported(reports: Reports, wanted: number): Promise<void> {
  const end = performance.now() + waveSeconds * 1000;
  while (reports.gateways < wanted) {
    if (performance.now() > end) throw new Error(`only ${reports.gateways} of ${wanted} gateways reported`);
    await delay(200);
  }
}

async function ended(fleet: ChildProcess | undefined): Promise<void> {
  if (fleet === undefined || fleet.exitCode !== null) return;
  const closed = new Promise((resolve) => fleet.once('close', resolve));
  fleet.kill('SIGTERM');
  await closed;
}

/** The reports of gateways that went through the proxy, since they were forgotten last. */
class Reports {
  /** What each took, in milliseconds. */
  times: number[] = [];
  refused = 0;
  readonly #ids = new Set<string>();

  /** Of so many gateways. */
  get gateways(): number {
    return this.#ids.size;
  }

  readonly add = ({ url, headers }: IncomingMessage, status: number, milliseconds: number): void => {
    if (url?.endsWith('/gateway/report') !== true) return;
    this.times.push(milliseconds);
    // Of the key that a request is signed with (RFC 9421, section 2.3).
    if (status === 200) this.#ids.add(/keyid="([^"]+)"/.exec(String(headers['signature-input']))?.[1] ?? '');
    else this.refused += 1;
  };

  forget(): void {
    this.times = [];
    this.refused = 0;
    this.#ids.clear();
  }
}
