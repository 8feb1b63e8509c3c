import { describe, expect, it } from 'vitest';
import { mergeInThread } from './merge-in-thread.ts';

/** Long enough to be merged on a thread, and read soon. */
const text = (value: string) => `# ${'long '.repeat(10_000)}\nkey6: ${value}\nkey7: ${value}\n`;
const never = new AbortController().signal;

describe('the merge of long texts', () => {
  const input = { base: text('1'), current: text('1').replace('key7: 1', 'key7: 2'), incoming: text('3') };

  it('leaves the event loop free, and is ended at once when it is called off', async () => {
    const stop = new AbortController();
    // Were it done on this thread, it would be over before this is heard.
    setImmediate(() => stop.abort());
    await expect(mergeInThread({ input }, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED', exit: 130 });
  });

  it('gives on a thread what it gives here, values that JSON does not know and a key __proto__ too', async () => {
    const odd = (value: string) => `a: .inf\nb: -.nan\n__proto__: ${value}\n`;
    const long = {
      base: input.base + odd('1'),
      current: input.current + odd('2'),
      incoming: input.incoming + odd('3'),
    };
    const { result } = await mergeInThread({ input: long }, never);
    expect(result.conflicts.map(({ path, current }) => [path, current?.value])).toEqual([
      [['key7'], 2],
      [['__proto__'], 2],
    ]);
    const short = { base: odd('1'), current: odd('2').replace('.inf', '-.inf'), incoming: odd('3') };
    expect((await mergeInThread({ input: short }, never)).result.decisions[0]?.current?.value).toBe('-.inf');
  });

  it('checks the merged text on the thread too', async () => {
    const schema = { path: 'schema.json', text: '{"type":"object","properties":{"key7":{"type":"string"}}}' };
    const { problems } = await mergeInThread({ input, schema }, never);
    expect(problems).toMatchObject([{ kind: 'schema', path: 'key7' }]);
    await expect(
      mergeInThread({ input, schema: { path: 's.json', text: '{"type":"x"}' } }, never),
    ).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      place: 's.json',
    });
  });
});
