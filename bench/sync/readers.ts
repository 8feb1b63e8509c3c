import { Agent, get } from 'node:http';

/** People who each read a page, and read another a second after they have it. */
export interface Readers {
  readonly readers: number;
  /** Below the API, such as `/summary`; each reads them in turn. */
  readonly paths: readonly string[];
}

/**
 * What readers wait for while something runs: they are there before it begins, and have each read every page.
 *
 * @returns what each read took that began while it ran, in milliseconds
 */
export async function readMeanwhile(
  { url, token }: { readonly url: string; readonly token: string },
  { readers, paths }: Readers,
  work: () => Promise<unknown>,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const over = new AbortController();
  const times: number[] = [];
  let running = false;
  const read = async (turn: number): Promise<void> => {
    const [began, counts] = [performance.now(), running];
    await drain(`${url}/api/v1${paths[turn % paths.length]}`, token, agent);
    if (counts) times.push(performance.now() - began);
    await pause(1000);
  };
  const all = <Result>(each: (reader: number) => Promise<Result>): Promise<Result[]> =>
    Promise.all(Array.from({ length: readers }, (_, reader) => each(reader)));
  try {
    await all(async (reader) => {
      // They do not begin in step.
      await pause((reader / readers) * 1000);
      for (let turn = 0; turn < paths.length; turn += 1) await read(reader + turn);
    });
    running = true;
    const reading = all(async (reader) => {
      await pause((reader / readers) * 1000);
      for (let turn = reader; !over.signal.aborted; turn += 1) await read(turn);
    });
    try {
      await work();
    } finally {
      running = false;
      over.abort();
      await reading;
    }
    return times;
  } finally {
    agent.destroy();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Reads an answer to its end and looks at nothing of it. */
function drain(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.once('error', reject).once('end', resolve).resume();
      if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
    }).once('error', reject);
  });
}
