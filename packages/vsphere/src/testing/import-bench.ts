import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { peer } from '@sealift/testkit/peers';
import { makeDisk, packOva, type SampleDisk, type SampleFile, sampleFiles } from '@sealift/testkit/sample-ova';
import { startVCenter, type VCenter, type VCenterOptions } from '@sealift/testkit/vcenter';
import type { VcenterClient } from '../client/client.ts';
import type { ImportRequest } from '../import/import-request.ts';
import { type ImportOptions, importTemplate } from '../import/import-template.ts';
import { openPackage } from '../ovf/open-package.ts';
import { connectTo } from './connect.ts';

const peers = [peer('vcenter-simulator'), peer('govc'), peer('qemu-img')] as const;
const [simulator, govc, qemu] = peers;

/** What has to be installed for an `ImportBench`; undefined when all is. */
export const missingPeer = peers.find((one) => one.missing);

/** A vCenter, an image to import into it, and what a test asks of both. */
export class ImportBench {
  readonly folder: string;
  readonly vcenter: VCenter;
  readonly disk: SampleDisk;
  readonly ova: Buffer;
  /** Path of the image. */
  readonly image: string;
  /** Remarks of the last import. */
  notes: string[] = [];

  private constructor(folder: string, vcenter: VCenter, disk: SampleDisk, ova: Buffer) {
    this.folder = folder;
    this.vcenter = vcenter;
    this.disk = disk;
    this.ova = ova;
    this.image = this.write('node.ova', ova);
  }

  /** @param mebibytes size of the image's disk */
  static async start(options: VCenterOptions = {}, mebibytes = 2): Promise<ImportBench> {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-import-'));
    const vcenter = await startVCenter(simulator, { folder: 'spectro-templates', ...options });
    const disk = makeDisk(qemu.path, folder, 'node-disk1.vmdk', mebibytes, 'a disk');
    return new ImportBench(folder, vcenter, disk, await packOva(sampleFiles([disk])));
  }

  async stop(): Promise<void> {
    await this.vcenter.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(name: string, content: Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Writes an OVA of files that were changed. */
  async pack(name: string, change: (files: readonly SampleFile[]) => readonly SampleFile[]): Promise<string> {
    return this.write(name, await packOva(change(sampleFiles([this.disk]))));
  }

  /** Writes the files of the image into a folder, with a manifest of SHA-1, and gives its path. */
  unpack(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    for (const file of sampleFiles([this.disk], 'sha1')) writeFileSync(join(path, file.name), file.content);
    return path;
  }

  connect(): Promise<VcenterClient> {
    return connectTo(this.vcenter, { retryDelaysMs: [1, 1, 1] });
  }

  async import(
    name: string | undefined,
    more: Partial<ImportRequest> & { readonly image?: string } = {},
    options: ImportOptions = {},
  ) {
    this.notes = [];
    await using client = await this.connect();
    const open = () => openPackage(more.image ?? this.image, { env: {} });
    const request = { name, networks: ['VM Network'], open, ...more };
    return await importTemplate(client, request, {
      onNote: (note) => this.notes.push(note),
      retryDelaysMs: [1, 1, 1],
      ...options,
    });
  }

  /** Of the datastore that images go to. */
  freeBytes(): number {
    const { datastores } = JSON.parse(this.govc('datastore.info', '-json', 'LocalDS_0')) as {
      readonly datastores: readonly { readonly summary: { readonly freeSpace: number } }[];
    };
    return datastores[0]?.summary.freeSpace ?? 0;
  }

  /** Code and message of what it fails with. */
  async refusal(running: Promise<unknown>): Promise<SealiftError> {
    const error = await running.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    if (error instanceof SealiftError) return error;
    throw error instanceof Error ? error : new Error('it was accepted');
  }

  govc(...args: string[]): string {
    return execFileSync(govc.path, args, { env: { ...process.env, ...this.vcenter.environment }, encoding: 'utf8' });
  }

  /** Inventory paths of all machines and templates. */
  machines(): string[] {
    return this.govc('find', '/', '-type', 'm').trim().split('\n').filter(Boolean).toSorted();
  }

  /** Whether it is marked as a template, and names of its snapshots. */
  templateAt(path: string): { readonly template: boolean; readonly snapshots: readonly string[] } {
    const [machine] = JSON.parse(this.govc('vm.info', '-json', path)).virtualMachines;
    const tree = machine.snapshot?.rootSnapshotList ?? [];
    return { template: machine.config.template, snapshots: tree.map(({ name }: { readonly name: string }) => name) };
  }

  /** How often a method was called so far. */
  async calls(method: string): Promise<number> {
    return (await this.vcenter.calls()).filter((call) => call.method === method).length;
  }

  /** What was uploaded during an action. */
  async uploadsDuring(action: () => Promise<unknown>): ReturnType<VCenter['uploads']> {
    const before = (await this.vcenter.uploads()).length;
    await action();
    return (await this.vcenter.uploads()).slice(before);
  }

  /** Calls that change something, during an action. */
  async changesDuring(action: () => Promise<unknown>): Promise<readonly string[]> {
    const before = (await this.vcenter.calls()).length;
    await action();
    const methods = (await this.vcenter.calls()).slice(before).map(({ method }) => method);
    return methods.filter((method) => /_Task$|^Mark|^CreateFolder|^ImportVApp/.test(method));
  }
}

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
