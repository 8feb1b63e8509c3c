import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesClient } from '@sealift/kubernetes/client';
import type { Peer } from '@sealift/testkit/peers';

/** Counts the effects of a client, and cuts one: before it is done, or with its answer lost. */
export class Cutter {
  effects = 0;
  #at = 0;
  #when: 'before' | 'after' = 'before';

  cut(at: number, when: 'before' | 'after'): void {
    this.effects = 0;
    this.#at = at;
    this.#when = when;
  }

  /** The client, with its effects through this. */
  through(client: KubernetesClient): KubernetesClient {
    return new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'ask') return member.bind(target) as unknown;
        return async (request: Parameters<KubernetesClient['ask']>[0]) => {
          const isLook = request.method === 'GET' || request.query?.['dryRun'] === 'All';
          if (isLook) return await target.ask(request);
          this.effects += 1;
          const isCut = this.effects === this.#at;
          if (isCut && this.#when === 'before') throw new Error('cut before the effect');
          const answer = await target.ask(request);
          if (isCut) throw new Error('cut after the effect');
          return answer;
        };
      },
    });
  }
}

/** A helm that can be made to die in an upgrade or a removal, as by the loss of its machine. */
export class MortalHelm {
  readonly path: string;
  readonly #folder: string;

  constructor(folder: string, helm: Peer) {
    this.#folder = folder;
    this.path = join(folder, 'helm');
    const script = `#!/bin/sh
case "$*" in
  *--dry-run*|version*|show*|template*) exec '${helm.path}' "$@" ;;
esac
echo $$ > '${folder}/pid'
if [ -e '${folder}/before' ]; then rm '${folder}/before'; kill -9 $$; fi
if [ -e '${folder}/after' ]; then rm '${folder}/after'; '${helm.path}' "$@"; kill -9 $$; fi
exec '${helm.path}' "$@"
`;
    writeFileSync(this.path, script, { mode: 0o755 });
  }

  /** Lets the next one that changes something die before it does, or when it has. */
  dieOnce(when: 'before' | 'after'): void {
    writeFileSync(join(this.#folder, when), '');
  }

  /** Whether it is still to die. */
  get isToDie(): boolean {
    return existsSync(join(this.#folder, 'before')) || existsSync(join(this.#folder, 'after'));
  }

  spare(): void {
    for (const when of ['before', 'after']) rmSync(join(this.#folder, when), { force: true });
  }

  /** Kills the one that runs. */
  kill(): void {
    process.kill(Number(readFileSync(join(this.#folder, 'pid'), 'utf8')), 'SIGKILL');
  }
}
