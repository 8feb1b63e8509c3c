import { describe, expect, it } from 'vitest';
import type { Said } from '../protocol.ts';
import { judge, type Trial } from './trial.ts';

const proof = 'f'.repeat(32);
const handshake = (more: object = {}): Said => {
  return { sealiftGateway: 1, event: 'handshake', version: '2.0.0', proof, ...more };
};
const trouble: Said = { sealiftGateway: 1, event: 'trouble', reason: 'it answers 503' };

/** A trial in which `look` is called whenever the judge asks the console, and may change everything. */
function trial(
  look: (seen: { looks: number; said: Said[]; end: (how: string) => void }) => boolean,
  more: Partial<Trial> = {},
) {
  const said: Said[] = [];
  const program: { end: string | undefined } = { end: undefined };
  const state = { looks: 0, said, end: (how: string) => void (program.end = how) };
  return judge({
    program,
    said,
    version: '2.0.0',
    proof,
    times: { handshakeMs: 40, windowMs: 5, lookMs: 2 },
    consoleAnswers: async () => {
      state.looks += 1;
      const answers = look(state);
      if (!answers) throw new Error('away');
      return true;
    },
    cancel: new AbortController().signal,
    ...more,
  });
}

describe('judging a new executable', () => {
  it('proves it by its own handshake, once it has run on', async () => {
    expect(await trial(({ looks, said }) => (looks === 2 && said.push(handshake()), true))).toEqual({ end: 'proved' });
  });

  it('takes neither another’s proof nor another version for it', async () => {
    const other = await trial(
      ({ looks, said }) => (looks === 2 && said.push(handshake({ proof: '0'.repeat(32) })), true),
    );
    expect(other).toMatchObject({ end: 'failed', reason: expect.stringContaining('no handshake of it within') });
    const version = await trial(({ said }) => (said.push(handshake({ version: '1.0.0' })), true));
    expect(version).toMatchObject({ end: 'failed', reason: expect.stringContaining('it says that it is 1.0.0') });
  });

  it('fails one that is silent while the console answers the judge, with what it said last', async () => {
    const verdict = await trial(({ said }) => (said.push(trouble), true));
    expect(verdict).toMatchObject({ end: 'failed', reason: expect.stringContaining('it last said: it answers 503') });
  });

  it('lets no time run while the console does not answer the judge either', async () => {
    const verdict = await trial(({ looks, said }) => {
      // Some ten times as long as it has while the console answers.
      if (looks < 200) return false;
      said.push(handshake());
      return true;
    });
    expect(verdict).toEqual({ end: 'proved' });
  });

  it('says how one died, before its handshake and after', async () => {
    expect(await trial(({ end }) => (end('ended with code 3'), true))).toMatchObject({
      end: 'died',
      reason: 'it ended with code 3',
    });
    const dies = ({ said, end }: { said: Said[]; end: (how: string) => void }): boolean => {
      said.push(handshake());
      setImmediate(() => end('was ended by SIGSEGV'));
      return true;
    };
    const after = trial(dies, { times: { handshakeMs: 40, windowMs: 60_000, lookMs: 2 } });
    expect(await after).toMatchObject({ end: 'died', reason: 'after its handshake it was ended by SIGSEGV' });
  });

  it('says nothing of it when it is stopped itself', async () => {
    const stop = new AbortController();
    expect(await trial(() => (stop.abort(), true), { cancel: stop.signal })).toEqual({ end: 'stopped' });
  });
});
