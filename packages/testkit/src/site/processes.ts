import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Site } from './site.ts';

/** A program of a site that runs. */
export interface SiteProcess {
  readonly pid: number;
  /** Its command line, each argument after a space. */
  readonly command: string;
  /** Memory that it has in use (VmRSS), in bytes. */
  readonly residentBytes: number;
}

/** The folders by which every program of a site can be told: each is given a file in one of them. */
export function foldersOf(site: Pick<Site, 'logs' | 'vcenter'>): readonly string[] {
  return [...site.logs.map((path) => path.replace(/\/logs$/, '')), dirname(site.vcenter.caFile)];
}

/** Processes whose command line names one of the folders, from Linux's /proc (proc(5)). */
export async function processesNaming(folders: readonly string[]): Promise<readonly SiteProcess[]> {
  const found: SiteProcess[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // It may end while it is looked at.
    const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
    if (!folders.some((folder) => command.includes(folder))) continue;
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '');
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    found.push({ pid: Number(entry), command, residentBytes: kilobytes * 1024 });
  }
  return found;
}
