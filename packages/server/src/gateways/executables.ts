import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { gatewayTool } from '@sealift/core/gateway';
import { parseDigest } from '@sealift/oci/digest';
import { toolReference } from '@sealift/oci/reference';
import { packBase } from '../catalogue/content-paths.ts';
import type { RegistryAccess } from '../catalogue/registry-access.ts';
import type { Db } from '../store/store.ts';
import { wantedNow } from './wanted.ts';

/** At a time: a hundred megabytes each, and others use the line too. */
const limit = 25;

/** What gateways fetch: the executable of the release that they are to run, and its marker. */
export class GatewayExecutables {
  readonly #registry: Pick<RegistryAccess, 'client'>;
  #open = 0;

  constructor(registry: Pick<RegistryAccess, 'client'>) {
    this.#registry = registry;
  }

  /**
   * Opens an executable from a byte on.
   *
   * @throws GATEWAY_EXECUTABLE_UNKNOWN for what gateways are not to run now, GATEWAY_WAITING_LIMIT, REGISTRY_*
   */
  async open(db: Db, sha256: string, from: number): Promise<{ readonly bytes: Readable; readonly sizeBytes: number }> {
    const wanted = await wantedNow(db);
    const tool = wanted?.release.spec.tools?.find((one) => one.name === gatewayTool && one.sha256 === sha256);
    if (tool === undefined || from > tool.sizeBytes) {
      throw new SealiftError('GATEWAY_EXECUTABLE_UNKNOWN', { values: { sha256 } });
    }
    if (this.#open >= limit) throw new SealiftError('GATEWAY_WAITING_LIMIT', { values: { limit } });
    this.#open += 1;
    try {
      const { repository } = toolReference(packBase, tool);
      const range = { start: from, end: tool.sizeBytes };
      const bytes = await this.#registry.client.openBlob(repository, parseDigest(`sha256:${sha256}`), range);
      bytes.once('close', () => {
        this.#open -= 1;
      });
      return { bytes, sizeBytes: tool.sizeBytes - from };
    } catch (error) {
      this.#open -= 1;
      throw error;
    }
  }
}
