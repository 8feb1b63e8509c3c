import { Agent, get } from 'node:http';

/** People who each read a page, and read another a second after they have it, as long as something runs. */
export async function readMeanwhile(
  url: string,
  token: string,
  {
    readers,
    paths,
    until,
  }: { readonly readers: number; readonly paths: readonly string[]; readonly until: Promise<unknown> },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const over = new AbortController();
  const times: number[] = [];
  const read = async (reader: number): Promise<void> => {
    // They do not begin in step.
    await pause((reader / readers) * 1000);
    for (let turn = reader; !over.signal.aborted; turn += 1) {
      const began = performance.now();
      await drain(`${url}/api/v1${paths[turn % paths.length]}`, token, agent);
      times.push(performance.now() - began);
      await pause(1000);
    }
  };
  const reading = Promise.all(Array.from({ length: readers }, (_, reader) => read(reader)));
  try {
    await until;
  } finally {
    over.abort();
    await reading;
    agent.destroy();
  }
  return times;
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
